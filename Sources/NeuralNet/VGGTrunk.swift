import Kernels

/// Convolutions, each followed by batch-norm and ReLU, with max-pools between them: the trunk of net6c and net10a.
package final class VGGTrunk: Trunk {
  package enum Stage: Sendable, Equatable {
    /// The number of output channels. The padding is half the kernel at any dilation, so that a dilated convolution
    /// shrinks the map.
    case convolution(Int, dilation: Int = 1)
    /// 2×2, stride 2.
    case maxPool
  }

  /// For one image.
  package let outputShape: Shape
  package let fan = Fan.into
  private let layers: [(convolution: Convolution, normalization: BatchNormalization)]

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
    layers.reduce(images) { activation, layer in
      layer.normalization.forward(layer.convolution.forward(activation), mode)
    }
  }

  package func backward(_ outputGradient: Tensor) {
    var gradient = outputGradient
    for (index, layer) in layers.enumerated().reversed() {
      let normalized = layer.normalization.backward(gradient)
      if let next = layer.convolution.backward(normalized, needsInputGradient: index > 0) {
        gradient = next
      }
    }
  }

  package var parameters: [Parameter] {
    layers.flatMap { [$0.convolution.weight, $0.normalization.weight, $0.normalization.bias] }
  }

  package var stateBuffers: [StateBuffer] {
    layers.flatMap(\.normalization.stateBuffers)
  }
}
