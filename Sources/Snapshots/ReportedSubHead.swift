/// What the choice of a sub-head is made by, without labels.
package protocol SubHeadStanding {
  /// In nats.
  var loss: Double { get }
  /// With the other sub-heads, 0...1; nil where it is not known.
  var agreement: Double? { get }
}

extension Collection where Element: SubHeadStanding {
  /// The place of the sub-head that speaks for its head; nil if there are none.
  ///
  /// Of the sub-heads whose losses hardly differ from the lowest, it is the one that agrees most
  /// with the others; of those the one with the lowest loss, then the first. Where the others are
  /// not known, or all of them have clearly higher losses, it is the one with the lowest loss.
  package var indexOfReported: Index? {
    guard let lowest = indexOfLowestLoss(\.loss) else { return nil }
    let limit = self[lowest].loss + Self.negligible * abs(self[lowest].loss)
    let near = indices.filter { self[$0].loss <= limit }
    return near.max { left, right in
      let (first, second) = (self[left], self[right])
      let agreements = (first.agreement ?? 0, second.agreement ?? 0)
      if agreements.0 != agreements.1 { return agreements.0 < agreements.1 }
      return first.loss > second.loss || first.loss == second.loss && left > right
    } ?? lowest
  }

  /// Losses whose difference is a smaller share than this say nothing of which sub-head is better.
  private static var negligible: Double { 0.02 }
}
