// What the processor and the operating system can run, and hints to the processor: Swift has no words for either.
#pragma once
#include <stdbool.h>

static inline bool cpu_supports_x86_64_v3(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
#else
  return false;
#endif
}

static inline bool cpu_supports_x86_64_v4(void) {
#if defined(__x86_64__)
  return cpu_supports_x86_64_v3() && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

// This thread waits for another one.
static inline void cpu_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// This memory will be read or written soon: bring it next to the processor, or one cache further away.
static inline void prefetch_near(const float *address) { __builtin_prefetch(address, 0, 3); }
static inline void prefetch_far(const float *address) { __builtin_prefetch(address, 0, 2); }
