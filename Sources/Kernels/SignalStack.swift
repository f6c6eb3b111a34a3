import Foundation

/// Where a thread's signal handlers run: on a stack that has overflowed, none could say so.
struct SignalStack {
  private let memory = UnsafeMutableRawPointer.allocate(byteCount: Self.size, alignment: 16)
  private static let size = 1 << 16

  /// For the calling thread.
  init() {
    var stack = stack_t()
    stack.ss_sp = memory
    stack.ss_size = Self.size
    sigaltstack(&stack, nil)
  }

  /// On the thread that it is for.
  func free() {
    var stack = stack_t()
    stack.ss_flags = Int32(SS_DISABLE)
    sigaltstack(&stack, nil)
    memory.deallocate()
  }
}
