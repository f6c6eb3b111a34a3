import Kernels

/// One random view of an image, for training with labels (Ji et al. 2019, table 3): a random crop,
/// perhaps moved (rotated, scaled, slanted and shifted) beforehand, perhaps mirrored, its colours
/// changed, perhaps a square of it black.
package struct SingleAugmentation: Augmentation, Equatable {
  package var outputSize: Int
  /// Side of the crop, in pixels of the data set's image.
  package var cropSize: Int
  /// How often the view is mirrored left to right, 0…1.
  package var flipProbability: Float = 0.5
  package var colors = ColorRanges()
  /// How often the image is moved, 0…1.
  package var affineProbability: Float = 0.5
  /// Largest rotation to either side, in degrees, 0…180.
  package var rotationDegrees: Float = 18
  /// Factors of size are uniform between the two, 0.1…10.
  package var scales: ClosedRange<Float> = 0.9...1.1
  /// Largest shift either way, as a share of the image's width and height, 0…1; by whole pixels, as
  /// torchvision's.
  package var shift: Float = 0.1
  /// Largest slant to either side, in degrees, 0…80.
  package var shearDegrees: Float = 10
  package var cutout = CutoutRange(probability: 0.5, size: 0.7)

  package init(outputSize: Int, cropSize: Int) {
    self.outputSize = outputSize
    self.cropSize = cropSize
  }

  package var views: Int { 1 }

  package func check(imageWidth: Int, imageHeight: Int) throws(DatasetError) {
    var values: [(name: String, value: Float, range: ClosedRange<Float>)] = [
      ("output size", Float(outputSize), 1...1024),
      ("crop size", Float(cropSize), 1...Float(min(imageWidth, imageHeight))),
      ("flip probability", flipProbability, 0...1),
    ]
    values += colors.checkedValues
    values += [
      ("affine probability", affineProbability, 0...1),
      ("rotation degrees", rotationDegrees, 0...180),
      ("smallest scale", scales.lowerBound, 0.1...10),
      ("largest scale", scales.upperBound, 0.1...10), ("shift", shift, 0...1),
      ("shear degrees", shearDegrees, 0...80),
    ]
    values += cutout.checkedValues
    try check(values, imageWidth: imageWidth, imageHeight: imageHeight)
  }

  package func evaluationView(of size: ImageSize) -> DrawnView { .centreCrop(cropSize, of: size) }

  package func draw(
    view: Int, of size: ImageSize, from random: inout RandomStream
  ) -> DrawnView {
    checkIndex(view: view)
    var drawn = DrawnView.randomCrop(cropSize, of: size, from: &random)
    if random.uniform() < affineProbability {
      drawn.rotationDegrees = random.uniform(-rotationDegrees, rotationDegrees)
      drawn.scale = random.uniform(scales.lowerBound, scales.upperBound)
      let (width, height) = (Float(size.width), Float(size.height))
      drawn.shiftX = random.uniform(-shift * width, shift * width).rounded()
      drawn.shiftY = random.uniform(-shift * height, shift * height).rounded()
      drawn.shearDegrees = random.uniform(-shearDegrees, shearDegrees)
    }
    drawn.isFlipped = random.uniform() < flipProbability
    colors.draw(into: &drawn, from: &random)
    cutout.draw(into: &drawn, outputSize: outputSize, from: &random)
    return drawn
  }
}
