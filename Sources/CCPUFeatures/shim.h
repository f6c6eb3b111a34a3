// What the processor and the operating system can run, and hints to the processor: Swift has no words for either.
#pragma once
#include <stdbool.h>
#include <stdint.h>

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

// Lets this thread take floats below the smallest normal one for 0: processors need a hundred times as long for them.
// Returns the state from before.
static inline uint64_t cpu_flush_subnormals(void) {
  uint64_t before = 0;
#if defined(__x86_64__)
  before = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr((uint32_t)before | 0x8040);  // flush results to 0, read operands as 0
#elif defined(__aarch64__)
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | (1ull << 24)));
#endif
  return before;
}

// Goes back to a state from before.
static inline void cpu_restore_float_state(uint64_t before) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr((uint32_t)before);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(before));
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
