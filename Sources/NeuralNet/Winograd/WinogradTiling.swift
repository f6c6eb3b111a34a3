import Kernels

/// How the tiles of an algorithm cover the maps of a convolution. A dilated convolution is several undilated ones on
/// interleaved pixels, each with tiles of its own.
struct WinogradTiling: Sendable {
  struct Tile: Sendable, Equatable {
    var outputRow: Int
    var outputColumn: Int
    var inputRow: Int
    var inputColumn: Int
  }

  let algorithm: WinogradAlgorithm
  /// Of one block of images.
  let tiles: [Tile]
  /// Map pixels from one pixel of an input tile to the next.
  let inputStep: Int
  /// The same for output tiles; negative where an algorithm yields them in reverse.
  let outputStep: Int

  /// The tiling with the fewest multiplications; nil if none is known for this geometry or none does with 70 % of
  /// the multiplications of the taps that lie inside the map.
  init?(_ geometry: ConvolutionGeometry) {
    guard geometry.stride == 1, geometry.kernelHeight == geometry.kernelWidth else { return nil }
    let direct = TapPlan(forward: geometry).taps.count
    let best = WinogradTiling.candidates(geometry).min { $0.multiplications < $1.multiplications }
    guard let best, best.multiplications * 10 <= direct * 7 else { return nil }
    self = best
  }

  /// Values of a tile's spectrum.
  var points: Int { algorithm.points * algorithm.points }
  /// For each pair of channels and block of images.
  var multiplications: Int { tiles.count * points }

  private static func candidates(_ geometry: ConvolutionGeometry) -> [WinogradTiling] {
    // 3×3 kernels stay direct: over the 33 layers of a ResNet, and its batch-norms over few values, the errors add up
    // to more than 1e-4 of the gradients.
    guard geometry.kernelHeight == 5 else { return [] }
    let isWholeMap =
      [geometry.inputHeight, geometry.inputWidth] == [3, 3] && geometry.padding == 2
      && geometry.dilation == 1
    return isWholeMap
      ? [WinogradTiling(wholeMap: .kernel5Map3)]
      : [3, 4].map { WinogradTiling(geometry, .tiled(outputs: $0, kernel: 5)) }
  }

  private init(_ geometry: ConvolutionGeometry, _ algorithm: WinogradAlgorithm) {
    let step = geometry.dilation
    let rows = WinogradTiling.starts(geometry.outputHeight, step, algorithm.outputs)
    let columns = WinogradTiling.starts(geometry.outputWidth, step, algorithm.outputs)
    self.algorithm = algorithm
    inputStep = step
    outputStep = step
    tiles = rows.flatMap { row in
      columns.map { column in
        Tile(
          outputRow: row, outputColumn: column, inputRow: row - geometry.padding,
          inputColumn: column - geometry.padding)
      }
    }
  }

  /// One tile that is the whole map, outputs in reverse.
  private init(wholeMap algorithm: WinogradAlgorithm) {
    self.algorithm = algorithm
    inputStep = 1
    outputStep = -1
    let last = algorithm.outputs - 1
    tiles = [Tile(outputRow: last, outputColumn: last, inputRow: 0, inputColumn: 0)]
  }

  private static func starts(_ size: Int, _ step: Int, _ outputs: Int) -> [Int] {
    (0..<min(step, size)).flatMap { Array(stride(from: $0, to: size, by: step * outputs)) }
  }
}
