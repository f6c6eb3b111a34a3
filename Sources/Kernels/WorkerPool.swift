import Foundation
import Synchronization

/// Threads that share out numbered units of work.
///
/// Which thread takes which unit depends on timing, so a unit must write only what no other unit writes;
/// sums over units are made afterwards in the order of their numbers. Then the thread count leaves no trace.
package final class WorkerPool: @unchecked Sendable {
  // Unchecked: `job`, `generation`, `running` and `isShutDown` are only touched while `condition` is held.
  private struct Job {
    let units: Int
    /// Lives in the frame of `forEach`, which returns only when every thread is done with it. A pointer,
    /// because a thread that still held a copy of the closure then would let it escape.
    let body: UnsafePointer<(Int) -> Void>
  }

  package let threads: Int
  private let condition = NSCondition()
  private let nextUnit = Atomic<Int>(0)
  private var job: Job?
  private var generation = 0
  private var running = 0
  private var isShutDown = false

  /// `threads` counts the calling thread; at least 1.
  package init(threads: Int) {
    precondition(threads >= 1, "\(threads) threads")
    self.threads = threads
    for index in 1..<max(threads, 1) {
      let thread = Thread { [self] in work() }
      thread.name = "worker \(index)"
      thread.stackSize = 1 << 20
      thread.start()
    }
  }

  /// Calls `body` once with each of 0..<units and returns when all calls have; the caller works too.
  /// One caller at a time.
  package func forEach(_ units: Int, _ body: (Int) -> Void) {
    guard threads > 1, units > 1 else {
      for unit in 0..<units { body(unit) }
      return
    }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { body in
        let job = Job(units: units, body: body)
        condition.withLock {
          precondition(self.job == nil, "a worker pool has one caller at a time, outside its units")
          nextUnit.store(0, ordering: .relaxed)
          self.job = job
          generation += 1
          running = threads - 1
          condition.broadcast()
        }
        take(job)
        condition.withLock {
          while running > 0 { condition.wait() }
          self.job = nil
        }
      }
    }
  }

  /// Lets the threads end; until then they keep the pool alive. It must not be used afterwards.
  package func shutDown() {
    condition.withLock {
      isShutDown = true
      condition.broadcast()
    }
  }

  private func take(_ job: Job) {
    while true {
      let unit = nextUnit.wrappingAdd(1, ordering: .relaxed).oldValue
      if unit >= job.units { return }
      job.body.pointee(unit)
    }
  }

  private func work() {
    var seen = 0
    while true {
      condition.lock()
      while generation == seen && !isShutDown { condition.wait() }
      if isShutDown {
        condition.unlock()
        return
      }
      seen = generation
      let job = self.job
      condition.unlock()
      if let job { take(job) }
      condition.lock()
      running -= 1
      if running == 0 { condition.broadcast() }
      condition.unlock()
    }
  }
}
