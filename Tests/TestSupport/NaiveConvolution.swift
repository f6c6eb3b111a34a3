/// A two-dimensional convolution written as its definition says, in Double: one visit to every
/// product.
package struct NaiveConvolution: Sendable {
  package var kernelHeight: Int
  package var kernelWidth: Int
  package var stride: Int
  package var padding: Int
  package var dilation: Int

  package init(
    kernelHeight: Int, kernelWidth: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1
  ) {
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
  }

  /// The number of positions of a kernel of extent `kernel` on `input` rows or columns, counted one
  /// by one.
  package func outputExtent(_ input: Int, kernel: Int) -> Int {
    var count = 0
    var start = -padding
    while start + dilation * (kernel - 1) < input + padding {
      count += 1
      start += stride
    }
    return count
  }

  /// `weights` are `[outputChannels, C, kernelHeight, kernelWidth]`, as PyTorch's.
  package func forward(
    _ input: NaiveMap, weights: [Double], outputChannels: Int
  ) -> NaiveMap {
    var output = emptyOutput(input, outputChannels: outputChannels)
    output.values.withUnsafeMutableBufferPointer { output in
      forEachProduct(input, outputChannels: outputChannels) { outputIndex, inputIndex, weight in
        output[outputIndex] += input.values[inputIndex] * weights[weight]
      }
    }
    return output
  }

  /// dL/dinput from dL/doutput.
  package func inputGradient(
    _ outputGradient: NaiveMap, input: NaiveMap, weights: [Double]
  ) -> NaiveMap {
    var gradient = input.zeros
    gradient.values.withUnsafeMutableBufferPointer { gradient in
      forEachProduct(input, outputChannels: outputGradient.channels) { output, input, weight in
        gradient[input] += outputGradient.values[output] * weights[weight]
      }
    }
    return gradient
  }

  /// dL/dweights from dL/doutput, in the order of the weights.
  package func weightGradient(_ outputGradient: NaiveMap, input: NaiveMap) -> [Double] {
    let outputs = outputGradient.channels
    var gradient = [Double](
      repeating: 0, count: outputs * input.channels * kernelHeight * kernelWidth)
    gradient.withUnsafeMutableBufferPointer { gradient in
      forEachProduct(input, outputChannels: outputs) { output, inputIndex, weight in
        gradient[weight] += outputGradient.values[output] * input.values[inputIndex]
      }
    }
    return gradient
  }

  private func emptyOutput(_ input: NaiveMap, outputChannels: Int) -> NaiveMap {
    NaiveMap(
      images: input.images, height: outputExtent(input.height, kernel: kernelHeight),
      width: outputExtent(input.width, kernel: kernelWidth), channels: outputChannels)
  }

  /// Every (output, input, weight) whose product the convolution sums.
  private func forEachProduct(
    _ input: NaiveMap, outputChannels: Int, _ body: (Int, Int, Int) -> Void
  ) {
    let output = emptyOutput(input, outputChannels: outputChannels)
    for image in 0..<input.images {
      for y in 0..<output.height {
        for x in 0..<output.width {
          for kernelY in 0..<kernelHeight {
            for kernelX in 0..<kernelWidth {
              let inputY = y * stride - padding + kernelY * dilation
              let inputX = x * stride - padding + kernelX * dilation
              guard (0..<input.height).contains(inputY), (0..<input.width).contains(inputX)
              else { continue }
              for outputChannel in 0..<outputChannels {
                for inputChannel in 0..<input.channels {
                  body(
                    output.index(image, y, x, outputChannel),
                    input.index(image, inputY, inputX, inputChannel),
                    ((outputChannel * input.channels + inputChannel) * kernelHeight + kernelY)
                      * kernelWidth + kernelX)
                }
              }
            }
          }
        }
      }
    }
  }
}
