// libpng's simplified API and TurboJPEG, as they are installed.
#pragma once
#include <png.h>
#include <stdio.h>
#include <turbojpeg.h>

// Swift sees a C array in a struct as a tuple of 64 characters.
static inline const char *imageMessage(const png_image *image) { return image->message; }
