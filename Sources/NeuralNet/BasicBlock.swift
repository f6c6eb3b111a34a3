import Kernels

/// Two 3×3 convolutions with a shortcut around them (He et al. 2016), a 1×1 convolution where size
/// or channels change: y = ReLU(BN(conv(ReLU(BN(conv(x))))) + x).
final class BasicBlock {
  /// Shape of the output for one image.
  let outputShape: Shape

  private let context: ComputeContext
  private let convolution1: Convolution
  private let normalization1: BatchNormalization
  private let convolution2: Convolution
  private let normalization2: BatchNormalization
  private let downsample: (convolution: Convolution, normalization: BatchNormalization)?
  private let output = ActivationStorage()
  /// The map between the convolutions, in memory that all blocks share: the backward pass computes
  /// it again, in a tenth of the time of one convolution.
  private let inner: ActivationStorage

  /// - Parameters:
  ///   - name: `trunk.layer1.0`, for example.
  ///   - stride: of the first convolution.
  init(
    name: String, inputShape: Shape, channels: Int, stride: Int, inner: ActivationStorage,
    context: ComputeContext
  ) {
    self.context = context
    self.inner = inner
    func convolution(_ part: String, _ input: Shape, kernel: Int, stride: Int) -> Convolution {
      Convolution(
        name: "\(name).\(part).weight",
        geometry: ConvolutionGeometry(
          inputHeight: input.height, inputWidth: input.width, kernelHeight: kernel,
          kernelWidth: kernel, stride: stride, padding: kernel / 2),
        inputChannels: input.channels, inputStride: input.channelStride,
        outputChannels: channels, fan: .fanOut, context: context)
    }
    func normalization(_ part: String, relu: Bool) -> BatchNormalization {
      BatchNormalization(name: "\(name).\(part)", channels: channels, relu: relu, context: context)
    }
    convolution1 = convolution("conv1", inputShape, kernel: 3, stride: stride)
    outputShape = Shape(
      images: 1, height: convolution1.geometry.outputHeight,
      width: convolution1.geometry.outputWidth, channels: channels)
    normalization1 = normalization("bn1", relu: true)
    convolution2 = convolution("conv2", outputShape, kernel: 3, stride: 1)
    normalization2 = normalization("bn2", relu: true)
    downsample =
      stride == 1 && inputShape.channels == channels
      ? nil
      : (
        convolution("downsample.0", inputShape, kernel: 1, stride: stride),
        normalization("downsample.1", relu: false)
      )
  }

  /// `[N, H, W, C]` → `[N, H′, W′, C′]`; the result lives until the next call.
  func forward(_ input: Tensor, _ mode: Mode) -> Tensor {
    var shape = outputShape
    shape.images = input.shape.images
    let output = output.tensor(shape)
    // The shortcut's map is written where the sum will be.
    var residual = input
    if let downsample {
      residual = downsample.normalization.forward(
        downsample.convolution, of: input, into: output, mode)
    }
    let between = normalization1.forward(
      convolution1, of: input, into: inner.tensor(shape), mode)
    return normalization2.forward(
      convolution2, of: between, residual: residual, into: output, mode)
  }

  /// Replaces the parameters' gradients and returns the gradient of the input. It and
  /// `outputGradient` are in the context's gradient memory.
  func backward(_ outputGradient: Tensor) -> Tensor {
    // `normalization2.backward` turns it into the shortcut's gradient, which is needed to the end.
    context.gradients.hold(outputGradient)
    let gradient2 = normalization2.backward(outputGradient)
    normalization1.recomputeOutput()
    let betweenGradient = convolution2.backward(gradient2, needsInputGradient: true)!
    let gradient1 = normalization1.backward(betweenGradient)
    context.gradients.release(outputGradient)
    var inputGradient = outputGradient
    if let downsample {
      inputGradient = downsample.convolution.backward(
        downsample.normalization.backward(outputGradient), needsInputGradient: true)!
    }
    convolution1.backward(gradient1, accumulatingInto: inputGradient)
    return inputGradient
  }

  var parameters: [Parameter] {
    [
      convolution1.weight, normalization1.weight, normalization1.bias, convolution2.weight,
      normalization2.weight, normalization2.bias,
    ]
      + (downsample.map {
        [$0.convolution.weight, $0.normalization.weight, $0.normalization.bias]
      } ?? [])
  }

  var stateBuffers: [StateBuffer] {
    normalization1.stateBuffers + normalization2.stateBuffers
      + (downsample?.normalization.stateBuffers ?? [])
  }
}
