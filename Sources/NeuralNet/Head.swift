/// Sub-heads on one trunk, each of which puts a softmax over its clusters.
package protocol Head<Output>: Module {
  /// Probabilities as rows, one an image, or as maps, one value a pixel.
  associatedtype Output

  /// C, of each sub-head.
  var clusters: Int { get }
  var subHeads: Int { get }

  /// The trunk's features `[N, H, W, C]` → probabilities; they live until the next call.
  func forward(_ features: Tensor, _ mode: Mode) -> Output

  /// Takes the gradient of the probabilities, which it may overwrite, and replaces that of its
  /// parameters; returns the gradient of the features. Once after each `forward`.
  func backward(_ gradient: Output) -> Tensor
}

extension Head {
  package var stateBuffers: [StateBuffer] { [] }
}

/// What a head is to be made like.
package struct HeadSize: Sendable, Equatable {
  /// Its prefix in the `state_dict`: `head_A`.
  package var name: String
  /// C, of each sub-head.
  package var clusters: Int
  package var subHeads: Int

  package init(name: String, clusters: Int, subHeads: Int) {
    self.name = name
    self.clusters = clusters
    self.subHeads = subHeads
  }
}
