import Kernels

/// What turns images into the features that all heads see.
package protocol Trunk: Module {
  /// Shape of the features of one image, `[1, H′, W′, C′]`.
  var outputShape: Shape { get }

  /// Images `[N, H, W, C]` → features `[N, H′, W′, C′]`; the result lives until the next call.
  func forward(_ images: Tensor, _ mode: Mode) -> Tensor

  /// Replaces the gradients of all parameters; the images' own gradient is not computed. Once after
  /// each forward pass in `.training`, whose maps it uses up.
  func backward(_ outputGradient: Tensor)
}
