// JPEG through libjpeg: grey stays grey, everything else becomes RGB, CMYK and YCCK included.
#pragma once
#include "decoderMessages.h"
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <jpeglib.h>
#include <jerror.h>

typedef struct {
  uint32_t width, height;
  // 1 grey, 3 RGB.
  int channels;
  // What the EXIF segment holds, or NULL; known after opening and until closing.
  const uint8_t *exif;
  uint32_t exifSize;
  DecoderMessages messages;

  struct jpeg_decompress_struct state;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  // The first warning that means that pixels are missing or wrong.
  char damage[JMSG_LENGTH_MAX];
  bool endsEarly;
  jmp_buf escape;
} JPEGDecoder;

static inline void jpegDecoderError(j_common_ptr state) {
  JPEGDecoder *decoder = state->client_data;
  char text[JMSG_LENGTH_MAX];
  state->err->format_message(state, text);
  setDecoderError(&decoder->messages, text);
  longjmp(decoder->escape, 1);
}

static inline void jpegDecoderMessage(j_common_ptr state, int level) {
  if (level >= 0) return;
  JPEGDecoder *decoder = state->client_data;
  char text[JMSG_LENGTH_MAX];
  state->err->format_message(state, text);
  switch (state->err->msg_code) {
  case JWRN_HIT_MARKER:
  case JWRN_HUFF_BAD_CODE:
  case JWRN_ARITH_BAD_CODE:
  case JWRN_MUST_RESYNC:
    if (!decoder->damage[0]) memcpy(decoder->damage, text, sizeof text);
    break;
  case JWRN_JPEG_EOF:
    decoder->endsEarly = true;
    addDecoderWarning(&decoder->messages, text);
    break;
  default:
    addDecoderWarning(&decoder->messages, text);
  }
}

// A small file may ask for the whole picture to be gone through any number of times.
static inline void jpegDecoderProgress(j_common_ptr state) {
  JPEGDecoder *decoder = state->client_data;
  if (decoder->state.input_scan_number <= 500) return;
  setDecoderError(&decoder->messages, "it has more than 500 scans");
  longjmp(decoder->escape, 1);
}

// Reads up to the pixels. `bytes` must stay until closing, which is needed after a failure too.
static inline bool openJPEG(JPEGDecoder *decoder, const uint8_t *bytes, size_t size) {
  memset(decoder, 0, sizeof *decoder);
  decoder->state.err = jpeg_std_error(&decoder->errors);
  decoder->errors.error_exit = jpegDecoderError;
  decoder->errors.emit_message = jpegDecoderMessage;
  decoder->state.client_data = decoder;
  if (setjmp(decoder->escape)) return false;
  jpeg_create_decompress(&decoder->state);
  decoder->progress.progress_monitor = jpegDecoderProgress;
  decoder->state.progress = &decoder->progress;
  jpeg_mem_src(&decoder->state, bytes, size);
  jpeg_save_markers(&decoder->state, JPEG_APP0 + 1, 0xffff);
  jpeg_read_header(&decoder->state, TRUE);
  decoder->width = decoder->state.image_width;
  decoder->height = decoder->state.image_height;
  switch (decoder->state.jpeg_color_space) {
  case JCS_GRAYSCALE:
    decoder->state.out_color_space = JCS_GRAYSCALE;
    break;
  case JCS_CMYK:
  case JCS_YCCK:
    decoder->state.out_color_space = JCS_CMYK;
    break;
  default:
    decoder->state.out_color_space = JCS_RGB;
  }
  decoder->channels = decoder->state.out_color_space == JCS_GRAYSCALE ? 1 : 3;
  jpeg_saved_marker_ptr marker = decoder->state.marker_list;
  for (; marker && !decoder->exif; marker = marker->next)
    if (marker->data_length > 6 && !memcmp(marker->data, "Exif\0", 6)) {
      decoder->exif = marker->data;
      decoder->exifSize = marker->data_length;
    }
  return true;
}

// Adobe's programs store how much of the paper shows, and so does who writes Adobe's marker; the
// others store ink.
static inline void convertCMYK(const JPEGDecoder *decoder, const uint8_t *source, uint8_t *target) {
  uint8_t flip = decoder->state.saw_Adobe_marker ? 0 : 255;
  for (uint32_t x = 0; x < decoder->width; x++)
    for (int c = 0; c < 3; c++) {
      int product = (source[4 * x + c] ^ flip) * (source[4 * x + 3] ^ flip);
      target[3 * x + c] = (uint8_t)((product + 127) / 255);
    }
}

// Reads `height` rows of `width * channels` bytes. Fails where pixels are missing or wrong.
static inline bool readJPEG(JPEGDecoder *decoder, uint8_t *pixels) {
  if (setjmp(decoder->escape)) return false;
  struct jpeg_decompress_struct *state = &decoder->state;
  bool isCMYK = state->out_color_space == JCS_CMYK;
  size_t rowSize = (size_t)decoder->width * decoder->channels;
  jpeg_start_decompress(state);
  JSAMPARRAY ink = NULL;
  if (isCMYK) {
    JDIMENSION inkSize = decoder->width * 4;
    ink = state->mem->alloc_sarray((j_common_ptr)state, JPOOL_IMAGE, inkSize, 1);
  }
  while (state->output_scanline < decoder->height) {
    uint8_t *row = pixels + state->output_scanline * rowSize;
    jpeg_read_scanlines(state, isCMYK ? ink : &row, 1);
    if (isCMYK) convertCMYK(decoder, ink[0], row);
  }
  // Several scans refine the same pixels: those that an early end has cut off are missing.
  bool lacksScans = decoder->endsEarly && jpeg_has_multiple_scans(state);
  if (decoder->damage[0] || lacksScans) {
    setDecoderError(&decoder->messages, decoder->damage[0] ? decoder->damage : "it ends early");
    return false;
  }
  jpeg_finish_decompress(state);
  return true;
}

static inline void closeJPEG(JPEGDecoder *decoder) { jpeg_destroy_decompress(&decoder->state); }
