import Kernels

/// Convolutions, each followed by batch-norm and ReLU, with max-pools between them: the trunk of
/// net6c and net10a.
package final class VGGTrunk: Trunk {
  package enum Stage: Sendable, Equatable {
    /// The number of output channels. The padding is half the kernel at any dilation, so that a
    /// dilated convolution shrinks the map.
    case convolution(Int, dilation: Int = 1)
    /// 2×2, stride 2.
    case maxPool
  }

  /// For one image.
  package let outputShape: Shape
  private let layers: [(convolution: Convolution, normalization: BatchNormalization)]
  /// Shared by all layers that do not pool: what they pass on is made again for the backward pass,
  /// in a fraction of a convolution's time, rather than kept.
  private let passed = ActivationStorage()

  /// - Parameter plan: starts with a convolution; a pool follows a convolution.
  package init(inputShape: Shape, kernelSize: Int, plan: [Stage], context: ComputeContext) {
    var layers: [(Convolution, BatchNormalization)] = []
    var shape = inputShape
    // PyTorch numbers the modules of the sequence: three for a convolution, one for a pool.
    var module = 0
    for (index, stage) in plan.enumerated() {
      guard case .convolution(let channels, let dilation) = stage else { continue }
      let isPooled = index + 1 < plan.count && plan[index + 1] == .maxPool
      let convolution = Convolution(
        name: "trunk.features.\(module).weight",
        geometry: ConvolutionGeometry(
          inputHeight: shape.height, inputWidth: shape.width, kernelHeight: kernelSize,
          kernelWidth: kernelSize, padding: kernelSize / 2, dilation: dilation),
        inputChannels: shape.channels, inputStride: shape.channelStride,
        outputChannels: channels, context: context)
      let normalization = BatchNormalization(
        name: "trunk.features.\(module + 1)", channels: channels, relu: true,
        poolPadding: isPooled ? 0 : nil, context: context)
      layers.append((convolution, normalization))
      module += isPooled ? 4 : 3
      shape = Shape(
        images: 1, height: convolution.geometry.outputHeight / (isPooled ? 2 : 1),
        width: convolution.geometry.outputWidth / (isPooled ? 2 : 1), channels: channels)
    }
    self.layers = layers
    outputShape = shape
  }

  package func forward(_ images: Tensor, _ mode: Mode) -> Tensor {
    // At once as large as it has to be, or layers would hold on to smaller ones.
    passed.reserve(layers.map { passedShape($0, images.shape.images)?.count ?? 0 }.max() ?? 0)
    return layers.reduce(images) { activation, layer in
      let target = passedShape(layer, images.shape.images).map(passed.tensor)
      return layer.normalization.forward(layer.convolution, of: activation, into: target, mode)
    }
  }

  /// Shape of the map that a layer passes on in shared memory; nil for pooled maps, which are small
  /// and kept.
  private func passedShape(
    _ layer: (convolution: Convolution, normalization: BatchNormalization), _ images: Int
  ) -> Shape? {
    let geometry = layer.convolution.geometry
    return layer.normalization.poolPadding != nil
      ? nil
      : Shape(
        images: images, height: geometry.outputHeight, width: geometry.outputWidth,
        channels: layer.convolution.outputChannels)
  }

  package func backward(_ outputGradient: Tensor) {
    var gradient = outputGradient
    for (index, layer) in layers.enumerated().dropFirst().reversed() {
      let normalized = layer.normalization.backward(gradient)
      if layers[index - 1].normalization.poolPadding == nil {
        layers[index - 1].normalization.recomputeOutput()
      }
      gradient = layer.convolution.backward(normalized, needsInputGradient: true)!
    }
    layers[0].convolution.backward(gradient, through: layers[0].normalization)
  }

  package var parameters: [Parameter] {
    layers.flatMap { [$0.convolution.weight, $0.normalization.weight, $0.normalization.bias] }
  }

  package var stateBuffers: [StateBuffer] {
    layers.flatMap(\.normalization.stateBuffers)
  }
}
