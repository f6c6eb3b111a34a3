import Foundation
import Sessions

/// Accuracy against the share of labels that name the clusters, and against the number of clusters
/// with the largest share (Ji et al. 2019, figure 6).
struct LabelSharePlot {
  private let byShare: LinePlot
  private let byClusters: LinePlot

  init(_ table: ExperimentTable) {
    let shares = table.experiment.labelShares
    func points(_ row: ExperimentRow) -> [LinePlot.Point] {
      zip(shares, row.labelShares(shares.count)).compactMap { share, spread in
        spread.map { LinePlot.Point(x: share, y: $0.mean, deviation: $0.deviation) }
      }
    }
    byShare = LinePlot(
      title: "Labels", xTitle: "training labels that name the clusters, %",
      yTitle: "accuracy",
      lines: table.rows.map { .init(title: $0.variant.title, points: points($0)) },
      xTicks: shares.sorted())
    let largest = shares.max() ?? 100
    let clusters = table.rows.compactMap { row -> LinePlot.Point? in
      guard let clusters = row.clusters, let point = points(row).first(where: { $0.x == largest })
      else { return nil }
      return LinePlot.Point(x: Double(clusters), y: point.y, deviation: point.deviation)
    }
    byClusters = LinePlot(
      title: "Clusters", xTitle: "clusters, k", yTitle: "accuracy",
      lines: [.init(title: "", points: clusters)],
      xTicks: Array(Set(table.rows.compactMap { $0.clusters.map(Double.init) })).sorted())
  }

  var svg: String {
    let (width, height) = (Int(2 * LinePlot.width), Int(byShare.height))
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="sans-serif" font-size="12" fill="#202020">
      <rect width="\(width)" height="\(height)" fill="#ffffff"/>

      """ + byShare.elements(left: 0) + byClusters.elements(left: LinePlot.width) + "</svg>\n"
  }
}
