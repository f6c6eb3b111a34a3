import Kernels

/// Ten fixed views of an image for tests whose probabilities are averaged, in torchvision's order:
/// the crops at the corners (top left, top right, bottom left, bottom right) and in the centre,
/// then those of the mirrored image.
package struct TenCrop: Augmentation, Equatable {
  package var outputSize: Int
  /// Side of the crops, in pixels of the data set's image.
  package var cropSize: Int

  package init(outputSize: Int, cropSize: Int) {
    self.outputSize = outputSize
    self.cropSize = cropSize
  }

  package var views: Int { 10 }

  package func check(imageWidth: Int, imageHeight: Int) throws(DatasetError) {
    try check(
      [
        ("output size", Float(outputSize), 1...1024),
        ("crop size", Float(cropSize), 1...Float(min(imageWidth, imageHeight))),
      ], imageWidth: imageWidth, imageHeight: imageHeight)
  }

  package func evaluationView(of size: ImageSize) -> DrawnView { .centreCrop(cropSize, of: size) }

  /// Takes no random number.
  package func draw(
    view: Int, of size: ImageSize, from random: inout RandomStream
  ) -> DrawnView {
    checkIndex(view: view)
    var drawn = evaluationView(of: size)
    let place = view % 5
    if place < 4 {
      drawn.left = place % 2 == 0 ? 0 : size.width - cropSize
      drawn.top = place < 2 ? 0 : size.height - cropSize
    }
    if view >= 5 {
      // The crop of the mirrored image is the mirror of the crop on the other side.
      drawn.left = size.width - cropSize - drawn.left
      drawn.isFlipped = true
    }
    return drawn
  }
}
