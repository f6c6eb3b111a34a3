import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The signal that asked this process to end, 0 before. Written by a signal handler.
private let receivedSignal = Atomic<Int32>(0)

/// SIGINT, SIGTERM and SIGHUP, noted instead of obeyed: a loop that polls `received` can stop training,
/// save, and give the terminal back before the process ends.
package enum TerminationSignals {
  private static let numbers = [SIGINT, SIGTERM, SIGHUP]

  /// From here on the signals are only noted. Any that was noted before is forgotten.
  package static func install() {
    // The store also makes sure that the handler finds the global initialised.
    receivedSignal.store(0, ordering: .sequentiallyConsistent)
    for number in numbers {
      setHandler(number) { receivedSignal.store($0, ordering: .sequentiallyConsistent) }
    }
  }

  /// The signals end the process again, as they do by default.
  package static func restoreDefaults() {
    for number in numbers { setHandler(number, SIG_DFL) }
  }

  /// The last signal that came in since `install`, nil if none.
  package static var received: Int32? {
    let number = receivedSignal.load(ordering: .sequentiallyConsistent)
    return number == 0 ? nil : number
  }

  package static var isPending: Bool { received != nil }

  /// Without SA_RESTART, so that a wait for a key ends when the signal comes.
  private static func setHandler(_ number: Int32, _ handler: (@convention(c) (Int32) -> Void)?) {
    var action = sigaction()
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
    #endif
    sigemptyset(&action.sa_mask)
    action.sa_flags = 0
    sigaction(number, &action, nil)
  }
}
