import Kernels

/// The head of fine-tuning with labels (Ji et al. 2019, table 3): linear → hidden units →
/// batch-norm → ReLU → linear → softmax over the classes.
///
/// The first linear layer has no bias: batch-norm would take it away again.
package final class ClassifierHead: Head {
  package var clusters: Int { output.clusters }
  package var subHeads: Int { 1 }

  private let hidden: Convolution
  private let normalization: BatchNormalization
  private let output: ClusterHead

  /// - Parameters:
  ///   - name: `head_classifier`; its tensors are called as those of PyTorch's `Sequential` of
  ///     `Linear`, `BatchNorm1d`, `ReLU` and `Linear`.
  ///   - features: the trunk's output, `[·, H, W, C]`; flattened channel by channel.
  ///   - hiddenUnits: the paper's 2048.
  package init(
    name: String, features: Shape, hiddenUnits: Int, classes: Int, context: ComputeContext
  ) {
    let packed = PackedWeights(
      taps: features.pixels, depth: features.channels, channels: hiddenUnits)
    let featureCount = features.pixels * features.channels
    let pixels = features.pixels
    hidden = Convolution(
      name: "\(name).0.weight",
      geometry: ConvolutionGeometry(
        inputHeight: features.height, inputWidth: features.width, kernelHeight: features.height,
        kernelWidth: features.width),
      inputChannels: features.channels, inputStride: features.channelStride,
      outputChannels: hiddenUnits,
      views: [
        ParameterView(
          name: "\(name).0.weight", shape: [hiddenUnits, featureCount],
          initializer: .normal(deviation: 0.01)
        ) { index in
          let feature = index % featureCount
          return packed.offset(
            channel: index / featureCount, input: feature / pixels, tap: feature % pixels)
        }
      ], context: context)
    normalization = BatchNormalization(
      name: "\(name).1", channels: hiddenUnits, relu: true, context: context)
    output = ClusterHead(
      name: "\(name).3", layers: ["\(name).3"],
      features: Shape(images: 1, height: 1, width: 1, channels: hiddenUnits), clusters: classes,
      context: context)
  }

  package var parameters: [Parameter] {
    [hidden.weight, normalization.weight, normalization.bias] + output.parameters
  }

  package var stateBuffers: [StateBuffer] { normalization.stateBuffers }

  /// Features → probabilities `[N, 1, 1, classes]`; the result lives until the next call.
  package func forward(_ features: Tensor, _ mode: Mode) -> Tensor {
    output.forward(normalization.forward(hidden, of: features, mode), mode)
  }

  /// Takes the gradient of the probabilities, which it overwrites; returns the gradient of the
  /// features.
  package func backward(_ gradient: Tensor) -> Tensor {
    let normalized = normalization.backward(output.backward(gradient))
    return hidden.backward(normalized, needsInputGradient: true)!
  }
}

extension Network<ClassifierHead> {
  /// A network with one head, `name`, that tells classes apart; its weights are all zero.
  package convenience init(
    _ architecture: Architecture, head name: String, hiddenUnits: Int, classes: Int,
    context: ComputeContext
  ) {
    let trunk = architecture.makeTrunk(context: context)
    let head = ClassifierHead(
      name: name, features: trunk.outputShape, hiddenUnits: hiddenUnits, classes: classes,
      context: context)
    self.init(
      inputShape: architecture.inputShape, input: architecture.makeInput(context: context),
      trunk: trunk, heads: [(name, head)], context: context)
  }
}
