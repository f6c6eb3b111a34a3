/// The number of images that lie side by side in memory, and the rows of a register tile.
///
/// Activations are `[N/12, H, W, 12, C]`: a pixel of a block of images is a 12 × C matrix, and
/// every convolution is a sum over kernel taps of small dense products, with no padding and no edge
/// cases.
package let imageBlock = 12

/// Channels computed together: a panel of weights has width 32, the last one of a layer 16 if that
/// is enough.
package let panelWidth = 32

/// Activations that a kernel writes hold a multiple of this many channels, the last ones zero.
package let channelMultiple = 16

/// One entry of a tap list: this input pixel times the weights of this kernel tap.
package struct Tap: Sendable, Equatable {
  package var pixel: Int32
  package var tap: Int32

  package init(pixel: Int, tap: Int) {
    self.pixel = Int32(pixel)
    self.tap = Int32(tap)
  }
}

/// One block of images through one panel of a convolution, for a range of output pixels.
package struct ConvolutionArguments {
  /// `[pixels, 12, inputStride]`
  package var input: UnsafePointer<Float>
  package var inputStride: Int
  /// Input channels that are multiplied, at most `inputStride`.
  package var depth: Int
  /// One panel, `[taps, depth, width]`.
  package var weights: UnsafePointer<Float>
  /// 32 or 16.
  package var width: Int
  /// `[pixels, 12, outputStride]`, already moved to the panel's first channel.
  package var output: UnsafeMutablePointer<Float>
  package var outputStride: Int
  /// `tapStarts[p] ..< tapStarts[p + 1]` are the entries of `taps` for output pixel p.
  package var tapStarts: UnsafePointer<Int32>
  package var taps: UnsafePointer<Tap>
  package var pixels: Range<Int>
  /// At least 1. After so many taps the sum is added to the output, and begins anew: short sums
  /// round less.
  package var tapsPerSum: Int
  /// Whether the output adds to what is there.
  package var accumulates: Bool

  package init(
    input: UnsafePointer<Float>, inputStride: Int, depth: Int, weights: UnsafePointer<Float>,
    width: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
    tapStarts: UnsafePointer<Int32>, taps: UnsafePointer<Tap>, pixels: Range<Int>,
    tapsPerSum: Int, accumulates: Bool
  ) {
    self.input = input
    self.inputStride = inputStride
    self.depth = depth
    self.weights = weights
    self.width = width
    self.output = output
    self.outputStride = outputStride
    self.tapStarts = tapStarts
    self.taps = taps
    self.pixels = pixels
    self.tapsPerSum = tapsPerSum
    self.accumulates = accumulates
  }
}

/// A run of output pixels. Their products with input pixels, summed over the run and all 12 images,
/// are one tap's weight gradient, or add to it.
package struct WeightGradientArguments {
  /// `[pixels, 12, inputStride]`, at the run's first input pixel.
  package var input: UnsafePointer<Float>
  package var inputStride: Int
  /// Floats from one input pixel of the run to the next.
  package var inputPixelStep: Int
  /// `[pixels, 12, outputStride]`, at the run's first output pixel and the panel's first channel.
  package var outputGradient: UnsafePointer<Float>
  package var outputStride: Int
  /// At least 1.
  package var pixels: Int
  /// Input channels, any number.
  package var depth: Int
  /// 32 or 16.
  package var width: Int
  /// `[depth, width]`
  package var gradient: UnsafeMutablePointer<Float>
  /// Whether the gradient adds to what is there.
  package var accumulates: Bool
  /// A hint: about as many floats as `[pixels, 12, width]` from here on are read next. It may point
  /// outside any buffer. nil if what comes next and the gradient are in the cache already.
  package var next: UnsafePointer<Float>?

  package init(
    input: UnsafePointer<Float>, inputStride: Int, inputPixelStep: Int,
    outputGradient: UnsafePointer<Float>, outputStride: Int, pixels: Int, depth: Int, width: Int,
    gradient: UnsafeMutablePointer<Float>, accumulates: Bool, next: UnsafePointer<Float>? = nil
  ) {
    self.input = input
    self.inputStride = inputStride
    self.inputPixelStep = inputPixelStep
    self.outputGradient = outputGradient
    self.outputStride = outputStride
    self.pixels = pixels
    self.depth = depth
    self.width = width
    self.gradient = gradient
    self.accumulates = accumulates
    self.next = next
  }
}

