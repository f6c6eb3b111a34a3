import Kernels

/// The trunk of net5g: a 3×3 stem, a 2×2 max-pool with padding 1, four stages of basic blocks that
/// double the channels and halve the map, and the average over what is left (ResNet-34 of He et al.
/// 2016 on small images).
package final class ResNetTrunk: Trunk {
  /// For one image.
  package let outputShape: Shape

  private let convolution: Convolution
  private let normalization: BatchNormalization
  private let blocks: [BasicBlock]
  private let averagePool: AveragePool

  /// - Parameters:
  ///   - width: channels of the stem and of the first stage.
  ///   - blockCounts: of each stage.
  package init(
    inputShape: Shape, width: Int, blockCounts: [Int] = [3, 4, 6, 3], context: ComputeContext
  ) {
    convolution = Convolution(
      name: "trunk.conv1.weight",
      geometry: ConvolutionGeometry(
        inputHeight: inputShape.height, inputWidth: inputShape.width, kernelHeight: 3,
        kernelWidth: 3, padding: 1),
      inputChannels: inputShape.channels, inputStride: inputShape.channelStride,
      outputChannels: width, fan: .fanOut, context: context)
    normalization = BatchNormalization(
      name: "trunk.bn1", channels: width, relu: true, poolPadding: 1, context: context)
    var shape = Shape(
      images: 1, height: (inputShape.height + 2) / 2, width: (inputShape.width + 2) / 2,
      channels: width)
    let inner = ActivationStorage()
    var blocks: [BasicBlock] = []
    for (stage, count) in blockCounts.enumerated() {
      for index in 0..<count {
        let block = BasicBlock(
          name: "trunk.layer\(stage + 1).\(index)", inputShape: shape, channels: width << stage,
          stride: stage > 0 && index == 0 ? 2 : 1, inner: inner, context: context)
        blocks.append(block)
        shape = block.outputShape
      }
    }
    self.blocks = blocks
    averagePool = AveragePool(context: context)
    outputShape = Shape(images: 1, height: 1, width: 1, channels: shape.channels)
  }

  package func forward(_ images: Tensor, _ mode: Mode) -> Tensor {
    let stem = normalization.forward(convolution, of: images, mode)
    return averagePool.forward(blocks.reduce(stem) { $1.forward($0, mode) })
  }

  package func backward(_ outputGradient: Tensor) {
    let gradient = blocks.reversed().reduce(averagePool.backward(outputGradient)) {
      $1.backward($0)
    }
    convolution.backward(gradient, through: normalization)
  }

  package var parameters: [Parameter] {
    [convolution.weight, normalization.weight, normalization.bias] + blocks.flatMap(\.parameters)
  }

  package var stateBuffers: [StateBuffer] {
    normalization.stateBuffers + blocks.flatMap(\.stateBuffers)
  }
}
