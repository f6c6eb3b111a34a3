import Kernels

/// One of the paper's networks, at any width and for square images of any size: what presets,
/// benchmarks and tests build, and what it needs.
package struct Architecture: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// For MNIST: 5×5 convolutions of w, 2w, 4w, 8w channels, a 2×2 max-pool after each but the
    /// last.
    case net6c
    /// For CIFAR and STL10: a ResNet-34 of w, 2w, 4w, 8w channels (see `ResNetTrunk`).
    case net5g
    /// For segmentation: 3×3 convolutions of w, 2w, 4w, 4w, 8w, 8w channels, a 2×2 max-pool after
    /// the second, the last two at dilation 2.
    case net10a
  }

  package var kind: Kind
  /// w, the channels of the first convolution.
  package var width: Int
  /// Side of the images, in pixels.
  package var inputSize: Int
  /// Channels of the images as they are read.
  package var inputChannels: Int
  /// What the trunk sees of them.
  package var input = InputKind.image
  /// Blocks in each of net5g's stages; fewer only in tests.
  package var blockCounts = [3, 4, 6, 3]

  package init(_ kind: Kind, width: Int, inputSize: Int, inputChannels: Int) {
    self.kind = kind
    self.width = width
    self.inputSize = inputSize
    self.inputChannels = inputChannels
  }

  /// The smallest side of images that leaves something of every map, in pixels.
  package var smallestInput: Int {
    switch kind {
    case .net6c: 8
    case .net5g: 2
    case .net10a: 16
    }
  }

  /// Shape of one image as it is read: no channels to fill up a vector.
  package var inputShape: Shape {
    Shape(
      images: 1, height: inputSize, width: inputSize, channels: inputChannels,
      channelStride: inputChannels)
  }

  /// What stands in front of the trunk; nil if it sees images as they are.
  package func makeInput(context: ComputeContext) -> SobelInput? {
    input == .image ? nil : SobelInput(kind: input, imageShape: inputShape, context: context)
  }

  /// The trunk, its weights not yet initialised, for images that went through `makeInput`.
  package func makeTrunk(context: ComputeContext) -> any Trunk {
    let channels = input.channels(image: inputChannels)
    let inputShape = Shape(
      images: 1, height: inputSize, width: inputSize, channels: channels,
      channelStride: channels)
    switch kind {
    case .net6c:
      return VGGTrunk(
        inputShape: inputShape, kernelSize: 5,
        plan: [
          .convolution(width), .maxPool, .convolution(2 * width), .maxPool,
          .convolution(4 * width), .maxPool, .convolution(8 * width),
        ],
        context: context)
    case .net5g:
      return ResNetTrunk(
        inputShape: inputShape, width: width, blockCounts: blockCounts, context: context)
    case .net10a:
      return VGGTrunk(
        inputShape: inputShape, kernelSize: 3,
        plan: [
          .convolution(width), .convolution(2 * width), .maxPool, .convolution(4 * width),
          .convolution(4 * width), .convolution(8 * width, dilation: 2),
          .convolution(8 * width, dilation: 2),
        ],
        context: context)
    }
  }

  /// Memory of a training step on so many images, roughly.
  ///
  /// An image costs so many bytes for each value of the first convolution's output: counted for
  /// net6c (four maps twice, before and after batch-norm and pooling, and a gradient), measured for
  /// the two others at width 64. A weight has its gradient, two moments, and copies in other
  /// layouts.
  ///
  /// - Parameter outputs: of all linear heads, C times sub-heads; each has a weight for every
  ///   feature, with gradient and moments.
  package func estimatedBytes(images: Int, outputs: Int = 0) -> Int {
    let (bytesPerValue, weightsPerSquare) =
      switch kind {
      case .net6c: (12, 25 * (2 + 8 + 32))
      case .net5g: (48, 5200)
      case .net10a: (60, 1100)
      }
    let channels = padded(width)
    // net6c's features are a map of an eighth of the input's side, net5g's the mean of one.
    let side = kind == .net6c ? inputSize / 8 : 1
    let terms = [
      [images, bytesPerValue, channels, inputSize, inputSize],
      [4 * 12, weightsPerSquare, width, width],
      [16, outputs, 8 * channels, side, side],
      [8, images, outputs],
    ]
    // Sizes that a person can ask for are far from 2⁶³, their products are not.
    return terms.reduce(0) { sum, factors in
      var term = 1
      for factor in factors {
        let (product, overflow) = term.multipliedReportingOverflow(by: factor)
        if overflow { return .max }
        term = product
      }
      let (next, overflow) = sum.addingReportingOverflow(term)
      return overflow ? .max : next
    }
  }
}

extension Network<ClusterHead> {
  /// A network that assigns images to clusters.
  package convenience init(
    _ architecture: Architecture, heads: [HeadSize], context: ComputeContext
  ) {
    let trunk = architecture.makeTrunk(context: context)
    self.init(
      inputShape: architecture.inputShape, input: architecture.makeInput(context: context),
      trunk: trunk,
      heads: heads.map {
        (
          $0.name,
          ClusterHead(
            name: $0.name, features: trunk.outputShape, clusters: $0.clusters,
            subHeads: $0.subHeads, context: context)
        )
      }, context: context)
  }
}

extension Network<PixelHead> {
  /// A network that assigns pixels to clusters.
  package convenience init(
    _ architecture: Architecture, heads: [HeadSize], context: ComputeContext
  ) {
    let trunk = architecture.makeTrunk(context: context)
    let size = architecture.inputSize
    self.init(
      inputShape: architecture.inputShape, input: architecture.makeInput(context: context),
      trunk: trunk,
      heads: heads.map {
        (
          $0.name,
          PixelHead(
            name: $0.name, features: trunk.outputShape, clusters: $0.clusters,
            subHeads: $0.subHeads, outputHeight: size, outputWidth: size, context: context)
        )
      }, context: context)
  }
}
