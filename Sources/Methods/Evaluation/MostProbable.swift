extension RandomAccessCollection<Float> where Index == Int {
  /// How far from the start the largest value stands, the first of equal ones; 0 if there is none.
  /// This is the one rule by which an image's probabilities name its cluster.
  package var indexOfLargest: Int {
    var largest = startIndex
    for index in indices where self[index] > self[largest] { largest = index }
    return largest - startIndex
  }
}
