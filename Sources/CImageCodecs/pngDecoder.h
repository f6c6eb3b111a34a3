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
  // 1, or 2 in the machine's byte order for labels of 16 bits.
  int bytesPerSample;
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

static inline bool isLittleEndian(void) {
  const uint16_t one = 1;
  return *(const uint8_t *)&one == 1;
}

// Labels are numbers and no brightness: palette indices and grey values stay as they are stored, at
// every bit depth; alpha goes.
static inline void keepPNGLabels(PNGDecoder *decoder) {
  int color = png_get_color_type(decoder->png, decoder->info);
  int depth = png_get_bit_depth(decoder->png, decoder->info);
  png_set_packing(decoder->png);
  png_set_strip_alpha(decoder->png);
  bool isColor = color == PNG_COLOR_TYPE_RGB || color == PNG_COLOR_TYPE_RGB_ALPHA;
  decoder->channels = isColor ? 3 : 1;
  if (depth == 16 && isColor) png_set_scale_16(decoder->png);
  if (depth == 16 && !isColor) {
    decoder->bytesPerSample = 2;
    if (isLittleEndian()) png_set_swap(decoder->png);
  }
}

// Samples of 8 bits, as they are to be seen.
static inline void expandPNG(PNGDecoder *decoder) {
  png_set_expand(decoder->png);
  png_set_scale_16(decoder->png);
  int color = png_get_color_type(decoder->png, decoder->info);
  bool hasAlpha = (color & PNG_COLOR_MASK_ALPHA) ||
                  png_get_valid(decoder->png, decoder->info, PNG_INFO_tRNS);
  decoder->channels = (color & PNG_COLOR_MASK_COLOR ? 3 : 1) + hasAlpha;
}

static inline bool openPNGFor(
    PNGDecoder *decoder, const uint8_t *bytes, size_t size, bool isLabels) {
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
  decoder->width = png_get_image_width(decoder->png, decoder->info);
  decoder->height = png_get_image_height(decoder->png, decoder->info);
  decoder->bytesPerSample = 1;
  if (isLabels)
    keepPNGLabels(decoder);
  else
    expandPNG(decoder);
  return true;
}

// Reads up to the pixels. `bytes` must stay until closing, which is needed after a failure too.
static inline bool openPNG(PNGDecoder *decoder, const uint8_t *bytes, size_t size) {
  return openPNGFor(decoder, bytes, size, false);
}

// As `openPNG`, for a picture whose values are labels: 1 channel of palette indices or grey values,
// or 3 of colours.
static inline bool openPNGLabels(PNGDecoder *decoder, const uint8_t *bytes, size_t size) {
  return openPNGFor(decoder, bytes, size, true);
}

// Reads `height` rows of `width * channels` samples. A file that ends after its last pixel is only
// a warning.
static inline bool readPNG(PNGDecoder *decoder, uint8_t *pixels) {
  if (setjmp(png_jmpbuf(decoder->png))) {
    if (!decoder->hasAllPixels || !decoder->endsEarly) return false;
    addDecoderWarning(&decoder->messages, "it ends early, after the last pixel");
    return true;
  }
  int passes = png_set_interlace_handling(decoder->png);
  png_read_update_info(decoder->png, decoder->info);
  size_t rowSize = png_get_rowbytes(decoder->png, decoder->info);
  if (rowSize != (size_t)decoder->width * decoder->channels * decoder->bytesPerSample)
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
