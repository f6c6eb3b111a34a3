import Snapshots

/// How the clusters of an over-clustering sub-head flow together: a tree from its groups at the
/// left to one at the right, to the scale of what each merge costs.
package enum TreePanel {
  static func draw(
    _ state: DashboardState, _ moment: Moment, _ layout: DashboardLayout,
    into buffer: inout CellBuffer
  ) {
    guard !layout.joint.isEmpty else { return }
    let evaluation = moment.evaluation
    let head = evaluation?.heads.first { $0.subHeads.contains { !$0.merges.isEmpty } }
    var title = [Span("Tree of clusters", Style.plain.bold)]
    if let head {
      let index = shownSubHead(head, state, moment)
      title.append(
        Span("  \(head.head.rawValue)\(index + 1)", Style(Theme.color(of: head.head), bold: true)))
    }
    let content = Panel(title, hasBorder: layout.isRoomy).draw(in: layout.joint, into: &buffer)
    guard let head else {
      let text =
        evaluation == nil ? "waiting for the first evaluation" : "no head over-clusters in this run"
      buffer.write(
        text, in: content, row: max(0, content.height / 2 - 1), style: Theme.label,
        alignment: .center)
      return
    }
    let (line, area) = content.splitTop(1)
    buffer.write(summary(head.suggestion), x: line.x, y: line.y, limit: line.width)
    let subHead = head.subHeads[shownSubHead(head, state, moment)]
    let names = state.names.carried(by: head)
      .names(head: head.head, subHead: subHead.index, clusters: subHead.clusters)
    drawTree(
      subHead, suggestion: head.suggestion, classNames: state.history.description.classNames,
      names: names, in: area, into: &buffer)
  }

  /// The tree of one sub-head as plain text, `leaves` lines and one in front that says how many
  /// classes there seem to be.
  ///
  /// - Parameter names: that people gave its clusters, by number; empty without any.
  package static func text(
    _ subHead: SubHeadEvaluation, suggestion: SuggestedCount?, classNames: [String],
    names: [String?] = [], leaves: Int, width: Int = 78
  ) -> String {
    let rows = min(leaves, subHead.merges.count + 1)
    var buffer = CellBuffer(width: width, height: rows + 1, colorDepth: .none)
    let (line, area) = buffer.area.splitTop(1)
    buffer.write(summary(suggestion), x: line.x, y: line.y, limit: line.width)
    drawTree(
      subHead, suggestion: suggestion, classNames: classNames, names: names, in: area,
      into: &buffer)
    return buffer.text
  }

  /// How many classes there seem to be, in words.
  package static func summary(_ suggestion: SuggestedCount?) -> [Span] {
    guard let suggestion else {
      return [Span("no number of classes stands out", Theme.label)]
    }
    return [
      Span("\(suggestion.clusters) classes", Style(Theme.truth, bold: true)),
      Span(
        suggestion.isClear ? " stand out" : " stand out a little", Theme.label),
      Span("  ×\(Figures.decimal(suggestion.jump, 1))", Style.plain),
      Span(" the merge before", Theme.label),
    ]
  }

  /// The chosen one if its head is shown, else the reported one.
  private static func shownSubHead(
    _ head: HeadEvaluation, _ state: DashboardState, _ moment: Moment
  ) -> Int {
    let index =
      state.head == head.head ? state.chosenSubHead(at: moment) : head.reportedSubHead
    return min(index, head.subHeads.count - 1)
  }

  private static func drawTree(
    _ subHead: SubHeadEvaluation, suggestion: SuggestedCount?, classNames: [String],
    names: [String?], in area: Rect, into buffer: inout CellBuffer
  ) {
    guard area.height >= 2, area.width >= 16,
      let tree = Dendrogram(subHead.merges, clusters: subHead.clusters, limit: area.height)
    else {
      buffer.write(
        "nothing to merge", in: area, row: area.height / 2, style: Theme.label,
        alignment: .center)
      return
    }
    let names = tree.nodes.prefix(tree.leaves).map {
      name(ofClusters: $0.clusters, subHead, classNames, names)
    }
    let nameWidth = min(names.map(\.columns).max() ?? 0, max(6, area.width / 4))
    let left = area.x + nameWidth + 6
    let room = area.maxX - left - 1
    guard room >= 4 else { return }
    let columns = columns(of: tree, room: room)
    let isInClass = tree.isInGroup(of: suggestion?.clusters ?? 0)
    for leaf in 0..<tree.leaves {
      let y = area.y + leaf
      buffer.write(
        names[leaf].padded(nameWidth), x: area.x, y: y, limit: nameWidth,
        style: isInClass[leaf] ? .plain : Theme.label)
      let share = tree.nodes[leaf].clusters.reduce(0) { $0 + Double(subHead.clusterShares[$1]) }
      let text = Figures.percent(share, 0).padded(3, .right) + "%"
      buffer.write(text, x: area.x + nameWidth + 1, y: y, limit: 4, style: Theme.label)
    }
    func row(_ node: Int) -> Int { area.y + Int(tree.nodes[node].place) }
    for (index, node) in tree.nodes.enumerated() {
      guard let children = node.children else { continue }
      let style = Style(isInClass[index] ? Theme.truth : Theme.quiet)
      let x = left + columns[index]
      let rows = children.map(row)
      for (child, y) in zip(children, rows) {
        let childStyle = Style(isInClass[child] ? Theme.truth : Theme.quiet)
        let start = tree.nodes[child].children == nil ? left - 1 : left + columns[child]
        for column in (start + 1)..<max(start + 1, x) {
          buffer[column, y] = Cell("─", childStyle)
        }
      }
      let (top, bottom) = (min(rows[0], rows[1]), max(rows[0], rows[1]))
      for y in top...bottom {
        let character: Character =
          y == top ? "┐" : y == bottom ? "┘" : y == row(index) ? "├" : "│"
        buffer[x, y] = Cell(character, style)
      }
      if bottom == top + 1, index + 1 < tree.nodes.count {
        buffer[x, row(index)] = Cell("┬", style)
      }
    }
  }

  /// Where each merge stands: to the scale of its cost, and right of what it merges.
  private static func columns(of tree: Dendrogram, room: Int) -> [Int] {
    let most = tree.nodes.map(\.cost).max() ?? 0
    var columns = tree.nodes.map { _ in 0 }
    /// Merges above a node, so that each has a column left.
    var above = tree.nodes.map { _ in 0 }
    for index in tree.nodes.indices.reversed() {
      for child in tree.nodes[index].children ?? [] { above[child] = above[index] + 1 }
    }
    for (index, node) in tree.nodes.enumerated() {
      guard let children = node.children else { continue }
      let least =
        (children.map { tree.nodes[$0].children == nil ? -1 : columns[$0] }.max() ?? 0) + 1
      let scaled = most > 0 ? Int(max(0, node.cost) / most * Double(room - 1)) : 0
      columns[index] = min(max(least, scaled), max(least, room - 1 - above[index]))
    }
    return columns.map { min($0, room - 1) }
  }

  /// What people called the clusters of a leaf, else the classes that they are mostly of, that with
  /// most images first, else their numbers.
  static func name(
    ofClusters clusters: [Int], _ subHead: SubHeadEvaluation, _ classNames: [String],
    _ names: [String?]
  ) -> String {
    let given = clusters.compactMap { names.indices.contains($0) ? names[$0] : nil }
    if !given.isEmpty { return Set(given).sorted().joined(separator: " + ") }
    guard let scores = subHead.scores, !classNames.isEmpty else {
      let numbers = clusters.map(String.init)
      return numbers.count <= 3
        ? numbers.joined(separator: " ") : "\(numbers[0]) +\(numbers.count - 1)"
    }
    let classes = scores.contingency.count / max(1, subHead.clusters)
    // Images by the class that most of their cluster are of: several classes may have flowed
    // together.
    var images = [Int](repeating: 0, count: classes)
    for cluster in clusters {
      let row = scores.contingency[cluster * classes..<(cluster + 1) * classes]
      guard let most = row.max(), most > 0, let place = row.firstIndex(of: most) else { continue }
      images[place - row.startIndex] += row.reduce(0, +)
    }
    let labels = images.indices.filter { images[$0] > 0 }
      .sorted { (images[$1], $0) < (images[$0], $1) }
    return labels.isEmpty
      ? "?" : labels.map { ClusterOrder.name($0, classNames) }.joined(separator: " + ")
  }
}
