import Kernels

/// h sub-heads for segmentation: each a bias-free 1×1 convolution with padding 1, softmax over C
/// clusters at every pixel, and a bilinear resize to the size of the images. All of them are one
/// matrix product.
package final class PixelHead: Head {
  package let clusters: Int
  package let subHeads: Int

  private let context: ComputeContext
  private let convolution: Convolution
  private let resize: BilinearResize
  private let outputHeight: Int
  private let outputWidth: Int
  private var logits: Tensor?
  /// Before the resize.
  private var probabilities = PlanarMaps(images: 0, channels: 0, height: 0, width: 0)
  private var probabilityGradient = PlanarMaps(images: 0, channels: 0, height: 0, width: 0)
  private var output = PlanarMaps(images: 0, channels: 0, height: 0, width: 0)

  /// - Parameters:
  ///   - name: `head_A` or `head_B`.
  ///   - features: the trunk's output, `[·, H, W, C]`.
  ///   - outputHeight, outputWidth: of the images.
  package init(
    name: String, features: Shape, clusters: Int, subHeads: Int, outputHeight: Int,
    outputWidth: Int, context: ComputeContext
  ) {
    self.clusters = clusters
    self.subHeads = subHeads
    self.context = context
    self.outputHeight = outputHeight
    self.outputWidth = outputWidth
    let depth = features.channels
    let packed = PackedWeights(taps: 1, depth: depth, channels: clusters * subHeads)
    convolution = Convolution(
      name: name,
      geometry: ConvolutionGeometry(
        inputHeight: features.height, inputWidth: features.width, kernelHeight: 1,
        kernelWidth: 1, padding: 1),
      inputChannels: depth, inputStride: features.channelStride,
      outputChannels: clusters * subHeads,
      views: (0..<subHeads).map { subHead in
        ParameterView(
          name: "\(name).heads.\(subHead).0.weight", shape: [clusters, depth, 1, 1],
          initializer: .he(fan: depth)
        ) { index in
          packed.offset(channel: subHead * clusters + index / depth, input: index % depth, tap: 0)
        }
      },
      context: context)
    resize = BilinearResize(
      height: convolution.geometry.outputHeight, width: convolution.geometry.outputWidth,
      toHeight: outputHeight, toWidth: outputWidth)
  }

  package var parameters: [Parameter] { [convolution.weight] }

  /// Gives one sub-head's layer new first weights.
  ///
  /// - Returns: its tensors and the parameters that hold them.
  package func reinitialize(
    subHead: Int, from random: RandomStream
  ) -> [(view: ParameterView, parameter: Parameter)] {
    let view = convolution.weight.views[subHead]
    if case .normal(let deviation) = view.initializer {
      view.draw(deviation: deviation, to: convolution.weight.values, from: random)
    }
    return [(view, convolution.weight)]
  }

  /// Features → probabilities `[N, h·C, height, width]` of the images' size, sub-head s in channels
  /// s·C…; the result lives until the next call.
  package func forward(_ features: Tensor, _ mode: Mode) -> PlanarMaps {
    let logits = convolution.forward(features)
    self.logits = logits
    reserve(logits.shape)
    context.measure("head", .softmax) {
      forEachPixelRun(logits.shape) { image, pixels in
        let stride = logits.shape.channelStride
        let source = logits.pointer + logits.shape.offset(image: image, y: 0, x: 0)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: clusters) { row in
          for pixel in pixels {
            for subHead in 0..<subHeads {
              softmax(
                source + pixel * imageBlock * stride + subHead * clusters, count: clusters,
                to: row.baseAddress!)
              let target = probabilities.plane(image, subHead * clusters) + pixel
              for cluster in 0..<clusters {
                target[cluster * probabilities.pixels] = row[cluster]
              }
            }
          }
        }
      }
      context.pool.forEach(output.images * output.channels) { plane in
        let (image, channel) = (plane / output.channels, plane % output.channels)
        resize.forward(probabilities.plane(image, channel), to: output.plane(image, channel))
      }
    }
    return output
  }

  /// Takes the gradient of the probabilities; returns the gradient of the features. Once after each
  /// `forward`.
  package func backward(_ gradient: PlanarMaps) -> Tensor {
    guard let logits else { preconditionFailure("backward before forward") }
    precondition(
      gradient.images == output.images && gradient.channels == output.channels
        && gradient.height == output.height && gradient.width == output.width,
      "\(gradient), not \(output)")
    context.measure("head", .softmax) {
      context.pool.forEach(output.images * output.channels) { plane in
        let (image, channel) = (plane / output.channels, plane % output.channels)
        resize.backward(
          gradient.plane(image, channel), to: probabilityGradient.plane(image, channel))
      }
      writeLogitGradient(logits)
    }
    self.logits = nil
    return convolution.backward(logits, needsInputGradient: true)!
  }

  /// In place of the logits. Channels and images that are not real are zero there already.
  private func writeLogitGradient(_ logits: Tensor) {
    let stride = logits.shape.channelStride
    forEachPixelRun(logits.shape) { image, pixels in
      let target = logits.pointer + logits.shape.offset(image: image, y: 0, x: 0)
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * clusters) { scratch in
        let row = scratch.baseAddress!
        for pixel in pixels {
          for subHead in 0..<subHeads {
            let value = probabilities.plane(image, subHead * clusters) + pixel
            let gradient = probabilityGradient.plane(image, subHead * clusters) + pixel
            for cluster in 0..<clusters {
              row[cluster] = value[cluster * probabilities.pixels]
              row[clusters + cluster] = gradient[cluster * probabilities.pixels]
            }
            softmaxInputGradient(
              row, row + clusters, count: clusters,
              to: target + pixel * imageBlock * stride + subHead * clusters)
          }
        }
      }
    }
  }

  /// Shares out the pixels of all images, a quarter of an image at a time.
  private func forEachPixelRun(_ shape: Shape, _ body: (_ image: Int, _ pixels: Range<Int>) -> Void)
  {
    let parts = 4
    context.pool.forEach(shape.images * parts) { unit in
      let part = unit % parts
      body(unit / parts, shape.pixels * part / parts..<shape.pixels * (part + 1) / parts)
    }
  }

  private func reserve(_ logits: Shape) {
    if output.images == logits.images { return }
    func maps(_ height: Int, _ width: Int) -> PlanarMaps {
      PlanarMaps(
        images: logits.images, channels: clusters * subHeads, height: height, width: width)
    }
    probabilities = maps(logits.height, logits.width)
    probabilityGradient = maps(logits.height, logits.width)
    output = maps(outputHeight, outputWidth)
  }
}
