import Kernels

/// How the two views of a pair are drawn from one image: the paper's random transforms g (Ji et
/// al. 2019, section 4.1), as a value that a preset states.
///
/// View 0: a square crop, centred or at a random place, resized. View 1: perhaps rotated, a square
/// crop of one of several sizes at a random place, perhaps flipped, resized, then jitter of
/// brightness, contrast, saturation and hue, and perhaps a black square. Evaluation: view 0's
/// centre crop.
package struct PairAugmentation: Augmentation, Equatable {
  package var outputSize: Int
  /// Side of view 0's crop, in pixels of the data set's image.
  package var firstCropSize: Int
  /// How often view 0's crop is centred instead of at a random place, 0…1.
  package var centreCropProbability: Float
  /// Sides of view 1's crop, each as likely as the others.
  package var secondCropSizes: [Int]
  /// How often view 1 is rotated, 0…1.
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
  /// How often view 1 is mirrored left to right, 0…1.
  package var flipProbability: Float = 0
  /// A part of view 1 that is black: what is left of the image shall say the same of it.
  package var cutout = CutoutRange(probability: 0, size: 0.5)

  package init(
    outputSize: Int, firstCropSize: Int, centreCropProbability: Float,
    secondCropSizes: [Int], rotationProbability: Float, rotationDegrees: Float,
    brightness: Float, contrast: Float
  ) {
    self.outputSize = outputSize
    self.firstCropSize = firstCropSize
    self.centreCropProbability = centreCropProbability
    self.secondCropSizes = secondCropSizes
    self.rotationProbability = rotationProbability
    self.rotationDegrees = rotationDegrees
    self.brightness = brightness
    self.contrast = contrast
  }

  /// Random crops of one size for both views; view 1 mirrored half the time, with the published
  /// jitter.
  private init(cropSize: Int, outputSize: Int) {
    let colors = ColorRanges.published
    self.init(
      outputSize: outputSize, firstCropSize: cropSize, centreCropProbability: 0,
      secondCropSizes: [cropSize], rotationProbability: 0, rotationDegrees: 0,
      brightness: colors.brightness, contrast: colors.contrast)
    saturation = colors.saturation
    hue = colors.hue
    flipProbability = 0.5
  }

  /// The published setting for MNIST.
  package static let mnist = PairAugmentation(
    outputSize: 24, firstCropSize: 20, centreCropProbability: 0.5,
    secondCropSizes: [16, 20, 24], rotationProbability: 0.5, rotationDegrees: 25,
    brightness: 0.4, contrast: 0.4)

  /// The published setting for CIFAR10 and CIFAR100-20.
  package static let cifar10 = PairAugmentation(cropSize: 20, outputSize: 32)

  /// The published setting for STL10.
  package static let stl10 = PairAugmentation(cropSize: 64, outputSize: 64)

  package var views: Int { 2 }

  private var colors: ColorRanges {
    ColorRanges(brightness: brightness, contrast: contrast, saturation: saturation, hue: hue)
  }

  package func check(imageWidth: Int, imageHeight: Int) throws(DatasetError) {
    let side = Float(min(imageWidth, imageHeight))
    var values: [(name: String, value: Float, range: ClosedRange<Float>)] = [
      ("output size", Float(outputSize), 1...1024),
      ("first view's crop size", Float(firstCropSize), 1...side),
      ("number of the second view's crop sizes", Float(secondCropSizes.count), 1...64),
    ]
    values += secondCropSizes.map { ("second view's crop size", Float($0), 1...side) }
    values += [
      ("centre crop probability", centreCropProbability, 0...1),
      ("rotation probability", rotationProbability, 0...1),
      ("rotation degrees", rotationDegrees, 0...180),
    ]
    values += colors.checkedValues
    values.append(("flip probability", flipProbability, 0...1))
    values += cutout.checkedValues
    try check(values, imageWidth: imageWidth, imageHeight: imageHeight)
  }

  package func evaluationView(of size: ImageSize) -> DrawnView {
    .centreCrop(firstCropSize, of: size)
  }

  package func draw(
    view: Int, of size: ImageSize, from random: inout RandomStream
  ) -> DrawnView {
    checkIndex(view: view)
    return view == 0 ? drawFirst(of: size, from: &random) : drawSecond(of: size, from: &random)
  }

  private func drawFirst(of size: ImageSize, from random: inout RandomStream) -> DrawnView {
    random.uniform() < centreCropProbability
      ? evaluationView(of: size) : .randomCrop(firstCropSize, of: size, from: &random)
  }

  private func drawSecond(of size: ImageSize, from random: inout RandomStream) -> DrawnView {
    let cropSize = secondCropSizes[random.integer(below: secondCropSizes.count)]
    var drawn = DrawnView.randomCrop(cropSize, of: size, from: &random)
    if random.uniform() < rotationProbability {
      drawn.rotationDegrees = random.uniform(-rotationDegrees, rotationDegrees)
    }
    colors.draw(into: &drawn, from: &random)
    if flipProbability > 0 { drawn.isFlipped = random.uniform() < flipProbability }
    if cutout.probability > 0 {
      cutout.draw(into: &drawn, outputSize: outputSize, from: &random)
    }
    return drawn
  }
}
