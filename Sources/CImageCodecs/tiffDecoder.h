// TIFF through libtiff: rows of 8 bits a channel, channels side by side, in strips and under any
// compression that libtiff knows. Errors come back and are not printed.
#pragma once
#include "decoderMessages.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <tiffio.h>

typedef struct {
  uint32_t width, height;
  int channels;
  DecoderMessages messages;

  const uint8_t *bytes;
  size_t size, position;
  TIFF *tiff;
} TIFFDecoder;

// Of several messages the first says what it is about.
static inline void tiffDecoderError(
    thandle_t handle, const char *module, const char *format, va_list arguments) {
  (void)module;
  TIFFDecoder *decoder = handle;
  if (!decoder || decoder->messages.error[0]) return;
  vsnprintf(decoder->messages.error, sizeof decoder->messages.error, format, arguments);
}

static inline tmsize_t tiffDecoderRead(thandle_t handle, void *target, tmsize_t count) {
  TIFFDecoder *decoder = handle;
  if (decoder->position > decoder->size) return 0;
  size_t left = decoder->size - decoder->position;
  size_t taken = (size_t)count < left ? (size_t)count : left;
  memcpy(target, decoder->bytes + decoder->position, taken);
  decoder->position += taken;
  return (tmsize_t)taken;
}

static inline tmsize_t tiffDecoderWrite(thandle_t handle, void *source, tmsize_t count) {
  (void)handle, (void)source, (void)count;
  return 0;
}

static inline toff_t tiffDecoderSeek(thandle_t handle, toff_t offset, int from) {
  TIFFDecoder *decoder = handle;
  size_t start = from == SEEK_CUR ? decoder->position : from == SEEK_END ? decoder->size : 0;
  decoder->position = start + offset;
  return decoder->position;
}

static inline int tiffDecoderClose(thandle_t handle) {
  (void)handle;
  return 0;
}

static inline toff_t tiffDecoderSize(thandle_t handle) {
  return ((TIFFDecoder *)handle)->size;
}

// Reads up to the pixels. `bytes` must stay until closing, which is needed after a failure too.
static inline bool openTIFF(TIFFDecoder *decoder, const uint8_t *bytes, size_t size) {
  memset(decoder, 0, sizeof *decoder);
  decoder->bytes = bytes;
  decoder->size = size;
  // These are the process's; nothing else here uses libtiff.
  TIFFSetErrorHandler(NULL);
  TIFFSetWarningHandler(NULL);
  TIFFSetErrorHandlerExt(tiffDecoderError);
  decoder->tiff = TIFFClientOpen(
      "", "rm", decoder, tiffDecoderRead, tiffDecoderWrite, tiffDecoderSeek, tiffDecoderClose,
      tiffDecoderSize, NULL, NULL);
  if (!decoder->tiff) return false;
  uint16_t bits = 0, channels = 0, planes = 0, meaning = 0, kind = SAMPLEFORMAT_UINT;
  TIFFGetField(decoder->tiff, TIFFTAG_IMAGEWIDTH, &decoder->width);
  TIFFGetField(decoder->tiff, TIFFTAG_IMAGELENGTH, &decoder->height);
  TIFFGetField(decoder->tiff, TIFFTAG_PHOTOMETRIC, &meaning);
  TIFFGetFieldDefaulted(decoder->tiff, TIFFTAG_BITSPERSAMPLE, &bits);
  TIFFGetFieldDefaulted(decoder->tiff, TIFFTAG_SAMPLESPERPIXEL, &channels);
  TIFFGetFieldDefaulted(decoder->tiff, TIFFTAG_PLANARCONFIG, &planes);
  TIFFGetFieldDefaulted(decoder->tiff, TIFFTAG_SAMPLEFORMAT, &kind);
  decoder->channels = channels;
  const char *unsupported = NULL;
  if (bits != 8 || kind != SAMPLEFORMAT_UINT) unsupported = "samples that are not 8 bits";
  else if (meaning != PHOTOMETRIC_RGB) unsupported = "colours that are not RGB";
  else if (planes != PLANARCONFIG_CONTIG) unsupported = "channels apart";
  else if (TIFFIsTiled(decoder->tiff)) unsupported = "tiles in place of strips";
  if (unsupported) {
    snprintf(
        decoder->messages.error, sizeof decoder->messages.error, "%s are not supported",
        unsupported);
    return false;
  }
  return true;
}

// Reads row `y` of `width * channels` bytes; rows from 0 on, one after the other.
static inline bool readTIFFRow(TIFFDecoder *decoder, uint8_t *row, uint32_t y) {
  if (TIFFScanlineSize(decoder->tiff) != (tmsize_t)decoder->width * decoder->channels) {
    setDecoderError(&decoder->messages, "its rows have an odd size");
    return false;
  }
  return TIFFReadScanline(decoder->tiff, row, y, 0) == 1;
}

static inline const char *tiffDecoderMessage(const TIFFDecoder *decoder) {
  return decoder->messages.error[0] ? decoder->messages.error : "it ends early";
}

static inline void closeTIFF(TIFFDecoder *decoder) {
  if (decoder->tiff) TIFFClose(decoder->tiff);
  decoder->tiff = NULL;
}
