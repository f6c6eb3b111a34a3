import Kernels

/// The paper's networks at any width w. Images are square; heads are given by name (`head_A`, `head_B`) with
/// their clusters and sub-heads.
extension Network {
  package typealias HeadSize = (name: String, clusters: Int, subHeads: Int)

  /// net6c, for MNIST: 5×5 convolutions of w, 2w, 4w, 8w channels, a 2×2 max-pool after each but the last.
  ///
  /// - Parameter inputSize: a multiple of 8.
  package convenience init(
    net6cWidth width: Int, inputSize: Int, inputChannels: Int, heads: [HeadSize],
    context: ComputeContext
  ) {
    let input = Shape(squareImages: inputSize, channels: inputChannels)
    let trunk = VGGTrunk(
      inputShape: input, kernelSize: 5,
      plan: [
        .convolution(width), .maxPool, .convolution(2 * width), .maxPool,
        .convolution(4 * width), .maxPool, .convolution(8 * width),
      ],
      context: context)
    self.init(inputShape: input, trunk: trunk, clusterHeads: heads, context: context)
  }

  /// net5g, for CIFAR and STL10: a ResNet-34 of w, 2w, 4w, 8w channels (see `ResNetTrunk`).
  ///
  /// - Parameter blockCounts: of each stage; fewer only in tests.
  package convenience init(
    net5gWidth width: Int, inputSize: Int, inputChannels: Int, heads: [HeadSize],
    blockCounts: [Int] = [3, 4, 6, 3], context: ComputeContext
  ) {
    let input = Shape(squareImages: inputSize, channels: inputChannels)
    let trunk = ResNetTrunk(
      inputShape: input, width: width, blockCounts: blockCounts, context: context)
    self.init(inputShape: input, trunk: trunk, clusterHeads: heads, context: context)
  }

  /// net10a, for segmentation: 3×3 convolutions of w, 2w, 4w, 4w, 8w, 8w channels, a 2×2 max-pool after the
  /// second, the last two at dilation 2; its heads put out maps (see `PixelHead`).
  ///
  /// - Parameter inputSize: even.
  package convenience init(
    net10aWidth width: Int, inputSize: Int, inputChannels: Int, heads: [HeadSize],
    context: ComputeContext
  ) {
    let input = Shape(squareImages: inputSize, channels: inputChannels)
    let trunk = VGGTrunk(
      inputShape: input, kernelSize: 3,
      plan: [
        .convolution(width), .convolution(2 * width), .maxPool, .convolution(4 * width),
        .convolution(4 * width), .convolution(8 * width, dilation: 2),
        .convolution(8 * width, dilation: 2),
      ],
      context: context)
    self.init(
      inputShape: input, trunk: trunk,
      heads: heads.map {
        (
          $0.name,
          PixelHead(
            name: $0.name, features: trunk.outputShape, clusters: $0.clusters,
            subHeads: $0.subHeads, outputHeight: inputSize, outputWidth: inputSize,
            context: context)
        )
      }, context: context)
  }

  private convenience init(
    inputShape: Shape, trunk: any Trunk, clusterHeads: [HeadSize], context: ComputeContext
  ) {
    self.init(
      inputShape: inputShape, trunk: trunk,
      heads: clusterHeads.map {
        (
          $0.name,
          ClusterHead(
            name: $0.name, features: trunk.outputShape, clusters: $0.clusters,
            subHeads: $0.subHeads, context: context)
        )
      }, context: context)
  }
}

extension Shape {
  /// Of one image as it is read: no channels to fill up a vector.
  fileprivate init(squareImages size: Int, channels: Int) {
    self.init(images: 1, height: size, width: size, channels: channels, channelStride: channels)
  }
}
