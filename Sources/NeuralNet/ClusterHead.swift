import Kernels

/// h sub-heads on one trunk: each an independently initialised linear layer with softmax over C
/// clusters. All of them are one matrix product.
package final class ClusterHead: Head {
  package let clusters: Int
  package let subHeads: Int

  /// Of the first weights.
  private static let deviation = 0.01

  private let context: ComputeContext
  private let linear: Convolution
  private let bias: Parameter
  private var probabilities = ActivationStorage()
  private var current: Tensor?

  /// - Parameters:
  ///   - name: `head_A` or `head_B`.
  ///   - features: the trunk's output, `[·, H, W, C]`; flattened channel by channel, as PyTorch
  ///     does.
  package convenience init(
    name: String, features: Shape, clusters: Int, subHeads: Int, context: ComputeContext
  ) {
    self.init(
      name: name, layers: (0..<subHeads).map { "\(name).heads.\($0).0" }, features: features,
      clusters: clusters, context: context)
  }

  /// - Parameter layers: what the linear layer of each sub-head is called.
  init(
    name: String, layers: [String], features: Shape, clusters: Int, context: ComputeContext
  ) {
    let subHeads = layers.count
    self.clusters = clusters
    self.subHeads = subHeads
    self.context = context
    let outputs = clusters * subHeads
    let packed = PackedWeights(
      taps: features.pixels, depth: features.channels, channels: outputs)
    let featureCount = features.pixels * features.channels
    let pixels = features.pixels
    linear = Convolution(
      name: name,
      geometry: ConvolutionGeometry(
        inputHeight: features.height, inputWidth: features.width, kernelHeight: features.height,
        kernelWidth: features.width),
      inputChannels: features.channels, inputStride: features.channelStride,
      outputChannels: outputs,
      views: (0..<subHeads).map { subHead in
        ParameterView(
          name: "\(layers[subHead]).weight", shape: [clusters, featureCount],
          initializer: .normal(deviation: Self.deviation)
        ) { index in
          let feature = index % featureCount
          return packed.offset(
            channel: subHead * clusters + index / featureCount, input: feature / pixels,
            tap: feature % pixels)
        }
      },
      context: context)
    bias = Parameter(
      count: padded(outputs),
      views: (0..<subHeads).map { subHead in
        ParameterView(name: "\(layers[subHead]).bias", shape: [clusters]) {
          subHead * clusters + $0
        }
      })
  }

  package var parameters: [Parameter] { [linear.weight, bias] }

  /// Gives one sub-head's linear layer new first weights, and its bias zeros.
  ///
  /// - Returns: its tensors and the parameters that hold them.
  package func reinitialize(
    subHead: Int, from random: RandomStream
  ) -> [(view: ParameterView, parameter: Parameter)] {
    let (weightView, biasView) = (linear.weight.views[subHead], bias.views[subHead])
    weightView.draw(deviation: Self.deviation, to: linear.weight.values, from: random)
    biasView.scatter([Float](repeating: 0, count: biasView.count), to: bias.values)
    return [(weightView, linear.weight), (biasView, bias)]
  }

  /// Features → probabilities `[N, 1, 1, h·C]`: image i's sub-head s starts at
  /// `i · channelStride + s · C`. The result lives until the next call.
  package func forward(_ features: Tensor, _ mode: Mode) -> Tensor {
    let logits = linear.forward(features)
    let probabilities = probabilities.tensor(logits.shape)
    let stride = logits.shape.channelStride
    context.pool.forEach(logits.shape.blocks) { block in
      for image in 0..<logits.shape.images(inBlock: block) {
        let row = (block * imageBlock + image) * stride
        let source = logits.pointer + row
        let target = probabilities.pointer + row
        for output in 0..<clusters * subHeads { source[output] += bias.values[output] }
        for subHead in 0..<subHeads {
          softmax(source + subHead * clusters, count: clusters, to: target + subHead * clusters)
        }
      }
      // A larger batch before may have left images here.
      let end = (block + 1) * imageBlock * stride
      for index in min(logits.shape.images * stride, end)..<end { probabilities.pointer[index] = 0 }
    }
    current = probabilities
    return probabilities
  }

  /// Takes the gradient of the probabilities, which it overwrites; returns the gradient of the
  /// features.
  package func backward(_ gradient: Tensor) -> Tensor {
    guard let current else { preconditionFailure("backward before forward") }
    precondition(gradient.shape == current.shape, "\(gradient.shape), not \(current.shape)")
    let stride = gradient.shape.channelStride
    context.pool.forEach(gradient.shape.blocks) { block in
      let images = gradient.shape.images(inBlock: block)
      for image in 0..<imageBlock {
        let row = (block * imageBlock + image) * stride
        let target = gradient.pointer + row
        // Images and channels that are not real add nothing to the sums that follow.
        let real = image < images ? clusters * subHeads : 0
        for subHead in 0..<(image < images ? subHeads : 0) {
          softmaxInputGradient(
            current.pointer + row + subHead * clusters, target + subHead * clusters,
            count: clusters, to: target + subHead * clusters)
        }
        for index in real..<stride { target[index] = 0 }
      }
    }
    bias.gradient.clear()
    for image in 0..<gradient.shape.images {
      for output in 0..<clusters * subHeads {
        bias.gradient[output] += gradient.pointer[image * stride + output]
      }
    }
    return linear.backward(gradient, needsInputGradient: true)!
  }
}
