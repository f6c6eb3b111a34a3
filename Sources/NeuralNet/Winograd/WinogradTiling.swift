import Kernels

/// How the tiles of an algorithm cover the maps of a convolution. A dilated convolution is several
/// undilated ones on interleaved pixels, each with tiles of its own.
struct WinogradTiling: Sendable {
  struct Tile: Sendable, Equatable {
    var outputRow: Int
    var outputColumn: Int
    var inputRow: Int
    var inputColumn: Int
    /// How many rows of points, counted from the first, the tile needs; `pointColumns` likewise.
    /// Only the last row of outputs depends on the last row of points, those at ∞, so a tile whose
    /// last row lies outside the map does without.
    var pointRows: Int
    var pointColumns: Int
  }

  let algorithm: WinogradAlgorithm
  /// The tiles of one block of images.
  let tiles: [Tile]
  /// Map pixels from one pixel of an input tile to the next.
  let inputStep: Int
  /// Map pixels from one pixel of an output tile to the next. Either step is negative where an
  /// algorithm takes its pixels in reverse.
  let outputStep: Int

  /// The cheapest tiling; nil if none is known for this geometry, or none costs at most 70 % of
  /// direct convolution. That is more exact, and a ResNet on small batches feels the difference in
  /// its gradients. Ten points are the least exact, and only for layers with many channels, where
  /// they save the most.
  init?(_ geometry: ConvolutionGeometry, inputChannels: Int, outputChannels: Int) {
    func cost(_ tiling: WinogradTiling) -> Double {
      tiling.cost(inputChannels: inputChannels, outputChannels: outputChannels)
    }
    let fewest = geometry.kernelHeight == 5 ? 2048 : 8192
    let candidates = WinogradTiling.candidates(geometry).filter {
      $0.algorithm.points < 10 || inputChannels * outputChannels >= fewest
    }
    guard let best = candidates.min(by: { cost($0) < cost($1) }),
      cost(best) <= 0.7 * Double(geometry.insideTaps * inputChannels * outputChannels)
    else { return nil }
    self = best
  }

  /// Points of a tile, in both dimensions together.
  var points: Int { algorithm.points * algorithm.points }

  /// Whether a tile needs the product at a point.
  func needs(_ point: Int, tile number: Int) -> Bool {
    let tile = tiles[number]
    return point / algorithm.points < tile.pointRows && point % algorithm.points < tile.pointColumns
  }

  /// The cost for each image, in multiply-adds of a direct convolution.
  private func cost(inputChannels: Int, outputChannels: Int) -> Double {
    let products = tiles.reduce(0) { $0 + $1.pointRows * $1.pointColumns }
    let transforms =
      algorithm.inputTransform.operations * inputChannels
      + algorithm.outputTransform.operations * outputChannels
    return Double(products * inputChannels * outputChannels)
      + 2.6 * Double(tiles.count * transforms)
  }

  private static func candidates(_ geometry: ConvolutionGeometry) -> [WinogradTiling] {
    guard geometry.stride == 1, geometry.kernelHeight == geometry.kernelWidth else { return [] }
    // From a 3×3 map to a 3×3 map, where tiles would save less.
    let isMap3 =
      [geometry.inputHeight, geometry.inputWidth, geometry.outputHeight, geometry.outputWidth]
      == [3, 3, 3, 3] && geometry.dilation == 1
    switch geometry.kernelHeight {
    case 3:
      return isMap3
        ? [WinogradTiling(wholeMap: .map3, reversing: .input)]
        : [3, 5, 6, 8].map { WinogradTiling(geometry, .tiled(outputs: $0, kernel: 3)) }
    case 5:
      return isMap3
        ? [WinogradTiling(wholeMap: .kernel5Map3, reversing: .output)]
        : [3, 4, 6].map { WinogradTiling(geometry, .tiled(outputs: $0, kernel: 5)) }
    default:
      return []
    }
  }

  private init(_ geometry: ConvolutionGeometry, _ algorithm: WinogradAlgorithm) {
    let step = geometry.dilation
    let lastOutput = step * (algorithm.outputs - 1)
    let rows = WinogradTiling.starts(geometry.outputHeight, step, algorithm.outputs)
    let columns = WinogradTiling.starts(geometry.outputWidth, step, algorithm.outputs)
    self.algorithm = algorithm
    inputStep = step
    outputStep = step
    tiles = rows.flatMap { row in
      columns.map { column in
        Tile(
          outputRow: row, outputColumn: column, inputRow: row - geometry.padding,
          inputColumn: column - geometry.padding,
          pointRows: algorithm.points - (row + lastOutput < geometry.outputHeight ? 0 : 1),
          pointColumns: algorithm.points - (column + lastOutput < geometry.outputWidth ? 0 : 1))
      }
    }
  }

  /// One tile that is the whole 3×3 map, the input's or the output's pixels in reverse.
  private init(wholeMap algorithm: WinogradAlgorithm, reversing side: TileGroup.Side) {
    self.algorithm = algorithm
    (inputStep, outputStep) = side == .input ? (-1, 1) : (1, -1)
    let (firstInput, firstOutput) = side == .input ? (2, 0) : (0, 2)
    tiles = [
      Tile(
        outputRow: firstOutput, outputColumn: firstOutput, inputRow: firstInput,
        inputColumn: firstInput,
        pointRows: algorithm.points, pointColumns: algorithm.points)
    ]
  }

  private static func starts(_ size: Int, _ step: Int, _ outputs: Int) -> [Int] {
    (0..<min(step, size)).flatMap { Array(stride(from: $0, to: size, by: step * outputs)) }
  }
}

extension TileTransform {
  /// Loads, stores and multiply-adds for each channel of a tile: lines of one dimension, then of
  /// the other. One takes about as long as 2.6 multiply-adds of a convolution, which wait for
  /// memory less often.
  fileprivate var operations: Int {
    let (read, written) =
      switch self {
      case .evaluate(let size, let points): (size, points)
      case .evaluateTransposed(let size, let points): (points, size)
      case .interpolateTransposed(let points), .interpolate(let points): (points, points)
      }
    return (read + written) * (read + written + read * written / 2)
  }
}
