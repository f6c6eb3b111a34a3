import Foundation
import Kernels
import Synchronization

/// How long the whole process has stood still: stopped by a signal, or on a machine that slept.
/// Such time is none of training.
///
/// A thread looks at the clock ten times a second. Where it has not for a while, no thread had the
/// processor.
final class StandstillWatch: Sendable {
  static let shared = StandstillWatch()

  private struct State {
    var lastLook = ContinuousClock.now
    var total = Duration.zero
  }

  private let state = Mutex(State())
  private let isWatching = Atomic<Bool>(false)

  /// Shorter gaps are those of a machine with much to do.
  private static let shortest = Duration.seconds(2)

  private init() {
    do {
      try SystemThread.start(name: "clock", stackSize: 1 << 20) { [self] in
        while true {
          look()
          usleep(100_000)
        }
      }
      isWatching.store(true, ordering: .relaxed)
    } catch {
      // Without the thread nothing is known of such times, and none is taken off.
    }
  }

  /// All of it until now.
  var total: Duration {
    guard isWatching.load(ordering: .relaxed) else { return .zero }
    // Whoever comes first after a standstill takes note of it.
    look()
    return state.withLock { $0.total }
  }

  private func look() {
    state.withLock { state in
      let now = ContinuousClock.now
      let gap = now - state.lastLook
      if gap >= Self.shortest { state.total += gap }
      state.lastLook = now
    }
  }
}

/// Time that passes while the process runs.
struct RunningTime {
  private let start = ContinuousClock.now
  private let stoodStill = StandstillWatch.shared.total

  /// Since it was made.
  var seconds: Double {
    let stillness = StandstillWatch.shared.total - stoodStill
    return max(0, (start.duration(to: .now) - stillness).seconds)
  }
}
