extension Collection {
  /// The place of the lowest loss, the first of equal ones; nil if there are none.
  ///
  /// A loss that is not a number comes after every other.
  package func indexOfLowestLoss(_ loss: (Element) -> Double) -> Index? {
    indices.min { left, right in
      let (first, second) = (loss(self[left]), loss(self[right]))
      return first < second || (second.isNaN && !first.isNaN)
    }
  }
}
