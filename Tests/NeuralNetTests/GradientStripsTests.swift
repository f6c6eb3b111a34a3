import Kernels
import NeuralNet
import TestSupport
import Testing

/// A first layer that computes the gradient of its output strip by strip, against one that is given
/// it as a whole.
struct GradientStripsTests {
  /// Pooling (nil, or its padding) over odd and even maps, of one strip and of several.
  @Test(
    arguments: [nil, 0, 1],
    [
      (1, 1, 16), (4, 5, 16), (7, 4, 33), (9, 64, 64), (10, 63, 64), (23, 16, 64), (24, 16, 64),
    ])
  func sameWeightGradient(
    _ poolPadding: Int?, _ example: (height: Int, width: Int, channels: Int)
  ) {
    if poolPadding == 0 && example.height == 1 { return }
    // One value alone has no deviation, and its gradient is zero.
    for images in [1, 13, 36] where example.height * images > 1 {
      let input = NaiveMap(
        images: images, height: example.height, width: example.width, channels: 2, seed: 1)
      let weights = randomValues(example.channels * 2 * 9, seed: 2)
      func weightGradient(inStrips: Bool) -> (weights: [Double], scales: [Float]) {
        let context = ComputeContext(threads: 2)
        let convolution = Convolution(
          name: "weight",
          geometry: ConvolutionGeometry(
            inputHeight: example.height, inputWidth: example.width, kernelHeight: 3,
            kernelWidth: 3, padding: 1),
          inputChannels: 2, inputStride: 2, outputChannels: example.channels, context: context)
        convolution.weight.load(weights)
        let normalization = BatchNormalization(
          name: "norm", channels: example.channels, relu: true, poolPadding: poolPadding,
          context: context)
        let output = normalization.forward(
          convolution.forward(Tensor(input, channelStride: 2)), .training)
        let gradient = Tensor(
          NaiveMap(
            images: images, height: output.shape.height, width: output.shape.width,
            channels: example.channels, seed: 3))
        if inStrips {
          convolution.backward(gradient, through: normalization)
        } else {
          _ = convolution.backward(normalization.backward(gradient), needsInputGradient: false)
        }
        return (
          convolution.weight.gradientValues,
          (0..<example.channels).map { normalization.weight.gradient[$0] }
        )
      }
      let (whole, strips) = (weightGradient(inStrips: false), weightGradient(inStrips: true))
      #expect(whole.weights.contains { $0 != 0 })
      #expect(relativeError(strips.weights, whole.weights) <= 1e-6, "\(images) images")
      #expect(strips.scales == whole.scales)
    }
  }
}
