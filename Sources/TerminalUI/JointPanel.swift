import Foundation
import Snapshots

/// The joint distribution of the chosen sub-head as a heatmap with its marginals and its numbers;
/// of a head that is trained with labels, its predictions by true class.
package enum JointPanel {
  static func draw(
    _ state: DashboardState, _ moment: Moment, _ layout: DashboardLayout,
    into buffer: inout CellBuffer
  ) {
    guard !layout.joint.isEmpty else { return }
    let color = Style(Theme.color(of: state.head), bold: true)
    let name = "\(state.head.rawValue)\(state.chosenSubHead(at: moment) + 1)"
    let following = state.subHead == nil ? " ★" : ""
    let hasPairs = state.description(of: state.head)?.matching != .identity
    let title =
      hasPairs
      ? [
        Span("Joint P(z,z′)", Style.plain.bold), Span("  \(name)", color),
        Span(following, Style(Theme.star)),
      ]
      : [
        Span("Confusion", Style.plain.bold), Span("  \(state.head.rawValue)", color),
        Span("  ↓ predicted  → true", Theme.label),
      ]
    let cursor = state.chosenCluster?.cluster
    let content = Panel(title, hasBorder: layout.isRoomy).draw(in: layout.joint, into: &buffer)
    guard let subHead = state.chosenEvaluation(at: moment) else {
      buffer.write(
        "waiting for the first evaluation", in: content, row: max(0, content.height / 2 - 1),
        style: Theme.label, alignment: .center)
      return
    }
    let order = state.clusterOrder(subHead)
    if layout.isRoomy {
      let (numbers, rest) = content.splitTop(3)
      let map = rest.splitTop(content.height > 22 ? 1 : 0).rest
      drawGauges(subHead, in: numbers, into: &buffer)
      drawMap(subHead, order, cursor: cursor, in: map, into: &buffer)
    } else {
      let side = min(19, content.width / 2)
      let (map, numbers) = content.splitLeft(content.width - side, gap: 1)
      drawMap(subHead, order, cursor: cursor, in: map, into: &buffer)
      drawNumbers(subHead, in: numbers, into: &buffer)
    }
  }

  // MARK: Numbers

  /// The entropies against their largest value, ln C, one bar each.
  private static func drawGauges(
    _ subHead: SubHeadEvaluation, in area: Rect, into buffer: inout CellBuffer
  ) {
    guard subHead.hasJoint else {
      drawNumbers(subHead, in: area, into: &buffer)
      return
    }
    let most = log(Double(max(2, subHead.clusters)))
    let rows: [(String, Double, Color)] = [
      ("I(z,z′)", subHead.informationOfJoint, Theme.truth),
      ("H(z)", subHead.entropy, Theme.other),
      ("H(z|z′)", subHead.conditionalEntropy, Theme.wrong),
    ]
    for (row, (name, value, color)) in rows.enumerated() where row < area.height {
      let y = area.y + row
      buffer.write(name, x: area.x, y: y, limit: area.width, style: Theme.label)
      buffer.write(
        Figures.decimal(value, 3).padded(6, .right), x: area.x + 8, y: y, limit: area.width - 8,
        style: Style.plain.bold)
      let tail = row == 0 ? " of ln \(subHead.clusters) = \(Figures.decimal(most, 3))" : ""
      let bar = Rect(x: area.x + 15, y: y, width: min(24, area.width - 16 - 17), height: 1)
      Bars.drawLine(value / most, in: bar, style: Style(color), into: &buffer)
      buffer.write(
        tail, x: bar.maxX, y: y, limit: area.maxX - bar.maxX, style: Theme.label)
    }
  }

  private static func drawNumbers(
    _ subHead: SubHeadEvaluation, in area: Rect, into buffer: inout CellBuffer
  ) {
    let most = log(Double(max(1, subHead.clusters)))
    let rows =
      subHead.hasJoint
      ? [
        ("I(z,z′)", Figures.decimal(subHead.informationOfJoint, 3)),
        ("H(z)", Figures.decimal(subHead.entropy, 3)),
        ("H(z|z′)", Figures.decimal(subHead.conditionalEntropy, 3)),
        ("ln C", Figures.decimal(most, 3)),
        ("empty", "\(subHead.emptyClusters)"),
      ]
      : [
        ("accuracy", Figures.percent(subHead.accuracy) + " %"),
        ("loss", Figures.decimal(subHead.loss, 3)),
        ("empty", "\(subHead.emptyClusters)"),
      ]
    for (row, (name, value)) in rows.enumerated() where row < area.height {
      let used = buffer.write(
        name.padded(subHead.hasJoint ? 8 : 9), x: area.x, y: area.y + row, limit: area.width,
        style: Theme.label)
      buffer.write(
        value.padded(6, .right), x: area.x + used, y: area.y + row, limit: area.width - used,
        style: row == 0 ? Style.plain.bold : .plain)
    }
  }

  // MARK: Map

  /// Heatmap; names at the left and below; the marginals as bars at the right and below; a mark
  /// before the row of the chosen cluster.
  private static func drawMap(
    _ subHead: SubHeadEvaluation, _ order: ClusterOrder, cursor: Int?, in area: Rect,
    into buffer: inout CellBuffer
  ) {
    guard area.width >= 4, area.height >= 2, subHead.clusters > 0 else { return }
    let hasMarginals = area.height >= 4
    let hasColumnNames = area.height >= 9
    let mapRows = area.height - (hasMarginals ? 1 : 0) - (hasColumnNames ? 1 : 0)
    let longest = order.clusters.indices.map { order.name($0).columns }.max() ?? 1
    let barWidth = area.width >= 30 ? 8 : 0
    let nameWidth = min(longest, max(0, area.width / 5), 10)
    let room = area.width - nameWidth - 1 - (barWidth > 0 ? barWidth + 1 : 0)
    let side = min(room, 2 * mapRows)
    guard side >= 2 else { return }
    let grid = JointGrid(subHead, order: order, groups: side)
    let scale = max(1, side / grid.groups)
    let size = grid.groups * scale
    let slack = max(0, room - size) / 2
    let map = Rect(
      x: area.x + nameWidth + 1 + (barWidth > 0 ? slack : 0), y: area.y, width: size,
      height: (size + 1) / 2)
    let pixels = PixelGrid(width: size, height: size) { x, y in
      let level = grid.brightness(row: y / scale, column: x / scale)
      return PixelGrid.Pixel(color: Theme.heat(level), level: level)
    }
    pixels.draw(in: map, into: &buffer)
    drawRowNames(grid, order, scale: scale, width: nameWidth, map: map, into: &buffer)
    if let place = cursor.flatMap(order.clusters.firstIndex(of:)),
      let group = grid.members.firstIndex(where: { $0.contains(place) })
    {
      let row = map.y + (group * scale + (scale - 1) / 2) / 2
      buffer[map.x - 1, row] = Cell("▸", Style(Theme.attention, bold: true))
    }
    if barWidth > 0 {
      drawRowMarginals(grid, scale: scale, width: barWidth, map: map, into: &buffer)
    }
    if hasMarginals { drawColumnMarginals(grid, scale: scale, map: map, into: &buffer) }
    if hasColumnNames {
      drawColumnNames(grid, order, scale: scale, map: map, into: &buffer)
    }
  }

  private static func drawRowNames(
    _ grid: JointGrid, _ order: ClusterOrder, scale: Int, width: Int, map: Rect,
    into buffer: inout CellBuffer
  ) {
    var previous: String?
    for row in 0..<map.height {
      let groups = groups(at: row, scale: scale, grid)
      guard let group = groups.first, let place = grid.members[group].first else { continue }
      let names = groups.compactMap { grid.members[$0].first.map { order.name($0) } }
      let all = names.joined(separator: ",")
      // Two clusters in a row of cells are both named where both names fit.
      let namesAll =
        scale == 1 && grid.groups == order.clusters.count && all.columns <= width
      let text = namesAll ? all : order.name(place)
      // Several clusters of one class, or several rows of one cluster, are named once.
      if !namesAll && text == previous { continue }
      previous = text
      buffer.write(
        Figures.clipped(text, width).padded(width, .right), x: map.x - width - 1, y: map.y + row,
        limit: width, style: Theme.label)
    }
  }

  /// The groups that begin or stand alone in a row of cells: one, or two at half a row each.
  private static func groups(at row: Int, scale: Int, _ grid: JointGrid) -> [Int] {
    if scale == 1 { return [2 * row, 2 * row + 1].filter { $0 < grid.groups } }
    let group = (2 * row + (scale % 2 == 1 ? 1 : 0)) / scale
    return group < grid.groups ? [group] : []
  }

  private static func drawRowMarginals(
    _ grid: JointGrid, scale: Int, width: Int, map: Rect, into buffer: inout CellBuffer
  ) {
    for row in 0..<map.height {
      let groups = groups(at: row, scale: scale, grid)
      guard !groups.isEmpty else { continue }
      let level = groups.reduce(0) { $0 + grid.marginals[$1] } / Double(groups.count)
      Bars.drawHorizontal(
        level / 2, in: Rect(x: map.maxX + 1, y: map.y + row, width: width, height: 1),
        style: Theme.border, into: &buffer)
    }
  }

  private static func drawColumnMarginals(
    _ grid: JointGrid, scale: Int, map: Rect, into buffer: inout CellBuffer
  ) {
    for column in 0..<map.width {
      let level = grid.marginals[column / scale] / 2
      buffer[map.x + column, map.maxY] = Cell(Bars.block(level), Theme.border)
    }
  }

  private static func drawColumnNames(
    _ grid: JointGrid, _ order: ClusterOrder, scale: Int, map: Rect,
    into buffer: inout CellBuffer
  ) {
    var previous: String?
    for group in 0..<grid.groups {
      guard let place = grid.members[group].first else { continue }
      let whole = order.name(place)
      if scale < 2 && whole == previous { continue }
      previous = whole
      let text = order.shortName(place, max(1, scale - 1))
      let offset = max(0, scale - text.columns) / 2
      buffer.write(
        text, x: map.x + group * scale + offset, y: map.maxY + 1, limit: scale,
        style: Theme.label)
    }
  }
}

extension SubHeadEvaluation {
  /// Of the joint that is shown. Where pixels are clustered that is the one without displacement,
  /// and `mutualInformation` the mean over all of them.
  fileprivate var informationOfJoint: Double {
    displacementInformation.isEmpty ? mutualInformation : entropy - conditionalEntropy
  }
}
