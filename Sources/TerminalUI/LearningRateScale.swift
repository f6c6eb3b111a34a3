import Foundation

/// The learning rates that keys step through: 1, 2, 5 times each power of ten.
enum LearningRateScale {
  static let range = 1e-8...1.0

  /// The next rate above (+1) or below (−1) `rate`, within `range`.
  static func next(_ rate: Double, _ direction: Int) -> Double {
    guard rate.isFinite, rate > 0 else { return 1e-4 }
    let exponent = Int(log10(rate).rounded(.down))
    let candidates = (exponent - 1...exponent + 1).flatMap { power in
      [1.0, 2.0, 5.0].map { Double("\($0)e\(power)") ?? rate }
    }
    let next =
      direction > 0
      ? candidates.first { $0 > rate * 1.001 } : candidates.last { $0 < rate * 0.999 }
    return min(max(next ?? rate, range.lowerBound), range.upperBound)
  }
}
