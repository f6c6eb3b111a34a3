/// What a random number is for. Each purpose has its own numbers, so that adding one disturbs no
/// other.
package enum RandomPurpose: UInt64, Sendable {
  case initialization = 1
  case shuffle = 2
  case firstView = 3
  case secondView = 4
  case evaluationPairs = 5
  case samples = 6
  case evaluationSample = 7
  case restart = 8
  case labelledShare = 9
  case kMeans = 10
  case labelShare = 11
  case evaluationSecondView = 12
  case clusterGroups = 13
}

/// Random numbers as a function of (seed, epoch, sample, purpose): the same on any thread, in any
/// order.
///
/// The generator is SplitMix64 (Steele, Lea, Flood 2014), started at a hash of the four.
package struct RandomStream: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64, epoch: Int = 0, sample: Int = 0, purpose: RandomPurpose) {
    var hash = RandomStream.mix(seed &+ 0x9E37_79B9_7F4A_7C15)
    for part in [
      UInt64(bitPattern: Int64(epoch)), UInt64(bitPattern: Int64(sample)), purpose.rawValue,
    ] {
      hash = RandomStream.mix((hash ^ part) &+ 0x9E37_79B9_7F4A_7C15)
    }
    state = hash
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return RandomStream.mix(state)
  }

  /// Uniform in [0, 1), 24 bits.
  package mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// Uniform in [low, high).
  package mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * uniform()
  }

  /// Uniform in 0..<bound; `bound` is at least 1.
  package mutating func integer(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
