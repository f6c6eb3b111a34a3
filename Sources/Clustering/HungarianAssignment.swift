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
    guard weights.count > columns else {
      return minimizing(
        weights.flatMap { $0.map { -$0 } }, rows: weights.count, columns: columns)
    }
    let transposed = (0..<columns).flatMap { column in weights.map { -$0[column] } }
    var columnOfRow = [Int](repeating: -1, count: weights.count)
    let rowOfColumn = minimizing(transposed, rows: columns, columns: weights.count)
    for (column, row) in rowOfColumn.enumerated() { columnOfRow[row] = column }
    return columnOfRow
  }

  /// Each row's column where every row gets one at the least cost, in O(rows² columns); there are
  /// at least as many columns as rows.
  private static func minimizing(_ cost: [Int], rows: Int, columns: Int) -> [Int] {
    let free = columns  // The column that a row starts from before it has one.
    var rowPotential = [Int](repeating: 0, count: rows)
    var columnPotential = [Int](repeating: 0, count: columns + 1)
    var rowOfColumn = [Int](repeating: -1, count: columns + 1)
    for newRow in 0..<rows {
      var distance = [Int](repeating: Int.max, count: columns)
      var previous = [Int](repeating: free, count: columns)
      var isReached = [Bool](repeating: false, count: columns + 1)
      rowOfColumn[free] = newRow
      var column = free
      while rowOfColumn[column] >= 0 {
        isReached[column] = true
        let row = rowOfColumn[column]
        var nearest = -1
        for next in 0..<columns where !isReached[next] {
          let reduced = cost[row * columns + next] - rowPotential[row] - columnPotential[next]
          if reduced < distance[next] {
            distance[next] = reduced
            previous[next] = column
          }
          if nearest < 0 || distance[next] < distance[nearest] { nearest = next }
        }
        let step = distance[nearest]
        for reached in 0...columns {
          if isReached[reached] {
            rowPotential[rowOfColumn[reached]] += step
            columnPotential[reached] -= step
          } else if reached < columns {
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
    var columnOfRow = [Int](repeating: -1, count: rows)
    for column in 0..<columns where rowOfColumn[column] >= 0 {
      columnOfRow[rowOfColumn[column]] = column
    }
    return columnOfRow
  }
}
