import KernelInterface

/// One tile through one of Winograd's transforms, both dimensions, for 12 images and a panel of channels.
func transformTile(_ transform: TileTransform, _ arguments: TileArguments) {
  switch transform {
  case .evaluate(3, 5): read(arguments, Sizes<3, 5>(), evaluating: true)
  case .evaluate(3, 7): read(arguments, Sizes<3, 7>(), evaluating: true)
  case .evaluate(5, 7): read(arguments, Sizes<5, 7>(), evaluating: true)
  case .evaluate(4, 8): read(arguments, Sizes<4, 8>(), evaluating: true)
  case .evaluate(6, 8): read(arguments, Sizes<6, 8>(), evaluating: true)
  case .interpolateTransposed(5): read(arguments, Sizes<5, 5>(), evaluating: false)
  case .interpolateTransposed(7): read(arguments, Sizes<7, 7>(), evaluating: false)
  case .interpolateTransposed(8): read(arguments, Sizes<8, 8>(), evaluating: false)
  case .evaluateTransposed(3, 5): write(arguments, Sizes<3, 5>(), adding: false)
  case .evaluateTransposed(3, 7): write(arguments, Sizes<3, 7>(), adding: false)
  case .evaluateTransposed(5, 7): write(arguments, Sizes<5, 7>(), adding: false)
  case .evaluateTransposed(4, 8): write(arguments, Sizes<4, 8>(), adding: false)
  case .evaluateTransposed(6, 8): write(arguments, Sizes<6, 8>(), adding: false)
  case .interpolate(5): write(arguments, Sizes<5, 5>(), adding: true)
  case .interpolate(7): write(arguments, Sizes<7, 7>(), adding: true)
  case .interpolate(8): write(arguments, Sizes<8, 8>(), adding: true)
  default: preconditionFailure("no kernel for \(transform)")
  }
}

/// Pixels and points in each dimension, for the compiler.
private struct Sizes<let size: Int, let points: Int> {}

private typealias Line<let count: Int> = InlineArray<count, Vector>
/// A whole tile between the two dimensions, in memory that stays in the first-level cache.
private typealias Scratch = InlineArray<64, Vector>

/// Map → spectrum: columns first, then rows. `evaluate`, or else `interpolateTransposed`.
@inline(__always)
private func read<let size: Int, let points: Int>(
  _ arguments: TileArguments, _ sizes: Sizes<size, points>, evaluating: Bool
) {
  let pixelStride = imageBlock &* arguments.stride
  let rowStride = arguments.step &* arguments.width &* pixelStride
  var scratch = Scratch.zeros
  for image in 0..<imageBlock {
    var channel = 0
    while channel < arguments.panel {
      let corner = arguments.map + (image &* arguments.stride &+ channel)
      for x in 0..<size {
        let column = arguments.column &+ x &* arguments.step
        if column < 0 || column >= arguments.width {
          for y in 0..<points { scratch[y &* size &+ x] = Vector(repeating: 0) }
          continue
        }
        let first = corner + (arguments.row &* arguments.width &+ column) &* pixelStride
        var line = Line<size>.zeros
        for y in 0..<size {
          let row = arguments.row &+ y &* arguments.step
          if row >= 0 && row < arguments.height { line[y] = load(first + y &* rowStride) }
        }
        let values: Line<points> = evaluating ? evaluate(line) : interpolateTransposed(line)
        for y in 0..<points { scratch[y &* size &+ x] = values[y] }
      }
      let target = arguments.spectrum + (image &* arguments.panel &+ channel)
      for y in 0..<points {
        var line = Line<size>.zeros
        for x in 0..<size { line[x] = scratch[y &* size &+ x] }
        let values: Line<points> = evaluating ? evaluate(line) : interpolateTransposed(line)
        for x in 0..<points {
          store(values[x], target + (y &* points &+ x) &* arguments.pointStride)
        }
      }
      channel &+= lanes
    }
  }
}

/// Spectrum → map: rows first, then columns. Adding `interpolate`, or else `evaluateTransposed`.
@inline(__always)
private func write<let size: Int, let points: Int>(
  _ arguments: TileArguments, _ sizes: Sizes<size, points>, adding: Bool
) {
  let pixelStride = imageBlock &* arguments.stride
  let rowStride = arguments.step &* arguments.width &* pixelStride
  var scratch = Scratch.zeros
  for image in 0..<imageBlock {
    var channel = 0
    while channel < arguments.panel {
      let source = arguments.spectrum + (image &* arguments.panel &+ channel)
      for y in 0..<points {
        var line = Line<points>.zeros
        for x in 0..<points {
          line[x] = load(source + (y &* points &+ x) &* arguments.pointStride)
        }
        let values: Line<size> = adding ? interpolate(line) : evaluateTransposed(line)
        for x in 0..<size { scratch[y &* size &+ x] = values[x] }
      }
      let corner = arguments.map + (image &* arguments.stride &+ channel)
      for x in 0..<size {
        let column = arguments.column &+ x &* arguments.step
        if column < 0 || column >= arguments.width { continue }
        var line = Line<points>.zeros
        for y in 0..<points { line[y] = scratch[y &* size &+ x] }
        let values: Line<size> = adding ? interpolate(line) : evaluateTransposed(line)
        let first = corner + (arguments.row &* arguments.width &+ column) &* pixelStride
        for y in 0..<size {
          let row = arguments.row &+ y &* arguments.step
          if row < 0 || row >= arguments.height { continue }
          let target = first + y &* rowStride
          store(adding ? load(target) + values[y] : values[y], target)
        }
      }
      channel &+= lanes
    }
  }
}

/// P · X · Pᵀ with any small P: weights and their gradients, which are few.
func transformTaps(_ arguments: TapTransformArguments) {
  let (rows, columns) = (arguments.rows, arguments.columns)
  var scratch = Scratch.zeros
  var channel = 0
  while channel < arguments.width {
    for x in 0..<columns {
      for y in 0..<rows {
        var sum = Vector(repeating: 0)
        for k in 0..<columns {
          let source = arguments.source + ((k &* columns &+ x) &* arguments.sourceStride &+ channel)
          sum = multiplyAdd(
            sum, Vector(repeating: arguments.matrix[y &* columns &+ k]), load(source))
        }
        scratch[y &* columns &+ x] = sum
      }
    }
    for y in 0..<rows {
      for x in 0..<rows {
        var sum = Vector(repeating: 0)
        for k in 0..<columns {
          sum = multiplyAdd(
            sum, Vector(repeating: arguments.matrix[x &* columns &+ k]),
            scratch[y &* columns &+ k])
        }
        store(
          sum,
          arguments.destination + ((y &* rows &+ x) &* arguments.destinationStride &+ channel))
      }
    }
    channel &+= lanes
  }
}
