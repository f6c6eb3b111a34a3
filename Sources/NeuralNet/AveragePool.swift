import Kernels

/// The mean of every channel over the whole map.
package final class AveragePool {
  private let context: ComputeContext
  private let output = ActivationStorage()
  private var inputShape: Shape?

  package init(context: ComputeContext) { self.context = context }

  /// `[N, H, W, C]` → `[N, 1, 1, C]`; the result lives until the next call.
  package func forward(_ input: Tensor) -> Tensor {
    inputShape = input.shape
    let stride = input.shape.channelStride
    let output = output.tensor(
      Shape(
        images: input.shape.images, height: 1, width: 1, channels: input.shape.channels,
        channelStride: stride))
    let pixels = input.shape.pixels
    let floatsPerPixel = imageBlock * stride
    context.pool.forEach(input.shape.blocks) { block in
      let (source, target) = (input.block(block), output.block(block))
      target.update(from: source, count: floatsPerPixel)
      for pixel in 1..<max(pixels, 1) {
        context.kernels.add(floatsPerPixel, source + pixel * floatsPerPixel, target)
      }
      let scale = 1 / Float(pixels)
      for index in 0..<floatsPerPixel { target[index] *= scale }
    }
    return output
  }

  /// `[N, 1, 1, C]` → the input's gradient, in the context's gradient memory.
  package func backward(_ outputGradient: Tensor) -> Tensor {
    guard let inputShape else { preconditionFailure("backward before forward") }
    context.gradients.hold(outputGradient)
    defer { context.gradients.release(outputGradient) }
    let inputGradient = context.gradients.take(inputShape)
    let floatsPerPixel = imageBlock * inputShape.channelStride
    let scale = 1 / Float(inputShape.pixels)
    context.pool.forEach(inputShape.blocks) { block in
      let (source, target) = (outputGradient.block(block), inputGradient.block(block))
      for index in 0..<floatsPerPixel { target[index] = scale * source[index] }
      for pixel in 1..<max(inputShape.pixels, 1) {
        (target + pixel * floatsPerPixel).update(from: target, count: floatsPerPixel)
      }
    }
    return inputGradient
  }
}
