import Kernels

/// What turns images into the features that all heads see.
package protocol Trunk: AnyObject {
  /// For one image.
  var outputShape: Shape { get }
  /// All that is trained, in PyTorch's order.
  var parameters: [Parameter] { get }
  /// Running statistics.
  var stateBuffers: [StateBuffer] { get }
  /// How its convolutions are first filled.
  var fan: Fan { get }

  /// Images `[N, H, W, C]` → features; the result lives until the next call.
  func forward(_ images: Tensor, _ mode: Mode) -> Tensor

  /// Replaces the gradients of all parameters; the images' own gradient is not computed. Once after each forward
  /// pass in `.training`, whose maps it uses up.
  func backward(_ outputGradient: Tensor)
}

/// What He initialisation keeps at one: the variance of activations or that of their gradients.
package enum Fan: Sendable {
  /// 2 / (input channels · taps).
  case into
  /// 2 / (output channels · taps).
  case out
}
