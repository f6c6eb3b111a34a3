import Kernels

/// How far colours may change, as torchvision's ColorJitter has it.
package struct ColorRanges: Equatable, Sendable {
  /// Factors are uniform in 1 ± this, 0…1.
  package var brightness: Float
  package var contrast: Float
  package var saturation: Float
  /// Hue turns by up to this share of a whole turn either way, 0…0.5.
  package var hue: Float

  package init(
    brightness: Float = 0, contrast: Float = 0, saturation: Float = 0, hue: Float = 0
  ) {
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
    self.hue = hue
  }

  /// The published setting for pictures in colour.
  package static let published = ColorRanges(
    brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.125)

  var checkedValues: [(name: String, value: Float, range: ClosedRange<Float>)] {
    [
      ("brightness", brightness, 0...1), ("contrast", contrast, 0...1),
      ("saturation", saturation, 0...1), ("hue", hue, 0...0.5),
    ]
  }

  /// Draws a view's changes of colour and their order.
  func draw(into view: inout DrawnView, from random: inout RandomStream) {
    view.brightness = random.uniform(1 - brightness, 1 + brightness)
    view.contrast = random.uniform(1 - contrast, 1 + contrast)
    view.colorOrder =
      random.uniform() < 0.5 ? [.contrast, .brightness] : [.brightness, .contrast]
    // What grey images have no use for is drawn last, so that their numbers stay the same.
    if saturation > 0 || hue > 0 {
      view.saturation = random.uniform(1 - saturation, 1 + saturation)
      view.hue = random.uniform(-hue, hue)
      view.colorOrder = ColorStep.allCases.shuffled(using: &random)
    }
  }
}
