import Snapshots

/// The colours of the product, each named for what it means.
package enum Theme {
  package static let headA = Color.rgb(255, 215, 95)
  package static let headB = Color.rgb(95, 215, 215)
  /// Labels, axes and everything that only helps to read the rest.
  package static let quiet = Color.rgb(138, 138, 138)
  /// Panel borders and the empty part of gauges.
  package static let line = Color.rgb(88, 88, 88)
  /// The ground truth in the sample panel; also a run that goes well.
  package static let truth = Color.rgb(95, 215, 95)
  /// A wrong prediction; also a run that failed.
  package static let wrong = Color.rgb(255, 95, 95)
  /// The other clusters in the sample panel.
  package static let other = Color.rgb(95, 135, 255)
  /// Paused, stopped, and replies to keys.
  package static let attention = Color.rgb(255, 215, 95)
  package static let star = Color.rgb(255, 215, 95)

  /// The part of the narrow status line that stands for the steps taken, and the text on it.
  package static let band = Color.rgb(0, 60, 140)
  package static let onBand = Color.rgb(255, 255, 255)
  package static let quietOnBand = Color.rgb(175, 215, 215)

  /// The selected row: light text on a dark band, whatever the terminal's own colours are.
  package static let selected = Style(
    .rgb(255, 255, 255), on: .rgb(58, 58, 88), bold: true)

  package static let label = Style(quiet)
  package static let border = Style(line)

  package static func color(of head: HeadID) -> Color { head == .a ? headA : headB }

  /// From no probability mass to all that a cluster should hold: near black over dark red to pale
  /// yellow.
  package static func heat(_ level: Float) -> Color {
    let position = unitInterval(level) * Float(heatStops.count - 1)
    return .palette(heatStops[Int(position.rounded())])
  }

  private static let heatStops: [UInt8] = [
    233, 234, 235, 236, 53, 89, 125, 161, 197, 203, 209, 215, 221, 228, 230,
  ]
}
