import Snapshots

/// A sub-head's tree as a picture of lines, to the scale of what merges cost, with an image beside
/// each leaf where there is one.
package enum TreeSVG {
  private static let rowHeight = 30.0
  private static let left = 210.0
  private static let width = 640.0
  private static let top = 40.0

  /// - Parameters:
  ///   - names: that people gave its clusters, by number; empty without any.
  ///   - leaves: the most of them; what is merged below is one leaf.
  ///   - image: the PNG of a leaf with these clusters, in base64; nil for none.
  /// - Returns: nil where there is no tree.
  package static func text(
    _ subHead: SubHeadEvaluation, suggestion: SuggestedCount?, classNames: [String],
    names: [String?] = [], leaves: Int,
    image: (_ clusters: [Int]) -> String?
  ) -> String? {
    guard let tree = Dendrogram(subHead.merges, clusters: subHead.clusters, limit: leaves) else {
      return nil
    }
    let height = top + rowHeight * Double(tree.leaves) + 30
    let most = max(tree.nodes.map(\.cost).max() ?? 0, 1e-12)
    /// Never left of what it merges, even where a later merge costs less.
    var x: [Double] = []
    for node in tree.nodes {
      let below = (node.children ?? []).map { x[$0] }.max() ?? left
      x.append(max(below, left + width * max(0, node.cost) / most))
    }
    let isInClass = tree.isInGroup(of: suggestion?.clusters ?? 0)
    func y(_ index: Int) -> Double { top + rowHeight * (tree.nodes[index].place + 0.5) }
    func color(_ index: Int) -> String { isInClass[index] ? "#2e8b57" : "#888888" }
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(number(left + width + 30))\" "
        + "height=\"\(number(height))\" font-family=\"sans-serif\" font-size=\"13\">",
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
      "<text x=\"12\" y=\"24\" font-weight=\"bold\">\(escaped(title(suggestion)))</text>",
    ]
    for (index, node) in tree.nodes.enumerated() {
      for child in node.children ?? [] {
        lines.append(
          "<path d=\"M\(number(x[child])) \(number(y(child)))H\(number(x[index]))"
            + "V\(number(y(index)))\" fill=\"none\" stroke=\"\(color(child))\" stroke-width=\"2\"/>"
        )
      }
    }
    for (index, node) in tree.nodes.prefix(tree.leaves).enumerated() {
      let share = node.clusters.reduce(0) { $0 + Double(subHead.clusterShares[$1]) }
      let name = TreePanel.name(ofClusters: node.clusters, subHead, classNames, names)
      lines.append(
        "<text x=\"\(number(left - 44))\" y=\"\(number(y(index) + 4))\" text-anchor=\"end\">"
          + "\(escaped(name)) · \(Figures.percent(share, 0)) %</text>")
      if let data = image(node.clusters) {
        lines.append(
          "<image x=\"\(number(left - 36))\" y=\"\(number(y(index) - 14))\" width=\"28\" "
            + "height=\"28\" style=\"image-rendering:pixelated\" "
            + "href=\"data:image/png;base64,\(data)\"/>")
      }
    }
    lines.append(
      "<text x=\"\(number(left))\" y=\"\(number(height - 10))\" fill=\"#555555\">0 nats</text>")
    lines.append(
      "<text x=\"\(number(left + width))\" y=\"\(number(height - 10))\" fill=\"#555555\" "
        + "text-anchor=\"end\">\(Figures.decimal(most, 2)) nats lost by the merge</text>")
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private static func title(_ suggestion: SuggestedCount?) -> String {
    TreePanel.summary(suggestion).map(\.text).joined()
  }

  /// One decimal, as SVG writes numbers.
  private static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
