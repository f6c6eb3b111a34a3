/// A part of a data set.
package enum Split: String, Sendable, CaseIterable {
  case train
  case test
  /// Without labels, and of other classes too: for the auxiliary head.
  case unlabelled
}

/// Which images of a data set belong to which split. They lie one after the other, from image 0 on;
/// a split that there is not is left out.
extension [Split: Range<Int>] {
  /// The splits that have images, in the order of `Split.allCases`.
  package var names: [Split] {
    Split.allCases.filter { self[$0].map { !$0.isEmpty } ?? false }
  }

  /// The images of some of the splits, each image once, in order.
  package func images(of splits: [Split]) -> [Int] {
    names.filter(splits.contains).flatMap { self[$0] ?? 0..<0 }.sorted()
  }
}
