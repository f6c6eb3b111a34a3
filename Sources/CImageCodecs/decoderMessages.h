// What a decoder said: the error that ended it, and its warnings, one a line.
#pragma once
#include <stdio.h>
#include <string.h>

typedef struct {
  char error[256];
  char warnings[512];
} DecoderMessages;

static inline void setDecoderError(DecoderMessages *messages, const char *text) {
  snprintf(messages->error, sizeof messages->error, "%s", text);
}

// Repetitions, and what finds no room any more, are left out: a damaged file may warn thousands of
// times.
static inline void addDecoderWarning(DecoderMessages *messages, const char *text) {
  size_t used = strlen(messages->warnings);
  if (strstr(messages->warnings, text)) return;
  if (used + strlen(text) + 2 > sizeof messages->warnings) return;
  snprintf(messages->warnings + used, sizeof messages->warnings - used, "%s\n", text);
}

// Swift sees a C array in a struct as a tuple.
static inline const char *decoderError(const DecoderMessages *messages) {
  return messages->error;
}
static inline const char *decoderWarnings(const DecoderMessages *messages) {
  return messages->warnings;
}
