import Foundation
import Kernels
import Synchronization
import Testing

@Suite struct SystemThreadTests {
  /// What runs on a stack that has overflowed: the handlers that give the terminal back.
  @Test func signalHandlersHaveAStackOfTheirOwn() throws {
    let ended = DispatchSemaphore(value: 0)
    let size = Mutex(0)
    try SystemThread.start(name: "test", stackSize: 1 << 16) {
      var stack = stack_t()
      if sigaltstack(nil, &stack) == 0, stack.ss_flags & Int32(SS_DISABLE) == 0 {
        size.withLock { $0 = Int(stack.ss_size) }
      }
      ended.signal()
    }
    ended.wait()
    #expect(size.withLock { $0 } >= 1 << 16)
  }
}
