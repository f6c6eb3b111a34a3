import Kernels
import Testing

struct RandomStreamTests {
  /// Runs are reproducible across versions only while these numbers stay.
  @Test func knownNumbers() {
    var plain = RandomStream(seed: 0, purpose: .initialization)
    #expect(
      (0..<3).map { _ in plain.next() } == [
        0x2D65_27BA_78AF_243F,
        0x3EB2_F122_5A44_C4C3,
        0x49DA_83C5_34D5_9952,
      ])
    var full = RandomStream(seed: 42, epoch: 3, sample: 1234, purpose: .secondView)
    #expect(
      (0..<3).map { _ in full.next() } == [
        0x90E2_7DB1_7109_FBE2,
        0x38F0_2C24_04CF_DC01,
        0xBD9B_D534_4F79_3B9C,
      ])
    var negative = RandomStream(seed: .max, epoch: -1, sample: -7, purpose: .samples)
    #expect(negative.next() == 0x239C_813C_E54B_CB45)
    var uniform = RandomStream(seed: 0, purpose: .initialization)
    #expect(uniform.uniform() == Float((0x2D65_27BA_78AF_243F as UInt64) >> 40) / 16_777_216)
  }

  @Test func everyArgumentMatters() {
    var first: Set<UInt64> = []
    for seed in 0..<4 as Range<UInt64> {
      for epoch in 0..<4 {
        for sample in 0..<4 {
          for purpose in 1...6 as ClosedRange<UInt64> {
            var stream = RandomStream(
              seed: seed, epoch: epoch, sample: sample,
              purpose: RandomPurpose(rawValue: purpose) ?? .shuffle)
            first.insert(stream.next())
          }
        }
      }
    }
    #expect(first.count == 4 * 4 * 4 * 6)
  }

  @Test func uniformFillsItsRange() {
    var stream = RandomStream(seed: 5, purpose: .samples)
    var tenths = [Int](repeating: 0, count: 10)
    var (lowest, highest) = (Float.infinity, -Float.infinity)
    for _ in 0..<100_000 {
      let value = stream.uniform()
      #expect(value >= 0 && value < 1)
      tenths[Int(value * 10)] += 1
      (lowest, highest) = (min(lowest, value), max(highest, value))
    }
    // Binomial(100,000, 0.1): a deviation of 95; five of them.
    #expect(tenths.allSatisfy { abs($0 - 10_000) <= 475 })
    #expect(lowest <= 1e-3 && highest >= 1 - 1e-3)
    for _ in 0..<1000 {
      let value = stream.uniform(-3, 2)
      #expect(value >= -3 && value < 2)
    }
    #expect(stream.uniform(4, 4) == 4)
  }

  @Test(arguments: [1, 2, 3, 7, 10, 1000, 1 << 40]) func integersStayBelow(bound: Int) {
    var stream = RandomStream(seed: 6, purpose: .shuffle)
    for _ in 0..<2000 { #expect((0..<bound).contains(stream.integer(below: bound))) }
  }

  @Test(arguments: [2, 3, 7, 10]) func integersAreEven(bound: Int) {
    var stream = RandomStream(seed: 7, purpose: .shuffle)
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<50_000 { counts[stream.integer(below: bound)] += 1 }
    let share = 50_000 / Double(bound)
    let deviation = (share * (1 - 1 / Double(bound))).squareRoot()
    #expect(counts.allSatisfy { abs(Double($0) - share) <= 5 * deviation })
  }

  @Test func shufflesEvenly() {
    var counts: [[Int]: Int] = [:]
    for sample in 0..<6000 {
      var stream = RandomStream(seed: 8, sample: sample, purpose: .shuffle)
      counts[[1, 2, 3].shuffled(using: &stream), default: 0] += 1
    }
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { abs($0 - 1000) <= 150 })
  }
}
