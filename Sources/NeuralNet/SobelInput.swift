import Kernels

/// How images are fed to a trunk.
package enum InputKind: String, Sendable, CaseIterable {
  /// The image as the renderer makes it.
  case image
  /// The grey image's two Sobel derivatives.
  case sobel
  /// The image's channels, then the two derivatives.
  case imageAndSobel = "image-and-sobel"

  /// The trunk's input channels, for images of this many channels.
  package func channels(image: Int) -> Int {
    switch self {
    case .image: image
    case .sobel: 2
    case .imageAndSobel: image + 2
    }
  }
}

/// Sobel's derivatives of the grey image, as the paper feeds them to the trunk (Ji et al. 2019,
/// section 4.1).
///
/// Grey is an image's one channel, or 0.299 R + 0.587 G + 0.114 B. Across: correlation with
/// [[1, 0, −1], [2, 0, −2], [1, 0, −1]]. Down: with [[1, 2, 1], [0, 0, 0], [−1, −2, −1]]. Outside
/// the image is 0.
package final class SobelInput {
  /// Shape of one image, without padding between the images of a block, as trunks read images.
  package let outputShape: Shape
  private let kind: InputKind
  private let imageShape: Shape
  private let context: ComputeContext
  private let output = ActivationStorage()
  /// Grey `[N/12, H + 2, W + 2, 12]` with a border of zeros.
  private let greyPlanes = ActivationStorage()

  /// `imageShape`: of one image, `[1, H, W, C]` with 1, 3 or 4 channels and no padding; the fourth
  /// channel takes no part in grey. Requires a `kind` with derivatives.
  package init(kind: InputKind, imageShape: Shape, context: ComputeContext) {
    precondition(kind != .image, "images as they are have no derivatives")
    precondition(
      [1, 3, 4].contains(imageShape.channels), "\(imageShape.channels) channels, not 1, 3 or 4")
    precondition(
      imageShape.channelStride == imageShape.channels,
      "\(imageShape.channels) channels in \(imageShape.channelStride)")
    self.kind = kind
    self.imageShape = imageShape
    self.context = context
    let channels = kind.channels(image: imageShape.channels)
    outputShape = Shape(
      images: 1, height: imageShape.height, width: imageShape.width, channels: channels,
      channelStride: channels)
  }

  /// `[N, H, W, C]` → `[N, H, W, 2]` or `[N, H, W, C + 2]`; the result lives until the next call.
  package func forward(_ images: Tensor) -> Tensor {
    var expected = imageShape
    expected.images = images.shape.images
    precondition(images.shape == expected, "images \(images.shape), not \(expected)")
    var shape = outputShape
    shape.images = images.shape.images
    let output = output.tensor(shape)
    let bytes = Double((images.shape.count + shape.count) * MemoryLayout<Float>.stride)
    context.measure("input", .augmentation, bytes: bytes) {
      let (height, floatsPerRow) = (shape.height, (shape.width + 2) * imageBlock)
      let floatsPerPlane = (height + 2) * floatsPerRow
      let planes = greyPlanes.tensor(
        Shape(
          images: images.shape.images, height: height + 2, width: shape.width + 2, channels: 1,
          channelStride: 1)
      ).pointer
      context.pool.forEach(shape.blocks * (height + 2)) { unit in
        let (block, y) = (unit / (height + 2), unit % (height + 2) - 1)
        writeGrey(of: images.block(block), row: y, to: planes + unit * floatsPerRow)
      }
      context.pool.forEach(shape.blocks * height) { unit in
        let (block, y) = (unit / height, unit % height)
        let target = output.block(block) + y * shape.width * imageBlock * shape.channels
        writeDerivatives(of: planes + block * floatsPerPlane + y * floatsPerRow, to: target)
        if kind == .imageAndSobel { copyImages(images.block(block), row: y, to: target) }
      }
    }
    return output
  }

  /// One row of a block, with its border; rows above and below the image are all border.
  private func writeGrey(
    of images: UnsafePointer<Float>, row y: Int, to target: UnsafeMutablePointer<Float>
  ) {
    let (count, channels) = (imageShape.width * imageBlock, imageShape.channels)
    guard y >= 0 && y < imageShape.height else {
      target.update(repeating: 0, count: count + 2 * imageBlock)
      return
    }
    target.update(repeating: 0, count: imageBlock)
    (target + imageBlock + count).update(repeating: 0, count: imageBlock)
    let source = images + y * count * channels
    let values = target + imageBlock
    // Written out for each number of channels, so that the compiler knows the distances.
    switch channels {
    case 1: values.update(from: source, count: count)
    case 3: for index in 0..<count { values[index] = Self.grey(source + 3 &* index) }
    default: for index in 0..<count { values[index] = Self.grey(source + 4 &* index) }
    }
  }

  @inline(__always)
  private static func grey(_ pixel: UnsafePointer<Float>) -> Float {
    0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]
  }

  /// Both derivatives of one row of a block into the last two channels of `target`. `above` is the
  /// grey row above; the two others follow it.
  private func writeDerivatives(
    of above: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>
  ) {
    switch outputShape.channels {
    case 2: writeDerivatives(of: above, to: target, channels: 2)
    case 3: writeDerivatives(of: above, to: target, channels: 3)
    case 5: writeDerivatives(of: above, to: target, channels: 5)
    default: writeDerivatives(of: above, to: target, channels: 6)
    }
  }

  @inline(__always)
  private func writeDerivatives(
    of above: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, channels: Int
  ) {
    // Neighbouring pixels are a block of images apart, so that one loop goes through all pixels of
    // all images.
    let count = imageShape.width * imageBlock
    let middle = above + count + 2 * imageBlock
    let below = middle + count + 2 * imageBlock
    let derivatives = target + channels - 2
    for left in 0..<count {
      let (centre, right) = (left &+ imageBlock, left &+ 2 &* imageBlock)
      let across =
        (above[left] - above[right]) + 2 * (middle[left] - middle[right])
        + (below[left] - below[right])
      let down =
        (above[left] - below[left]) + 2 * (above[centre] - below[centre])
        + (above[right] - below[right])
      derivatives[left &* channels] = across
      derivatives[left &* channels &+ 1] = down
    }
  }

  /// One row of a block's images into the first channels of `target`.
  private func copyImages(
    _ images: UnsafePointer<Float>, row y: Int, to target: UnsafeMutablePointer<Float>
  ) {
    let (count, channels) = (imageShape.width * imageBlock, imageShape.channels)
    let source = images + y * count * channels
    for index in 0..<count {
      for channel in 0..<channels {
        target[index &* (channels &+ 2) &+ channel] = source[index &* channels &+ channel]
      }
    }
  }
}
