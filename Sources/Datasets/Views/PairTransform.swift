import Kernels

/// How the two views of a pair are drawn from one image: the paper's random transforms g (Ji et
/// al. 2019, section 4.1), as a value that a preset states.
///
/// The plain view: a square crop, centred or at a random place, resized. The transformed view: perhaps rotated, a
/// square crop of one of several sizes at a random place, perhaps flipped, resized, then jitter of brightness,
/// contrast, saturation and hue. Evaluation: the plain view's centre crop.
package struct PairTransform: Equatable, Sendable {
  /// Side of the square that the network sees, in pixels.
  package var outputSize: Int
  /// Side of side x's crop, in pixels of the data set's image.
  package var plainCropSize: Int
  /// How often side x's crop is centred instead of at a random place, 0…1.
  package var centreCropProbability: Float
  /// Sides of side x′'s crop, each as likely as the others.
  package var transformedCropSizes: [Int]
  /// How often side x′ is rotated, 0…1.
  package var rotationProbability: Float
  /// Largest rotation to either side about the image's centre, in degrees, 0…180.
  package var rotationDegrees: Float
  /// Brightness factors are uniform in 1 ± this, 0…1.
  package var brightness: Float
  /// Contrast factors are uniform in 1 ± this, 0…1.
  package var contrast: Float
  /// Saturation factors are uniform in 1 ± this, 0…1.
  package var saturation: Float = 0
  /// Hue turns by up to this share of a whole turn either way, 0…0.5.
  package var hue: Float = 0
  /// How often side x′ is mirrored left to right, 0…1.
  package var flipProbability: Float = 0

  package init(
    outputSize: Int, plainCropSize: Int, centreCropProbability: Float,
    transformedCropSizes: [Int], rotationProbability: Float, rotationDegrees: Float,
    brightness: Float, contrast: Float
  ) {
    self.outputSize = outputSize
    self.plainCropSize = plainCropSize
    self.centreCropProbability = centreCropProbability
    self.transformedCropSizes = transformedCropSizes
    self.rotationProbability = rotationProbability
    self.rotationDegrees = rotationDegrees
    self.brightness = brightness
    self.contrast = contrast
  }

  /// The published MNIST setting.
  package static let mnist = PairTransform(
    outputSize: 24, plainCropSize: 20, centreCropProbability: 0.5,
    transformedCropSizes: [16, 20, 24], rotationProbability: 0.5, rotationDegrees: 25,
    brightness: 0.4, contrast: 0.4)

  /// Throws `DatasetError.invalidTransform`, in one line with the value's name, where a value is out
  /// of its range or a crop does not fit images of this size in pixels.
  package func check(imageWidth: Int, imageHeight: Int) throws(DatasetError) {
    let side = min(imageWidth, imageHeight)
    var ranges: [(String, Float, ClosedRange<Float>)] = [
      ("output size", Float(outputSize), 1...1024),
      ("plain crop size", Float(plainCropSize), 1...Float(side)),
      ("number of transformed crop sizes", Float(transformedCropSizes.count), 1...64),
    ]
    ranges += transformedCropSizes.map {
      ("transformed crop size", Float($0), 1...Float(side))
    }
    ranges += [
      ("centre crop probability", centreCropProbability, 0...1),
      ("rotation probability", rotationProbability, 0...1),
      ("rotation degrees", rotationDegrees, 0...180), ("brightness", brightness, 0...1),
      ("contrast", contrast, 0...1), ("saturation", saturation, 0...1), ("hue", hue, 0...0.5),
      ("flip probability", flipProbability, 0...1),
    ]
    for (name, value, range) in ranges where !range.contains(value) {
      throw DatasetError.invalidTransform(
        field: name, found: "\(value)",
        expected:
          "\(range.lowerBound)…\(range.upperBound) for images of \(imageHeight)×\(imageWidth)")
    }
  }

  /// The centre crop that evaluation uses, for images of this size in pixels.
  package func centreCrop(imageWidth: Int, imageHeight: Int) -> DrawnTransform {
    DrawnTransform(
      left: (imageWidth - plainCropSize) / 2, top: (imageHeight - plainCropSize) / 2,
      size: plainCropSize)
  }

  /// Draws side x for an image of this size in pixels.
  package func drawPlain(
    imageWidth: Int, imageHeight: Int, from random: inout RandomStream
  ) -> DrawnTransform {
    if random.uniform() < centreCropProbability {
      return centreCrop(imageWidth: imageWidth, imageHeight: imageHeight)
    }
    return DrawnTransform(
      left: random.integer(below: imageWidth - plainCropSize + 1),
      top: random.integer(below: imageHeight - plainCropSize + 1), size: plainCropSize)
  }

  /// Draws side x′ for an image of this size in pixels.
  package func drawTransformed(
    imageWidth: Int, imageHeight: Int, from random: inout RandomStream
  ) -> DrawnTransform {
    let size = transformedCropSizes[random.integer(below: transformedCropSizes.count)]
    var drawn = DrawnTransform(
      left: random.integer(below: imageWidth - size + 1),
      top: random.integer(below: imageHeight - size + 1), size: size)
    if random.uniform() < rotationProbability {
      drawn.rotationDegrees = random.uniform(-rotationDegrees, rotationDegrees)
    }
    drawn.brightness = random.uniform(1 - brightness, 1 + brightness)
    drawn.contrast = random.uniform(1 - contrast, 1 + contrast)
    drawn.colorOrder =
      random.uniform() < 0.5 ? [.contrast, .brightness] : [.brightness, .contrast]
    // What grey images have no use for is drawn last, so that their numbers stay the same.
    if saturation > 0 || hue > 0 {
      drawn.saturation = random.uniform(1 - saturation, 1 + saturation)
      drawn.hue = random.uniform(-hue, hue)
      drawn.colorOrder = ColorStep.allCases.shuffled(using: &random)
    }
    if flipProbability > 0 { drawn.isFlipped = random.uniform() < flipProbability }
    return drawn
  }
}

/// A change of colour.
package enum ColorStep: Sendable, CaseIterable {
  case brightness, contrast, saturation, hue
}

/// One drawn transform: rotate the image, cut the square at (left, top), mirror and resize it, change its colours.
package struct DrawnTransform: Equatable, Sendable {
  /// The crop's left column, top row and side, in pixels; it lies within the image.
  package var left: Int
  package var top: Int
  package var size: Int
  /// Turns what is seen counter-clockwise about the image's centre; outside the image is 0.
  package var rotationDegrees: Float = 0
  /// Every value is multiplied by this and kept within 0…1.
  package var brightness: Float = 1
  /// Every value's distance from the image's mean is multiplied by this, kept within 0…1.
  package var contrast: Float = 1
  /// A pixel's distance from its grey is multiplied by this.
  package var saturation: Float = 1
  /// Colours turn by this share of the whole circle.
  package var hue: Float = 0
  /// Mirrored left to right.
  package var isFlipped = false
  /// Which colour step comes when.
  package var colorOrder = ColorStep.allCases

  package init(left: Int, top: Int, size: Int) {
    self.left = left
    self.top = top
    self.size = size
  }
}
