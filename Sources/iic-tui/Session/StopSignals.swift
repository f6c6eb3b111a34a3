import Dispatch
import Foundation
import Synchronization

/// Ctrl-C, `kill` and a closed terminal as a request: the handler runs on a queue of its own, once
/// for each signal.
final class StopSignals: @unchecked Sendable {
  // Unchecked: `sources` is written in `init` alone; it only keeps them alive.
  private let sources: [any DispatchSourceSignal]
  private let received = Atomic<Bool>(false)

  /// Whether any of the signals has come.
  var haveCome: Bool { received.load(ordering: .relaxed) }

  init(_ handler: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "stop signals")
    var sources: [any DispatchSourceSignal] = []
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number, SIG_IGN)
      sources.append(DispatchSource.makeSignalSource(signal: number, queue: queue))
    }
    self.sources = sources
    for source in sources {
      source.setEventHandler { [self] in
        received.store(true, ordering: .relaxed)
        handler()
      }
      source.resume()
    }
  }
}
