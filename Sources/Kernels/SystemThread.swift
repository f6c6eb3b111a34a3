import Foundation

/// A thread that says so if the system does not give one, which Foundation's does not.
package enum SystemThread {
  /// The system has no more threads to give.
  package struct Refusal: Error, CustomStringConvertible {
    package let name: String
    package let number: Int32

    /// One line for stderr.
    package var description: String {
      "the system gives no thread for the \(name): \(String(cString: strerror(number)))"
    }
  }

  /// Runs `body` on a new thread, which nobody waits for.
  ///
  /// - Parameters:
  ///   - name: what it is for, for messages and debuggers.
  ///   - stackSize: in bytes.
  /// - Throws: `Refusal`; then `body` will not run.
  package static func start(
    name: String, stackSize: Int, _ body: @escaping @Sendable () -> Void
  ) throws(Refusal) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, stackSize)
    let work = Unmanaged.passRetained(Work(name: name, body: body))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let number = pthread_create(&thread, &attributes, run, work.toOpaque())
    guard number == 0 else {
      work.release()
      throw Refusal(name: name, number: number)
    }
  }

  /// Makes so many threads at once and lets them go again: whatever needs as many later would wait
  /// for them in vain, as the system's own queues do, without a word.
  ///
  /// - Throws: `Refusal` if the system does not give as many.
  package static func checkAvailable(_ count: Int, for purpose: String) throws(Refusal) {
    let gate = DispatchSemaphore(value: 0)
    let ended = DispatchSemaphore(value: 0)
    var started = 0
    var refusal: Refusal?
    while started < count, refusal == nil {
      do {
        try start(name: purpose, stackSize: 1 << 16) {
          gate.wait()
          ended.signal()
        }
        started += 1
      } catch {
        refusal = error
      }
    }
    for _ in 0..<started { gate.signal() }
    for _ in 0..<started { ended.wait() }
    if let refusal { throw refusal }
  }

  private final class Work: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  #if canImport(Darwin)
    private static let run: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = {
      work($0)
      return nil
    }
  #else
    private static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? =
      {
        if let argument = $0 { work(argument) }
        return nil
      }
  #endif

  private static func work(_ argument: UnsafeMutableRawPointer) {
    let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
    Thread.current.name = work.name
    let signalStack = SignalStack()
    defer { signalStack.free() }
    work.body()
  }
}
