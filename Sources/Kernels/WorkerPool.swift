import CCPUFeatures
import Foundation
import Synchronization

/// Threads that share out numbered units of work.
///
/// Which thread takes which unit depends on timing, so a unit must write only what no other unit
/// writes, and sums over units are made afterwards in the order of their numbers. Then results do
/// not depend on the thread count.
///
/// In units, floats below the smallest normal one count as 0, whoever calls: a network that has
/// learnt gives most clusters such probabilities, and steps took five times as long with them.
package final class WorkerPool: @unchecked Sendable {
  // Unchecked: `threads` is written in `init` alone and not read by workers; `job` is written
  // before `generation` rises, read after that by the workers, and written again when `running` has
  // fallen to 0.
  private struct Job {
    let units: Int
    /// Lives in the frame of `forEach`, which returns only when every thread is done with it. A
    /// pointer, because a thread that still held a copy of the closure then would let it escape.
    let body: UnsafePointer<(Int, Int) -> Void>
  }

  /// With the one that calls.
  package private(set) var threads = 1
  private let condition = NSCondition()
  private let nextUnit = Atomic<Int>(0)
  /// Rises with each job, while `condition` is held.
  private let generation = Atomic<Int>(0)
  /// Workers that are not done with the current job.
  private let running = Atomic<Int>(0)
  private var job: Job?
  /// Replaced only while no thread can take a unit of it.
  private var offered: (@Sendable (Int) -> Void)?
  private let offeredUnits = Atomic<Int>(0)
  private let nextOffered = Atomic<Int>(0)
  private let isShutDown = Atomic<Bool>(false)
  /// How often a thread polls for work before it sleeps. Jobs follow each other within
  /// microseconds, and waking a thread takes tens of them. With more threads than processors it
  /// does not poll, since the others need the time.
  private let looks: Int

  /// Makes a pool of so many threads, or of as many as the system gives: `threads` then says how
  /// many.
  ///
  /// - Parameter threads: counts the calling thread; at least 1.
  package init(threads: Int) {
    precondition(threads >= 1, "\(threads) threads")
    looks = threads <= ProcessInfo.processInfo.activeProcessorCount ? 5000 : 0
    for index in 1..<max(threads, 1) {
      do {
        try SystemThread.start(name: "worker \(index)", stackSize: 1 << 20) { [self] in
          work(thread: index)
        }
      } catch {
        return
      }
      self.threads += 1
    }
  }

  /// Calls `body` once with each of 0..<units and returns when all calls have; the caller works
  /// too. One caller at a time.
  package func forEach(_ units: Int, _ body: (Int) -> Void) {
    forEach(units) { unit, _ in body(unit) }
  }

  /// Calls `body` once with each of 0..<units and returns when all calls have. `thread`, in
  /// 0..<threads, says who calls, for memory that each thread has to itself. One caller at a time.
  package func forEach(_ units: Int, _ body: (_ unit: Int, _ thread: Int) -> Void) {
    let floatState = cpu_flush_subnormals()
    defer { cpu_restore_float_state(floatState) }
    guard threads > 1, units > 1 else {
      for unit in 0..<units { body(unit, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      withUnsafePointer(to: body) { body in
        let job = Job(units: units, body: body)
        condition.withLock {
          precondition(self.job == nil, "a worker pool has one caller at a time, outside its units")
          nextUnit.store(0, ordering: .relaxed)
          running.store(threads - 1, ordering: .relaxed)
          self.job = job
          generation.wrappingAdd(1, ordering: .releasing)
          condition.broadcast()
        }
        take(job, thread: 0)
        wait { running.load(ordering: .acquiring) == 0 }
        self.job = nil
      }
    }
  }

  /// Offers work that has time until `finishOffered`: threads that wait for others in a `forEach`
  /// take units of it. Units should be short, because those others may have to wait for one to end.
  /// Not to be called from within a unit.
  package func offer(_ units: Int, _ body: @escaping @Sendable (Int) -> Void) {
    finishOffered()
    offered = body
    offeredUnits.store(units, ordering: .relaxed)
    nextOffered.store(0, ordering: .releasing)
  }

  /// All threads do what is left of the offered work; returns when all of it is done.
  package func finishOffered() {
    if offered == nil { return }
    // A thread that is busy with an offered unit joins this job afterwards, so when the job ends
    // all units have ended.
    forEach(threads) { _ in while takeOffered() {} }
    offeredUnits.store(0, ordering: .relaxed)
    offered = nil
  }

  /// false if there is nothing left.
  private func takeOffered() -> Bool {
    // Read before it is changed, or waiting threads would move its cache line to and fro.
    guard nextOffered.load(ordering: .relaxed) < offeredUnits.load(ordering: .relaxed) else {
      return false
    }
    let unit = nextOffered.wrappingAdd(1, ordering: .acquiring).oldValue
    guard unit < offeredUnits.load(ordering: .relaxed), let offered else { return false }
    offered(unit)
    return true
  }

  /// Lets the threads end; until then they keep the pool alive. It must not be used afterwards.
  package func shutDown() {
    condition.withLock {
      isShutDown.store(true, ordering: .relaxed)
      condition.broadcast()
    }
  }

  private func take(_ job: Job, thread: Int) {
    while true {
      let unit = nextUnit.wrappingAdd(1, ordering: .relaxed).oldValue
      if unit >= job.units { return }
      job.body.pointee(unit, thread)
    }
  }

  private func work(thread: Int) {
    _ = cpu_flush_subnormals()
    var seen = 0
    while true {
      wait { generation.load(ordering: .acquiring) != seen || isShutDown.load(ordering: .relaxed) }
      let current = generation.load(ordering: .acquiring)
      if current == seen { return }
      seen = current
      if let job { take(job, thread: thread) }
      if running.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
        condition.withLock { condition.broadcast() }
      }
    }
  }

  /// Looks for a while, then sleeps until it is woken and `isDone`.
  private func wait(until isDone: () -> Bool) {
    var look = 0
    while look < looks {
      if isDone() { return }
      if takeOffered() { continue }
      cpu_relax()
      look += 1
    }
    condition.withLock {
      while !isDone() { condition.wait() }
    }
  }
}
