// libpng, libjpeg, libwebp, libexif and libtiff as they are installed. libpng and libjpeg report
// errors by longjmp, which must not cross Swift's frames, so what may fail in them is wrapped: open
// reads the header, read the pixels, close frees.
#pragma once
#include "jpegDecoder.h"
#include "pngDecoder.h"
#include "pngEncoder.h"
#include "tiffDecoder.h"
#include <libexif/exif-data.h>
#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>
