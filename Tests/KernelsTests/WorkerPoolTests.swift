import Foundation
import Kernels
import Synchronization
import Testing

struct WorkerPoolTests {
  /// How often each unit was called.
  private final class Tally: Sendable {
    let counts: Mutex<[Int]>
    init(units: Int) { counts = Mutex(Array(repeating: 0, count: units)) }
    func add(_ unit: Int) { counts.withLock { $0[unit] += 1 } }
    var isOnceEach: Bool { counts.withLock { $0.allSatisfy { $0 == 1 } } }
  }

  @Test(arguments: [1, 2, 3, 4, 7, 16, 33]) func everyUnitOnce(threads: Int) {
    let pool = WorkerPool(threads: threads)
    defer { pool.shutDown() }
    #expect(pool.threads == threads)
    for units in [0, 1, 2, 3, threads - 1, threads, threads + 1, 100, 1000] {
      let tally = Tally(units: units)
      pool.forEach(units) { tally.add($0) }
      #expect(tally.isOnceEach, "\(units) units")
    }
  }

  /// What the units wrote, without a lock, is seen by the caller afterwards, and by the next job's
  /// units.
  @Test func resultsAreVisible() {
    let pool = WorkerPool(threads: 4)
    defer { pool.shutDown() }
    let (first, second) = (FloatBuffer(count: 500), FloatBuffer(count: 500))
    for round in 1...50 {
      pool.forEach(500) { first[$0] = Float(round * $0) }
      pool.forEach(500) { second[$0] = first[499 - $0] }
      let isRight = (0..<500).allSatisfy { second[$0] == Float(round * (499 - $0)) }
      #expect(isRight, "round \(round)")
    }
  }

  @Test func tenThousandQuickJobs() {
    let pool = WorkerPool(threads: 3)
    defer { pool.shutDown() }
    let calls = Atomic<Int>(0)
    for job in 0..<10_000 {
      pool.forEach(job % 5) { _ in calls.wrappingAdd(1, ordering: .relaxed) }
    }
    #expect(calls.load(ordering: .relaxed) == 2000 * (0 + 1 + 2 + 3 + 4))
  }

  @Test(arguments: [1, 3]) func unitsKnowNoSubnormalNumbers(threads: Int) {
    let pool = WorkerPool(threads: threads)
    defer { pool.shutDown() }
    let small = Mutex(Float.leastNormalMagnitude)
    func half() -> Float { small.withLock { $0 } / 2 }
    for units in [1, 50] {
      let products = Mutex<[Float]>([])
      pool.forEach(units) { _ in
        let product = half()
        products.withLock { $0.append(product) }
        usleep(100)
      }
      #expect(products.withLock { $0 } == Array(repeating: 0, count: units))
      #expect(half() > 0)
    }
  }

  @Test func poolsMayNest() {
    let (outer, inner) = (WorkerPool(threads: 3), WorkerPool(threads: 1))
    defer { outer.shutDown() }
    let tally = Tally(units: 60)
    outer.forEach(6) { unit in inner.forEach(10) { tally.add(10 * unit + $0) } }
    #expect(tally.isOnceEach)
  }

  @Test func manyPoolsComeAndGo() {
    for index in 0..<100 {
      let pool = WorkerPool(threads: 1 + index % 4)
      let tally = Tally(units: 9)
      pool.forEach(9) { tally.add($0) }
      pool.shutDown()
      #expect(tally.isOnceEach)
    }
  }

  /// Once each, whether threads found time for them or not, and with jobs that have nothing to do
  /// with them between.
  @Test(arguments: [1, 2, 3, 7]) func offeredUnitsOnceEach(threads: Int) {
    let pool = WorkerPool(threads: threads)
    defer { pool.shutDown() }
    for round in 0..<50 {
      let tally = Tally(units: 40)
      pool.offer(40) { tally.add($0) }
      for job in 0..<round % 7 {
        let other = Tally(units: 2 * job)
        pool.forEach(2 * job) { other.add($0) }
        #expect(other.isOnceEach)
      }
      pool.finishOffered()
      #expect(tally.isOnceEach, "round \(round)")
    }
    pool.finishOffered()
  }

  /// A second offer waits for the first.
  @Test func offersFollowEachOther() {
    let pool = WorkerPool(threads: 2)
    defer { pool.shutDown() }
    let (first, second) = (Tally(units: 5), Tally(units: 3))
    pool.offer(5) { first.add($0) }
    pool.offer(3) { second.add($0) }
    #expect(first.isOnceEach)
    pool.finishOffered()
    #expect(second.isOnceEach)
  }

  /// While one thread is busy, the one that waits for it takes the offered units. On a single
  /// processor nobody looks for work while waiting.
  @Test(.enabled(if: ProcessInfo.processInfo.activeProcessorCount >= 2))
  func waitingThreadsTakeOfferedUnits() {
    let pool = WorkerPool(threads: 2)
    defer { pool.shutDown() }
    let taken = Atomic<Int>(0)
    pool.offer(3) { _ in taken.wrappingAdd(1, ordering: .relaxed) }
    pool.forEach(2) { unit in
      // Ends only because the other thread is done with its unit and waits.
      while unit == 0 && taken.load(ordering: .relaxed) < 3 {}
    }
    #expect(taken.load(ordering: .relaxed) == 3)
    pool.finishOffered()
  }

  @Test func refusesMisuse() async {
    await #expect(processExitsWith: .failure) { _ = WorkerPool(threads: 0) }
    await #expect(processExitsWith: .failure) {
      let pool = WorkerPool(threads: 2)
      pool.forEach(4) { _ in pool.forEach(4) { _ in } }
    }
  }
}
