import Kernels

/// A trunk and its heads.
package final class Network {
  package let context: ComputeContext
  package let inputShape: Shape
  package let trunk: any Trunk
  /// By name: `head_A`, `head_B`.
  package let heads: [String: any Head]

  /// `trunk` takes images of `inputShape`, the heads take its features.
  package init(
    inputShape: Shape, trunk: any Trunk, heads: [(name: String, head: any Head)],
    context: ComputeContext
  ) {
    self.context = context
    self.inputShape = inputShape
    self.trunk = trunk
    self.heads = Dictionary(uniqueKeysWithValues: heads.map { ($0.name, $0.head) })
  }

  /// Images `[N, H, W, C]`, channel stride C → probabilities of one head (see `ClusterHead.forward`).
  package func forward(_ images: Tensor, head: String, _ mode: Mode) -> Tensor {
    self.head(head).forward(trunk.forward(images, mode))
  }

  /// From the gradient of that head's probabilities, replaces the gradients of the trunk and of the head.
  package func backward(_ gradient: Tensor, head: String) {
    trunk.backward(self.head(head).backward(gradient))
  }

  /// The same with a head for segmentation (see `PixelHead.forward`).
  package func forwardMaps(_ images: Tensor, head: String, _ mode: Mode) -> PlanarMaps {
    pixelHead(head).forward(trunk.forward(images, mode))
  }

  package func backward(_ gradient: PlanarMaps, head: String) {
    trunk.backward(pixelHead(head).backward(gradient))
  }

  /// What a step on `head` trains.
  package func parameters(training head: String) -> [Parameter] {
    trunk.parameters + any(head).parameters
  }

  /// All parameters: the trunk's, then the heads' in order of name.
  package var parameters: [Parameter] {
    trunk.parameters + heads.sorted { $0.key < $1.key }.flatMap(\.value.parameters)
  }

  package var parameterCount: Int { parameters.flatMap(\.views).reduce(0) { $0 + $1.count } }

  package func head(_ name: String) -> ClusterHead {
    guard let head = any(name) as? ClusterHead else { preconditionFailure("\(name) puts out maps") }
    return head
  }

  package func pixelHead(_ name: String) -> PixelHead {
    guard let head = any(name) as? PixelHead else { preconditionFailure("\(name) has no maps") }
    return head
  }

  private func any(_ name: String) -> any Head {
    guard let head = heads[name] else { preconditionFailure("no \(name)") }
    return head
  }
}