/// The weight gradient of a layer with few input channels: (tap, channel) pairs are the rows of the
/// tile.
package struct PatchGradientArguments {
  /// `[pixels, 12, inputStride]`
  package var input: UnsafePointer<Float>
  package var inputStride: Int
  /// `[outputPixels, rows]`: the float offset of each row in `input`, −1 outside the image.
  package var rowOffsets: UnsafePointer<Int32>
  /// taps × input channels, rounded up to a multiple of 8; the surplus rows have offset −1.
  package var rows: Int
  /// `[outputPixels, 12, outputStride]`, at the panel's first channel.
  package var outputGradient: UnsafePointer<Float>
  package var outputStride: Int
  package var outputPixels: Int
  /// 32 or 16.
  package var width: Int
  /// `[rows, width]`, added to.
  package var gradient: UnsafeMutablePointer<Float>
  /// 12 × inputStride zeros.
  package var zeros: UnsafePointer<Float>

  package init(
    input: UnsafePointer<Float>, inputStride: Int, rowOffsets: UnsafePointer<Int32>, rows: Int,
    outputGradient: UnsafePointer<Float>, outputStride: Int, outputPixels: Int, width: Int,
    gradient: UnsafeMutablePointer<Float>, zeros: UnsafePointer<Float>
  ) {
    self.input = input
    self.inputStride = inputStride
    self.rowOffsets = rowOffsets
    self.rows = rows
    self.outputGradient = outputGradient
    self.outputStride = outputStride
    self.outputPixels = outputPixels
    self.width = width
    self.gradient = gradient
    self.zeros = zeros
  }
}

/// Some rows of one block of images, to go through batch-norm and, where asked for, ReLU and 2×2
/// max-pooling.
package struct NormalizationArguments {
  /// `[height, width, 12, stride]`
  package var input: UnsafePointer<Float>
  package var height: Int
  package var width: Int
  package var stride: Int
  /// Images of the batch in this block; those that fill it up stay zero.
  package var images: Int
  /// `[stride]` each: output = input · scale + shift.
  package var scale: UnsafePointer<Float>
  package var shift: UnsafePointer<Float>
  /// `[height, width, 12, stride]`, added before ReLU; nil with pooling.
  package var residual: UnsafePointer<Float>?
  package var relu: Bool
  /// nil without pooling; 0 or 1 rows and columns of padding on every side.
  package var poolPadding: Int?
  /// Which of the four taps was largest, `[pooledHeight, pooledWidth, 12, stride]`; nil without
  /// pooling.
  package var poolIndex: UnsafeMutablePointer<UInt8>?
  /// The output rows to work on. All pointers are to the block's first pixel, whatever the rows.
  package var rows: Range<Int>

  package var outputHeight: Int { poolPadding.map { (height + 2 * $0) / 2 } ?? height }
  package var outputWidth: Int { poolPadding.map { (width + 2 * $0) / 2 } ?? width }

  package init(
    input: UnsafePointer<Float>, height: Int, width: Int, stride: Int, images: Int,
    scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, relu: Bool, poolPadding: Int?,
    poolIndex: UnsafeMutablePointer<UInt8>?, residual: UnsafePointer<Float>?, rows: Range<Int>
  ) {
    self.input = input
    self.height = height
    self.width = width
    self.stride = stride
    self.images = images
    self.scale = scale
    self.shift = shift
    self.relu = relu
    self.poolPadding = poolPadding
    self.poolIndex = poolIndex
    self.residual = residual
    self.rows = rows
  }
}

/// Adam's constants for one step (Kingma, Ba 2015), bias corrections already folded in.
package struct AdamArguments {
  /// lr / (1 − β₁ᵗ)
  package var stepSize: Float
  /// √(1 − β₂ᵗ)
  package var secondMomentCorrection: Float
  package var beta1: Float
  package var beta2: Float
  package var epsilon: Float

  package init(
    stepSize: Float, secondMomentCorrection: Float, beta1: Float, beta2: Float, epsilon: Float
  ) {
    self.stepSize = stepSize
    self.secondMomentCorrection = secondMomentCorrection
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }
}
