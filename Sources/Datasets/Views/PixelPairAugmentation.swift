import Kernels

/// Two views of one square of a picture, for the clustering of its pixels (Ji et al. 2019, section
/// 3.3): the square as it is, and the same square moved, mirrored and in other colours.
package struct PixelPairAugmentation: Equatable, Sendable {
  /// Side of the square, and of what the network sees, in the picture's pixels.
  package var cropSize: Int
  package var colors = ColorRanges()
  /// How often the second view is mirrored left to right, 0…1.
  package var flipProbability: Float = 0.5
  /// How often the second view is moved, 0…1.
  package var affineProbability: Float = 0
  /// Largest rotation to either side about the square's centre, in degrees, 0…180.
  package var rotationDegrees: Float = 0
  /// Factors of size are uniform between the two, 0.1…10.
  package var scales: ClosedRange<Float> = 1...1
  /// Largest slant to either side, in degrees, 0…80.
  package var shearDegrees: Float = 0

  package init(cropSize: Int) { self.cropSize = cropSize }

  /// The square within its picture. Of a picture that is smaller, the square holds all and more:
  /// what is outside is black, and does not count.
  package func drawCrop(of size: ImageSize, from random: inout RandomStream) -> PixelCrop {
    func start(_ extent: Int) -> Int {
      extent >= cropSize
        ? random.integer(below: extent - cropSize + 1) : -((cropSize - extent) / 2)
    }
    let left = start(size.width)
    return PixelCrop(left: left, top: start(size.height))
  }

  /// The second view, of the square as if it were a picture of its own.
  package func drawSecond(from random: inout RandomStream) -> DrawnView {
    var view = DrawnView(left: 0, top: 0, size: cropSize)
    if affineProbability > 0, random.uniform() < affineProbability {
      view.rotationDegrees = random.uniform(-rotationDegrees, rotationDegrees)
      view.scale = random.uniform(scales.lowerBound, scales.upperBound)
      view.shearDegrees = random.uniform(-shearDegrees, shearDegrees)
    }
    view.isFlipped = random.uniform() < flipProbability
    colors.draw(into: &view, from: &random)
    return view
  }

  /// From places in the first view to those in the second: where g has moved each pixel.
  package func map(to second: DrawnView) -> AffineMap {
    let size = ImageSize(height: cropSize, width: cropSize, channels: 1)
    return second.sourceMap(of: size, outputSize: cropSize).inverse
  }
}

/// Where a square of a picture lies, in its pixels; it may reach beyond the picture.
package struct PixelCrop: Equatable, Sendable {
  package var left: Int
  package var top: Int

  package init(left: Int, top: Int) {
    self.left = left
    self.top = top
  }
}

/// One pair of a batch.
package struct PixelPair: Equatable, Sendable {
  /// Index into the data set.
  package var image: Int
  package var crop: PixelCrop
  package var second: DrawnView

  package init(image: Int, crop: PixelCrop, second: DrawnView) {
    self.image = image
    self.crop = crop
    self.second = second
  }
}
