import Foundation

extension ContingencyTable {
  /// Normalised mutual information of clusters and classes, 0…1: I(cluster; class) over the
  /// arithmetic mean of both entropies, as scikit-learn's default.
  ///
  /// 1 where all images are in one cluster and of one class, or there are none.
  package var normalizedMutualInformation: Double {
    let total = Double(self.total)
    let (rows, columns) = (clusterSizes, classSizes)
    if rows.count(where: { $0 > 0 }) <= 1 && columns.count(where: { $0 > 0 }) <= 1 { return 1 }
    func entropy(_ sizes: [Int]) -> Double {
      -sizes.reduce(0) { $1 == 0 ? $0 : $0 + Double($1) / total * log(Double($1) / total) }
    }
    var information = 0.0
    for cluster in 0..<clusters {
      for label in 0..<classes where self[cluster, label] > 0 {
        let count = Double(self[cluster, label])
        information +=
          count / total * log(count * total / (Double(rows[cluster]) * Double(columns[label])))
      }
    }
    let mean = (entropy(rows) + entropy(columns)) / 2
    return min(max(information / mean, 0), 1)
  }

  /// Adjusted Rand index (Hubert and Arabie 1985): 1 for equal partitions, about 0 by chance, may
  /// be negative. Computed over ordered pairs of images, as scikit-learn does.
  package var adjustedRandIndex: Double {
    func squares(_ sizes: [Int]) -> Double { sizes.reduce(0) { $0 + Double($1) * Double($1) } }
    let total = Double(self.total)
    let (together, rows, columns) = (squares(counts), squares(clusterSizes), squares(classSizes))
    let inBoth = together - total
    let inClusterOnly = rows - together
    let inClassOnly = columns - together
    let inNeither = total * total - rows - columns + together
    if inClusterOnly == 0 && inClassOnly == 0 { return 1 }
    return 2 * (inBoth * inNeither - inClusterOnly * inClassOnly)
      / ((inBoth + inClassOnly) * (inClassOnly + inNeither)
        + (inBoth + inClusterOnly) * (inClusterOnly + inNeither))
  }
}
