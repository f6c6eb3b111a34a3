/// Changes of colour, as torchvision's ColorJitter makes them of tensors: brightness, contrast,
/// saturation and hue in a drawn order, each result kept within 0…1.
enum ColorJitter {
  /// Weights of red, green and blue in grey, as torchvision's `rgb_to_grayscale`.
  static let greyWeights: (Float, Float, Float) = (0.2989, 0.587, 0.114)

  /// Changes an image `[pixels, channels]` in 0…1. Saturation and hue need red, green and blue; a
  /// fourth channel stays as it is.
  static func apply(
    _ view: DrawnView, to image: UnsafeMutablePointer<Float>, pixels: Int, channels: Int
  ) {
    for step in view.colorOrder {
      switch step {
      case .brightness where view.brightness != 1:
        forEachValue(image, pixels, channels) { $0 * view.brightness }
      case .contrast where view.contrast != 1:
        let base = meanGrey(image, pixels, channels) * (1 - view.contrast)
        forEachValue(image, pixels, channels) { base + $0 * view.contrast }
      case .saturation where view.saturation != 1 && channels >= 3:
        saturate(image, pixels, channels, factor: view.saturation)
      case .hue where view.hue != 0 && channels >= 3:
        turnHue(image, pixels, channels, by: view.hue)
      default: break
      }
    }
    // Rounding in the sampling may leave a value just above 1.
    for index in 0..<pixels * channels { image[index] = clamped(image[index]) }
  }

  /// The channels that colour steps change.
  private static func colorChannels(_ channels: Int) -> Int { min(channels, 3) }

  private static func forEachValue(
    _ image: UnsafeMutablePointer<Float>, _ pixels: Int, _ channels: Int,
    _ change: (Float) -> Float
  ) {
    let colors = colorChannels(channels)
    if colors == channels {
      for index in 0..<pixels * channels { image[index] = clamped(change(image[index])) }
      return
    }
    for pixel in 0..<pixels {
      for index in pixel * channels..<pixel * channels + colors {
        image[index] = clamped(change(image[index]))
      }
    }
  }

  private static func grey(_ pixel: UnsafeMutablePointer<Float>) -> Float {
    let (red, green, blue) = greyWeights
    return red * pixel[0] + green * pixel[1] + blue * pixel[2]
  }

  private static func meanGrey(
    _ image: UnsafeMutablePointer<Float>, _ pixels: Int, _ channels: Int
  ) -> Float {
    var sum: Float = 0
    for pixel in 0..<pixels {
      sum += channels >= 3 ? grey(image + pixel * channels) : image[pixel * channels]
    }
    return sum / Float(pixels)
  }

  private static func saturate(
    _ image: UnsafeMutablePointer<Float>, _ pixels: Int, _ channels: Int, factor: Float
  ) {
    for index in 0..<pixels {
      let pixel = image + index * channels
      let base = grey(pixel) * (1 - factor)
      for channel in 0..<3 { pixel[channel] = clamped(base + pixel[channel] * factor) }
    }
  }

  /// Through hue, saturation and value; hue 1 is a whole turn.
  private static func turnHue(
    _ image: UnsafeMutablePointer<Float>, _ pixels: Int, _ channels: Int, by turn: Float
  ) {
    for index in 0..<pixels {
      let pixel = image + index * channels
      let (red, green, blue) = (pixel[0], pixel[1], pixel[2])
      let value = max(red, green, blue)
      let range = value - min(red, green, blue)
      // A grey pixel has no hue to turn.
      if range == 0 { continue }
      let sixths: Float
      if value == red {
        sixths = (green - blue) / range
      } else if value == green {
        sixths = 2 + (blue - red) / range
      } else {
        sixths = 4 + (red - green) / range
      }
      var hue = sixths / 6 + turn
      hue -= hue.rounded(.down)
      let saturation = range / value
      let sector = (hue * 6).rounded(.down)
      let within = hue * 6 - sector
      let low = clamped(value * (1 - saturation))
      let falling = clamped(value * (1 - saturation * within))
      let rising = clamped(value * (1 - saturation * (1 - within)))
      (pixel[0], pixel[1], pixel[2]) =
        switch Int(sector) % 6 {
        case 0: (value, rising, low)
        case 1: (falling, value, low)
        case 2: (low, value, rising)
        case 3: (low, falling, value)
        case 4: (rising, low, value)
        default: (value, low, falling)
        }
    }
  }

  @inline(__always)
  private static func clamped(_ value: Float) -> Float { value < 0 ? 0 : (value > 1 ? 1 : value) }
}
