// PNG through libpng's full interface: samples become 8 bits a channel, palettes colours, tRNS
// alpha. A 16-bit sample is divided by 257 and rounded. gAMA, ICC profiles and the like are passed
// over, so that a value means the same whatever stands beside it.
#pragma once
#include "decoderMessages.h"
#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  uint32_t width, height;
  // 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.
  int channels;
  // What the eXIf chunk holds, or NULL; known after reading and until closing.
  uint8_t *exif;
  uint32_t exifSize;
  DecoderMessages messages;

  const uint8_t *bytes;
  size_t size, position;
  bool hasAllPixels, endsEarly;
  png_structp png;
  png_infop info;
} PNGDecoder;

static inline void pngDecoderError(png_structp png, png_const_charp text) {
  PNGDecoder *decoder = png_get_error_ptr(png);
  setDecoderError(&decoder->messages, text);
  png_longjmp(png, 1);
}

static inline void pngDecoderWarning(png_structp png, png_const_charp text) {
  PNGDecoder *decoder = png_get_error_ptr(png);
  addDecoderWarning(&decoder->messages, text);
}

static inline void pngDecoderInput(png_structp png, png_bytep target, size_t count) {
  PNGDecoder *decoder = png_get_io_ptr(png);
  if (count > decoder->size - decoder->position) {
    decoder->endsEarly = true;
    png_error(png, "it ends early");
  }
  memcpy(target, decoder->bytes + decoder->position, count);
  decoder->position += count;
}

// Reads up to the pixels. `bytes` must stay until closing, which is needed after a failure too.
static inline bool openPNG(PNGDecoder *decoder, const uint8_t *bytes, size_t size) {
  memset(decoder, 0, sizeof *decoder);
  decoder->bytes = bytes;
  decoder->size = size;
  decoder->png = png_create_read_struct(
      PNG_LIBPNG_VER_STRING, decoder, pngDecoderError, pngDecoderWarning);
  decoder->info = decoder->png ? png_create_info_struct(decoder->png) : NULL;
  if (!decoder->info) {
    setDecoderError(&decoder->messages, "no memory for a decoder");
    return false;
  }
  if (setjmp(png_jmpbuf(decoder->png))) return false;
  png_set_read_fn(decoder->png, decoder, pngDecoderInput);
  // The caller compares the sides with its own limits.
  png_set_user_limits(decoder->png, 0x7fffffff, 0x7fffffff);
  static const png_byte unused[] =
      "bKGD\0cHRM\0gAMA\0hIST\0iCCP\0iTXt\0pCAL\0pHYs\0"
      "sBIT\0sCAL\0sPLT\0sRGB\0tEXt\0tIME\0zTXt";
  int unusedCount = sizeof unused / 5;
  png_set_keep_unknown_chunks(decoder->png, PNG_HANDLE_CHUNK_NEVER, unused, unusedCount);
  png_read_info(decoder->png, decoder->info);
  png_set_expand(decoder->png);
  png_set_scale_16(decoder->png);
  decoder->width = png_get_image_width(decoder->png, decoder->info);
  decoder->height = png_get_image_height(decoder->png, decoder->info);
  int color = png_get_color_type(decoder->png, decoder->info);
  bool hasAlpha = (color & PNG_COLOR_MASK_ALPHA) ||
                  png_get_valid(decoder->png, decoder->info, PNG_INFO_tRNS);
  decoder->channels = (color & PNG_COLOR_MASK_COLOR ? 3 : 1) + hasAlpha;
  return true;
}

// Reads `height` rows of `width * channels` bytes. A file that ends after its last pixel is only a
// warning.
static inline bool readPNG(PNGDecoder *decoder, uint8_t *pixels) {
  if (setjmp(png_jmpbuf(decoder->png))) {
    if (!decoder->hasAllPixels || !decoder->endsEarly) return false;
    addDecoderWarning(&decoder->messages, "it ends early, after the last pixel");
    return true;
  }
  int passes = png_set_interlace_handling(decoder->png);
  png_read_update_info(decoder->png, decoder->info);
  size_t rowSize = png_get_rowbytes(decoder->png, decoder->info);
  if (rowSize != (size_t)decoder->width * decoder->channels)
    png_error(decoder->png, "its rows have an odd size");
  for (int pass = 0; pass < passes; pass++)
    for (uint32_t y = 0; y < decoder->height; y++)
      png_read_row(decoder->png, pixels + y * rowSize, NULL);
  decoder->hasAllPixels = true;
  png_read_end(decoder->png, decoder->info);
  png_get_eXIf_1(decoder->png, decoder->info, &decoder->exifSize, &decoder->exif);
  return true;
}

static inline void closePNG(PNGDecoder *decoder) {
  png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
}
