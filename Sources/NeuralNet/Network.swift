import Kernels

/// A trunk and its heads.
package final class Network {
  package let context: ComputeContext
  package let inputShape: Shape
  package let trunk: VGGTrunk
  /// By name: `head_A`, `head_B`.
  package let heads: [String: ClusterHead]

  /// net6c, the paper's network for MNIST (method: 5×5 convolutions of w, 2w, 4w, 8w channels, a 2×2 max-pool
  /// after each but the last), at any width w.
  ///
  /// - Parameters:
  ///   - inputSize: height and width of the input, a multiple of 8.
  ///   - heads: clusters and sub-heads by name.
  package init(
    net6cWidth width: Int, inputSize: Int, inputChannels: Int,
    heads: [(name: String, clusters: Int, subHeads: Int)], context: ComputeContext
  ) {
    self.context = context
    let inputShape = Shape(
      images: 1, height: inputSize, width: inputSize, channels: inputChannels,
      channelStride: inputChannels)
    let trunk = VGGTrunk(
      inputShape: inputShape, kernelSize: 5,
      plan: [
        .convolution(width), .maxPool, .convolution(2 * width), .maxPool,
        .convolution(4 * width), .maxPool, .convolution(8 * width),
      ],
      context: context)
    self.inputShape = inputShape
    self.trunk = trunk
    self.heads = Dictionary(
      uniqueKeysWithValues: heads.map {
        (
          $0.name,
          ClusterHead(
            name: $0.name, features: trunk.outputShape, clusters: $0.clusters,
            subHeads: $0.subHeads, context: context)
        )
      })
  }

  /// Images `[N, H, W, C]`, channel stride C → probabilities of one head (see `ClusterHead.forward`).
  package func forward(_ images: Tensor, head: String, _ mode: Mode) -> Tensor {
    self.head(head).forward(trunk.forward(images, mode))
  }

  /// From the gradient of that head's probabilities, replaces the gradients of the trunk and of the head.
  package func backward(_ gradient: Tensor, head: String) {
    trunk.backward(self.head(head).backward(gradient))
  }

  /// What a step on `head` trains.
  package func parameters(training head: String) -> [Parameter] {
    trunk.parameters + self.head(head).parameters
  }

  /// All parameters: the trunk's, then the heads' in order of name.
  package var parameters: [Parameter] {
    trunk.parameters + heads.sorted { $0.key < $1.key }.flatMap(\.value.parameters)
  }

  package var parameterCount: Int { parameters.flatMap(\.views).reduce(0) { $0 + $1.count } }

  package func head(_ name: String) -> ClusterHead {
    guard let head = heads[name] else { preconditionFailure("no \(name)") }
    return head
  }
}
