/// Where each part of the dashboard stands at a terminal size.
package struct DashboardLayout: Sendable, Equatable {
  package static let smallestWidth = 40
  package static let smallestHeight = 12

  package var status: Rect
  package var chart = Rect.zero
  package var table = Rect.zero
  package var joint = Rect.zero
  package var samples = Rect.zero
  package var hints: Rect
  /// Room for borders and for both heads' tables beside a large joint distribution.
  package let isRoomy: Bool

  /// `subHeads`: the larger number of sub-heads of the two heads.
  package init(width: Int, height: Int, subHeads: Int) {
    let screen = Rect(x: 0, y: 0, width: width, height: height)
    isRoomy = width >= 110 && height >= 36
    let (top, rest) = screen.splitTop(isRoomy ? 3 : 2)
    let (body, bottom) = rest.splitBottom(1)
    status = top
    hints = bottom
    let tableRows = 2 + max(1, subHeads)
    if isRoomy {
      arrangeRoomy(body, tableRows: tableRows + 2)
    } else if width >= 70 {
      arrangeCompact(body, tableRows: tableRows)
    } else {
      arrangeNarrow(body, tableRows: tableRows)
    }
  }

  private mutating func arrangeRoomy(_ body: Rect, tableRows: Int) {
    let topRows = max(tableRows + 14, body.height - 32)
    let (upper, lower) = body.splitTop(topRows)
    samples = lower
    let jointWidth = min(max(50, body.width * 2 / 5), 2 * upper.height + 28)
    let (left, right) = upper.splitLeft(body.width - jointWidth)
    joint = right
    (chart, table) = left.splitBottom(tableRows)
  }

  private mutating func arrangeCompact(_ body: Rect, tableRows: Int) {
    let rows = min(tableRows, max(3, body.height / 2))
    let rest: Rect
    (table, rest) = body.splitTop(rows)
    let (left, right) = rest.splitLeft(body.width * 43 / 100, gap: 1)
    if rest.height >= 12 {
      samples = right
      (chart, joint) = left.splitTop(rest.height / 2)
    } else {
      chart = left
      joint = right
    }
  }

  private mutating func arrangeNarrow(_ body: Rect, tableRows: Int) {
    let rows = min(tableRows, max(3, body.height / 3))
    let rest: Rect
    (table, rest) = body.splitTop(rows)
    guard rest.height >= 14 else {
      chart = rest
      return
    }
    let lower: Rect
    (chart, lower) = rest.splitTop(rest.height * 2 / 5)
    if lower.height >= 18 {
      (joint, samples) = lower.splitTop(9)
    } else {
      samples = lower
    }
  }
}

extension DashboardState {
  package var layout: DashboardLayout {
    DashboardLayout(
      width: width, height: height,
      subHeads: history.description.heads.map(\.subHeads).max() ?? 1)
  }
}
