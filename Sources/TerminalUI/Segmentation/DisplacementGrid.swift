import Snapshots

/// The information that a sub-head's clusters share with those at each displacement.
package struct DisplacementGrid: Sendable, Equatable {
  /// A displacement, in pixels of the network's output, and its information, in nats.
  package typealias Extreme = (vertical: Int, horizontal: Int, value: Double)

  /// d: the largest displacement in each direction.
  package let reach: Int
  /// `[2d + 1, 2d + 1]`: the vertical displacement, then the horizontal one.
  private let values: [Double]

  /// nil unless there is a square of an odd number of values on each side, one of them a number.
  package init?(_ subHead: SubHeadEvaluation) {
    let count = subHead.displacementInformation.count
    let side = Int(Double(count).squareRoot().rounded())
    guard count > 0, side * side == count, side % 2 == 1,
      subHead.displacementInformation.contains(where: \.isFinite)
    else { return nil }
    reach = side / 2
    values = subHead.displacementInformation.map(Double.init)
  }

  /// The information at a displacement; NaN beyond the reach.
  package func value(vertical: Int, horizontal: Int) -> Double {
    guard abs(vertical) <= reach, abs(horizontal) <= reach else { return .nan }
    return values[(vertical + reach) * (2 * reach + 1) + horizontal + reach]
  }

  /// The first of the largest and of the smallest, those that are no numbers left out.
  package var largest: Extreme { extreme { $0 > $1 } }
  package var smallest: Extreme { extreme { $0 < $1 } }

  /// From 0 at the smallest information to 1 at the largest; 1 everywhere where all are equal.
  package func levels() -> (_ vertical: Int, _ horizontal: Int) -> Float {
    let (low, high) = (smallest.value, largest.value)
    return { vertical, horizontal in
      let value = value(vertical: vertical, horizontal: horizontal)
      guard value.isFinite else { return 0 }
      return high > low ? Float(unitInterval((value - low) / (high - low))) : 1
    }
  }

  private func extreme(_ isBetter: (Double, Double) -> Bool) -> Extreme {
    var best: Int?
    for (place, value) in values.enumerated() where value.isFinite {
      if let known = best, !isBetter(value, values[known]) { continue }
      best = place
    }
    let place = best ?? 0
    let side = 2 * reach + 1
    return (place / side - reach, place % side - reach, values[place])
  }
}
