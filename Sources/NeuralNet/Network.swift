import Kernels

/// A trunk and heads of one kind.
package final class Network<HeadKind: Head>: Module {
  package let context: ComputeContext
  /// Shape of one image as it is read, `[1, H, W, C]`.
  package let inputShape: Shape
  /// What stands in front of the trunk; nil if it sees images as they are.
  private let input: SobelInput?
  package let trunk: any Trunk
  /// By the prefix of its tensors' names: `head_A`, `head_B`.
  package private(set) var heads: [String: HeadKind]

  /// `trunk` takes images of `inputShape`, or what `input` makes of them; the heads take its
  /// features.
  package init(
    inputShape: Shape, input: SobelInput? = nil, trunk: any Trunk,
    heads: [(name: String, head: HeadKind)], context: ComputeContext
  ) {
    self.input = input
    self.context = context
    self.inputShape = inputShape
    self.trunk = trunk
    self.heads = Dictionary(uniqueKeysWithValues: heads.map { ($0.name, $0.head) })
  }

  /// Images `[N, H, W, C]`, channel stride C → probabilities of one head.
  package func forward(_ images: Tensor, head: String, _ mode: Mode) -> HeadKind.Output {
    self.head(head).forward(features(of: images, mode), mode)
  }

  /// Images → what all heads see; the result lives until the next call.
  package func features(of images: Tensor, _ mode: Mode) -> Tensor {
    trunk.forward(input?.forward(images) ?? images, mode)
  }

  /// From the gradient of that head's probabilities, replaces the gradients of the trunk and of the
  /// head.
  package func backward(_ gradient: HeadKind.Output, head: String) {
    trunk.backward(self.head(head).backward(gradient))
  }

  /// What a step on `head` trains.
  package func parameters(training head: String) -> [Parameter] {
    trunk.parameters + self.head(head).parameters
  }

  /// The trunk's, then the heads' in order of name.
  package var parameters: [Parameter] {
    trunk.parameters + orderedHeads.flatMap(\.parameters)
  }

  package var stateBuffers: [StateBuffer] {
    trunk.stateBuffers + orderedHeads.flatMap(\.stateBuffers)
  }

  package func head(_ name: String) -> HeadKind {
    guard let head = heads[name] else { preconditionFailure("no \(name)") }
    return head
  }

  /// Adds a head that was not there from the start.
  package func add(_ head: HeadKind, named name: String) {
    precondition(heads[name] == nil, "a second \(name)")
    heads[name] = head
  }

  private var orderedHeads: [HeadKind] { heads.sorted { $0.key < $1.key }.map(\.value) }
}
