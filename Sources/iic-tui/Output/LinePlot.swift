import Foundation

/// Lines through points on a pair of axes, as a part of an SVG picture.
struct LinePlot {
  struct Point {
    var x: Double
    var y: Double
    /// Drawn as a bar to both sides; nil for none.
    var deviation: Double?
  }

  struct Line {
    /// Empty for none.
    var title: String
    var points: [Point]
  }

  var title: String
  var xTitle: String
  var yTitle: String
  var lines: [Line]
  /// Values of x that are marked on a logarithmic axis; at least one, above 0.
  var xTicks: [Double]

  private static let colours = [
    "#1f6fb4", "#d1622b", "#2f8f4e", "#8a4fb0", "#b23a48", "#5a6570", "#b08d1e", "#1c8c8c",
  ]
  /// Of the area between the axes, in pixels.
  private static let area = (width: 360.0, height: 260.0)
  private static let margin = (left: 64.0, top: 40.0, bottom: 60.0)

  /// Pixels across, and down without the lines' titles.
  static let width = margin.left + area.width + 28
  var height: Double {
    let titles = lines.filter { !$0.title.isEmpty }.count
    return Self.margin.top + Self.area.height + Self.margin.bottom + 18 * Double(titles)
  }

  private var xRange: ClosedRange<Double> {
    let values = xTicks + lines.flatMap(\.points).map(\.x)
    let (least, most) = (values.min() ?? 1, values.max() ?? 1)
    return least < most ? least...most : least / 2...most * 2
  }

  /// Percent: whole tens around all points and their bars.
  private var yRange: ClosedRange<Double> {
    let points = lines.flatMap(\.points)
    let least = points.map { $0.y - ($0.deviation ?? 0) }.min() ?? 0
    let most = points.map { $0.y + ($0.deviation ?? 0) }.max() ?? 1
    let low = max(0, (10 * least).rounded(.down) / 10)
    return low...max(low + 0.1, min(1, (10 * most).rounded(.up) / 10))
  }

  private func place(x: Double) -> Double {
    let range = xRange
    let share = (log(x) - log(range.lowerBound)) / (log(range.upperBound) - log(range.lowerBound))
    return Self.margin.left + share * Self.area.width
  }

  private func place(y: Double) -> Double {
    let range = yRange
    let share = (y - range.lowerBound) / (range.upperBound - range.lowerBound)
    return Self.margin.top + (1 - share) * Self.area.height
  }

  /// The elements, `left` pixels from the picture's left side.
  func elements(left: Double) -> String {
    "<g transform=\"translate(\(Self.number(left)) 0)\">\n" + axes + curves + "</g>\n"
  }

  private var axes: String {
    let (bottom, right) = (
      Self.margin.top + Self.area.height, Self.margin.left + Self.area.width
    )
    let middle = Self.margin.left + Self.area.width / 2
    var text = Self.text(title, x: middle, y: 22, "middle", "font-weight=\"bold\"")
    let (low, high) = (
      Int((10 * yRange.lowerBound).rounded()), Int((10 * yRange.upperBound).rounded())
    )
    for tenth in low...high {
      let y = place(y: Double(tenth) / 10)
      text += Self.line(Self.margin.left, y, right, y, "#d8d8d8")
      text += Self.text("\(10 * tenth) %", x: Self.margin.left - 8, y: y + 4, "end")
    }
    for tick in xTicks {
      let x = place(x: tick)
      text += Self.line(x, bottom, x, bottom + 5, "#404040")
      text += Self.text(String(format: "%g", tick), x: x, y: bottom + 19, "middle")
    }
    text += Self.line(Self.margin.left, bottom, right, bottom, "#404040")
    text += Self.line(Self.margin.left, Self.margin.top, Self.margin.left, bottom, "#404040")
    text += Self.text(xTitle, x: middle, y: bottom + 39, "middle")
    let height = Self.number(Self.margin.top + Self.area.height / 2)
    return text
      + Self.text(
        yTitle, x: 16, y: Self.margin.top + Self.area.height / 2, "middle",
        "transform=\"rotate(-90 16 \(height))\"")
  }

  private var curves: String {
    var text = ""
    for (index, line) in lines.enumerated() {
      let colour = Self.colours[index % Self.colours.count]
      let points = line.points.sorted { $0.x < $1.x }
      let places = points.map {
        "\(Self.number(place(x: $0.x))),\(Self.number(place(y: $0.y)))"
      }
      text +=
        "<polyline points=\"\(places.joined(separator: " "))\" fill=\"none\" "
        + "stroke=\"\(colour)\" stroke-width=\"2\"/>\n"
      for point in points {
        let x = place(x: point.x)
        if let deviation = point.deviation {
          text += Self.line(
            x, place(y: max(yRange.lowerBound, point.y - deviation)), x,
            place(y: min(yRange.upperBound, point.y + deviation)), colour)
        }
        text +=
          "<circle cx=\"\(Self.number(x))\" cy=\"\(Self.number(place(y: point.y)))\" r=\"3.5\" "
          + "fill=\"\(colour)\"/>\n"
      }
      if !line.title.isEmpty {
        let y = Self.margin.top + Self.area.height + Self.margin.bottom + 18 * Double(index)
        text +=
          "<circle cx=\"\(Self.number(Self.margin.left + 6))\" cy=\"\(Self.number(y - 4))\" "
          + "r=\"3.5\" fill=\"\(colour)\"/>\n"
        text += Self.text(line.title, x: Self.margin.left + 18, y: y, "start")
      }
    }
    return text
  }

  private static func number(_ value: Double) -> String {
    String(format: "%g", (10 * value).rounded() / 10)
  }

  private static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String
  ) -> String {
    "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" "
      + "stroke=\"\(colour)\"/>\n"
  }

  private static func text(
    _ text: String, x: Double, y: Double, _ anchor: String, _ attributes: String = ""
  ) -> String {
    "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\""
      + (attributes.isEmpty ? "" : " \(attributes)") + ">\(escaped(text))</text>\n"
  }

  /// What would be taken for markup, or may not stand in XML.
  private static func escaped(_ text: String) -> String {
    String(text.map(\.printable))
      .replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
  }
}
