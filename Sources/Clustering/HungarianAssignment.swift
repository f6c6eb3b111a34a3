/// The assignment problem, by shortest augmenting paths with potentials (Kuhn 1955, Munkres 1957;
/// in the O(n³) form of Jonker and Volgenant 1987).
package enum HungarianAssignment {
  /// Gives each row at most one column and each column at most one row, as many as there can be, so
  /// that the sum of the weights is the largest; returns each row's column, −1 for none.
  ///
  /// `weights` is `[rows, columns]`, of any sign, each below 2⁶¹ / max(rows, columns) in size; rows
  /// must be of equal length. Where several columns are equally near, the lowest is taken.
  package static func maximizing(_ weights: [[Int]]) -> [Int] {
    guard let columns = weights.first?.count else { return [] }
    for row in weights {
      precondition(row.count == columns, "a row of \(row.count) weights, expected \(columns)")
    }
    let size = max(weights.count, columns)
    // Rows and columns that only fill up the square cost nothing, whoever takes them.
    var cost = [Int](repeating: 0, count: size * size)
    for (row, values) in weights.enumerated() {
      for (column, weight) in values.enumerated() { cost[row * size + column] = -weight }
    }
    return minimizingSquare(cost, size: size).prefix(weights.count).map { $0 < columns ? $0 : -1 }
  }

  /// Each row's column in the perfect matching of least cost.
  private static func minimizingSquare(_ cost: [Int], size: Int) -> [Int] {
    let free = size  // The column that a row starts from before it has one.
    var rowPotential = [Int](repeating: 0, count: size)
    var columnPotential = [Int](repeating: 0, count: size + 1)
    var rowOfColumn = [Int](repeating: -1, count: size + 1)
    for newRow in 0..<size {
      var distance = [Int](repeating: Int.max, count: size)
      var previous = [Int](repeating: free, count: size)
      var isReached = [Bool](repeating: false, count: size + 1)
      rowOfColumn[free] = newRow
      var column = free
      while rowOfColumn[column] >= 0 {
        isReached[column] = true
        let row = rowOfColumn[column]
        var nearest = -1
        for next in 0..<size where !isReached[next] {
          let reduced = cost[row * size + next] - rowPotential[row] - columnPotential[next]
          if reduced < distance[next] {
            distance[next] = reduced
            previous[next] = column
          }
          if nearest < 0 || distance[next] < distance[nearest] { nearest = next }
        }
        let step = distance[nearest]
        for reached in 0...size {
          if isReached[reached] {
            rowPotential[rowOfColumn[reached]] += step
            columnPotential[reached] -= step
          } else {
            distance[reached] -= step
          }
        }
        column = nearest
      }
      while column != free {
        rowOfColumn[column] = rowOfColumn[previous[column]]
        column = previous[column]
      }
    }
    var columnOfRow = [Int](repeating: -1, count: size)
    for column in 0..<size { columnOfRow[rowOfColumn[column]] = column }
    return columnOfRow
  }
}
