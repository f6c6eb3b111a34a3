@testable import TerminalUI

/// A frame as a golden file has it: its text, then the style of each cell in runs, each style
/// spelled out.
enum GoldenText {
  private static let divider = "=== styles ==="

  static func text(of buffer: CellBuffer) -> String {
    var text = buffer.text + "\n" + divider + "\n"
    for y in 0..<buffer.height {
      var runs: [(style: String, count: Int)] = []
      for style in styles(buffer, row: y) {
        if runs.last?.style == style {
          runs[runs.count - 1].count += 1
        } else {
          runs.append((style, 1))
        }
      }
      text +=
        runs.map { $0.count > 1 ? "\($0.count)*\($0.style)" : $0.style }
        .joined(separator: " ") + "\n"
    }
    return text
  }

  /// Where `buffer` is not what the golden file says: for each row the first cell whose character
  /// differs, and the first whose style does.
  static func differences(_ buffer: CellBuffer, from golden: String) -> [String] {
    let lines = golden.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let place = lines.firstIndex(of: divider) else { return ["the file has no styles"] }
    let found = buffer.text.split(separator: "\n", omittingEmptySubsequences: false)
    guard place == found.count, lines.count >= place + 1 + buffer.height else {
      return ["\(found.count) rows of \(buffer.height) found, \(place) expected"]
    }
    var differences: [String] = []
    for row in 0..<place {
      let (new, old) = (Array(found[row]), Array(lines[row]))
      if let column = firstDifference(new, old) {
        let (here, there) = (new[safe: column] ?? " ", old[safe: column] ?? " ")
        differences.append(
          "row \(row), column \(column): '\(here)', expected '\(there)' in \(lines[row])")
      }
    }
    for row in 0..<buffer.height {
      let new = styles(buffer, row: row)
      let old = lines[place + 1 + row].split(separator: " ").flatMap { run -> [String] in
        let parts = run.split(separator: "*")
        guard parts.count == 2, let count = Int(parts[0]) else { return [String(run)] }
        return Array(repeating: String(parts[1]), count: count)
      }
      if let column = firstDifference(new, old) {
        let (here, there) = (new[safe: column] ?? "none", old[safe: column] ?? "none")
        differences.append("row \(row), column \(column): style \(here), expected \(there)")
      }
    }
    return differences
  }

  private static func firstDifference<Value: Equatable>(_ new: [Value], _ old: [Value]) -> Int? {
    (0..<max(new.count, old.count)).first { new[safe: $0] != old[safe: $0] }
  }

  /// `foreground/background` as the palette's numbers, `-` for the terminal's own, then b, d, r for
  /// bold, dim and reversed.
  private static func styles(_ buffer: CellBuffer, row: Int) -> [String] {
    (0..<buffer.width).map { x in
      let style = buffer[x, row].style
      func name(_ color: Color) -> String {
        color.resolved(at: buffer.colorDepth).map { "\($0)" } ?? "-"
      }
      return name(style.foreground) + "/" + name(style.background) + (style.isBold ? "b" : "")
        + (style.isDim ? "d" : "") + (style.isReverse ? "r" : "")
    }
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? {
    indices.contains(index) ? self[index] : nil
  }
}
