// Writing PNG through libpng's simplified interface, which returns its errors.
#pragma once
#include <png.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

// 8 bits a channel: 1 grey, 3 red, green, blue, 4 those and a fourth, which is alpha for PNG.
static inline png_image pngImage(uint32_t width, uint32_t height, int channels) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = channels == 1   ? PNG_FORMAT_GRAY
                 : channels == 3 ? PNG_FORMAT_RGB
                                 : PNG_FORMAT_RGBA;
  return image;
}

// Bytes that the file has at most.
static inline size_t largestPNG(uint32_t width, uint32_t height, int channels) {
  png_image image = pngImage(width, height, channels);
  return PNG_IMAGE_PNG_SIZE_MAX(image);
}

// Writes `height` rows of `width * channels` bytes to `file`, which has room for `*size` bytes, and
// sets that to the bytes used. On failure `message` says why.
static inline bool encodePNG(
    const uint8_t *pixels, uint32_t width, uint32_t height, int channels, uint8_t *file,
    size_t *size, char message[64]) {
  png_image image = pngImage(width, height, channels);
  png_alloc_size_t count = *size;
  bool isWritten = png_image_write_to_memory(&image, file, &count, 0, pixels, 0, NULL);
  if (!isWritten) memcpy(message, image.message, 64);
  png_image_free(&image);
  *size = count;
  return isWritten;
}
