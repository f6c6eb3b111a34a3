/// The entry points of one instruction set. Each call is one unit of work on one thread.
package struct KernelTable: Sendable {
  package typealias Input = UnsafePointer<Float>
  package typealias Output = UnsafeMutablePointer<Float>

  // Pixels are `[pixels, 12, stride]`; what is per channel is `[stride]`.
  package typealias AccumulateStatistics =
    @Sendable (
      _ input: Input, _ pixels: Int, _ stride: Int, _ images: Int, _ sum: Output,
      _ sumOfSquares: Output
    ) -> Void
  package typealias AccumulateNormalizationSums =
    @Sendable (
      _ arguments: NormalizationArguments, _ outputGradient: Input, _ gradientSum: Output,
      _ productSum: Output
    ) -> Void
  package typealias AccumulateResidualSums =
    @Sendable (
      _ arguments: NormalizationArguments, _ output: Input, _ gradient: Output,
      _ gradientSum: Output, _ productSum: Output
    ) -> Void
  package typealias NormalizationInputGradient =
    @Sendable (
      _ arguments: NormalizationArguments, _ outputGradient: Input, _ slope: Input,
      _ offset: Input, _ inputGradient: Output
    ) -> Void
  package typealias SumEntropyTerms =
    @Sendable (_ count: Int, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>) -> Double
  package typealias ChangeMergeCosts =
    @Sendable (_ arguments: MergeArguments, _ count: Int, _ costs: UnsafeMutablePointer<Double>)
    -> Void
  package typealias Adam =
    @Sendable (
      _ arguments: AdamArguments, _ count: Int, _ values: Output, _ gradient: Input,
      _ firstMoment: Output, _ secondMoment: Output
    ) -> Void
  package typealias Add = @Sendable (_ count: Int, _ source: Input, _ destination: Output) -> Void

  package var name: String
  /// Floats in a vector register.
  package var vectorWidth: Int

  /// Writes or adds to `output` for every pixel of the range.
  package var convolve: @Sendable (ConvolutionArguments) -> Void
  /// Writes or adds to `gradient`.
  package var weightGradient: @Sendable (WeightGradientArguments) -> Void
  /// Adds to `gradient`.
  package var accumulatePatchGradient: @Sendable (PatchGradientArguments) -> Void
  /// Writes `output`.
  package var winogradProduct: @Sendable (WinogradProductArguments) -> Void
  /// Transforms one tile of a map into or out of the Winograd domain.
  package var transformTile: @Sendable (TileTransform, TileArguments) -> Void
  /// Transforms the taps of weights into the Winograd domain.
  package var transformTaps: @Sendable (TileTransform, TapArguments) -> Void
  /// Transforms the gradient of transformed weights to that of the taps.
  package var transformTapGradients: @Sendable (TileTransform, TapArguments) -> Void

  /// Adds Σx and Σx² of each channel over the first `images` images of a block.
  package var accumulateStatistics: AccumulateStatistics
  /// Writes the normalised, activated, pooled rows; may write over the residual.
  package var normalize: @Sendable (NormalizationArguments, Output) -> Void
  /// Given the gradient of what `normalize` wrote, adds Σdy and Σ(dy · input) of each channel, y
  /// being the normalised map before ReLU and pooling.
  package var accumulateNormalizationSums: AccumulateNormalizationSums
  /// As `accumulateNormalizationSums`, for a layer with a residual: given the output and its
  /// gradient, which is overwritten with the gradient of the sum before ReLU.
  package var accumulateResidualSums: AccumulateResidualSums
  /// Given the gradient of what `normalize` wrote and coefficients for each channel, writes
  /// dx = scale · dy + slope · input + offset, zero for the images that fill up a block. May write
  /// over the input.
  package var normalizationInputGradient: NormalizationInputGradient

  /// Adds to `sums`.
  package var correlate: @Sendable (CorrelationArguments) -> Void
  /// Overwrites `output`.
  package var correlationGradient: @Sendable (CorrelationGradientArguments) -> Void

  /// Σ f(a + b) of `count` values, f(x) = x ln x; `count` is a multiple of 8, no sum negative.
  package var sumEntropyTerms: SumEntropyTerms
  /// Changes `count` costs, a multiple of 8, of one group with others.
  package var changeMergeCosts: ChangeMergeCosts

  /// One Adam update of `count` values and their moments.
  package var adam: Adam
  /// destination[i] += source[i].
  package var add: Add
  /// Runs so many rounds of `peakMultiplyAdds` multiply-adds that hardly touch memory, to measure
  /// the processor's peak.
  package var multiplyAddPeak: @Sendable (Int) -> Float
  package var peakMultiplyAdds: Int

  package init(
    name: String, vectorWidth: Int,
    convolve: @escaping @Sendable (ConvolutionArguments) -> Void,
    weightGradient: @escaping @Sendable (WeightGradientArguments) -> Void,
    accumulatePatchGradient: @escaping @Sendable (PatchGradientArguments) -> Void,
    winogradProduct: @escaping @Sendable (WinogradProductArguments) -> Void,
    transformTile: @escaping @Sendable (TileTransform, TileArguments) -> Void,
    transformTaps: @escaping @Sendable (TileTransform, TapArguments) -> Void,
    transformTapGradients: @escaping @Sendable (TileTransform, TapArguments) -> Void,
    accumulateStatistics: @escaping AccumulateStatistics,
    normalize: @escaping @Sendable (NormalizationArguments, Output) -> Void,
    accumulateNormalizationSums: @escaping AccumulateNormalizationSums,
    accumulateResidualSums: @escaping AccumulateResidualSums,
    normalizationInputGradient: @escaping NormalizationInputGradient,
    correlate: @escaping @Sendable (CorrelationArguments) -> Void,
    correlationGradient: @escaping @Sendable (CorrelationGradientArguments) -> Void,
    sumEntropyTerms: @escaping SumEntropyTerms,
    changeMergeCosts: @escaping ChangeMergeCosts,
    adam: @escaping Adam,
    add: @escaping Add,
    multiplyAddPeak: @escaping @Sendable (Int) -> Float, peakMultiplyAdds: Int
  ) {
    self.name = name
    self.vectorWidth = vectorWidth
    self.convolve = convolve
    self.weightGradient = weightGradient
    self.accumulatePatchGradient = accumulatePatchGradient
    self.winogradProduct = winogradProduct
    self.transformTile = transformTile
    self.transformTaps = transformTaps
    self.transformTapGradients = transformTapGradients
    self.accumulateStatistics = accumulateStatistics
    self.normalize = normalize
    self.accumulateNormalizationSums = accumulateNormalizationSums
    self.accumulateResidualSums = accumulateResidualSums
    self.normalizationInputGradient = normalizationInputGradient
    self.correlate = correlate
    self.correlationGradient = correlationGradient
    self.sumEntropyTerms = sumEntropyTerms
    self.changeMergeCosts = changeMergeCosts
    self.adam = adam
    self.add = add
    self.multiplyAddPeak = multiplyAddPeak
    self.peakMultiplyAdds = peakMultiplyAdds
  }
}
