import CCPUFeatures
import KernelInterface

/// Transforms one tile in both dimensions, for 12 images and a panel of channels.
func transformTile(_ transform: TileTransform, _ arguments: TileArguments) {
  switch transform {
  case .evaluate(3, 4): read(arguments, Evaluate3At4.self)
  case .evaluate(3, 5): read(arguments, Evaluate3At5.self)
  case .evaluate(3, 7): read(arguments, Evaluate3At7.self)
  case .evaluate(5, 7): read(arguments, Evaluate5At7.self)
  case .evaluate(4, 8): read(arguments, Evaluate4At8.self)
  case .evaluate(6, 8): read(arguments, Evaluate6At8.self)
  case .evaluate(6, 10): read(arguments, Evaluate6At10.self)
  case .evaluate(8, 10): read(arguments, Evaluate8At10.self)
  case .interpolateTransposed(5): read(arguments, InterpolateTransposed5.self)
  case .interpolateTransposed(7): read(arguments, InterpolateTransposed7.self)
  case .interpolateTransposed(8): read(arguments, InterpolateTransposed8.self)
  case .interpolateTransposed(10): read(arguments, InterpolateTransposed10.self)
  case .evaluateTransposed(3, 4): write(arguments, EvaluateTransposed3At4.self)
  case .evaluateTransposed(3, 5): write(arguments, EvaluateTransposed3At5.self)
  case .evaluateTransposed(3, 7): write(arguments, EvaluateTransposed3At7.self)
  case .evaluateTransposed(5, 7): write(arguments, EvaluateTransposed5At7.self)
  case .evaluateTransposed(4, 8): write(arguments, EvaluateTransposed4At8.self)
  case .evaluateTransposed(6, 8): write(arguments, EvaluateTransposed6At8.self)
  case .evaluateTransposed(6, 10): write(arguments, EvaluateTransposed6At10.self)
  case .evaluateTransposed(8, 10): write(arguments, EvaluateTransposed8At10.self)
  default: preconditionFailure("no kernel for \(transform)")
  }
}

/// A tile between the two dimensions and a line of it, in memory that stays in the first-level
/// cache.
func withScratch(
  _ body: (_ tile: UnsafeMutablePointer<Float>, _ line: UnsafeMutablePointer<Float>) -> Void
) {
  withUnsafeTemporaryAllocation(byteCount: 4 * 110 * lanes, alignment: 64) { scratch in
    let tile = scratch.baseAddress!.assumingMemoryBound(to: Float.self)
    body(tile, tile + 100 * lanes)
  }
}

/// Transforms a tile of the map into the Winograd domain: columns first, then rows.
@inline(__always)
private func read<Transform: LineTransform>(_ arguments: TileArguments, _: Transform.Type) {
  let (size, points) = (Transform.inputs, Transform.outputs)
  let pixelStride = imageBlock &* arguments.stride
  let rowStride = arguments.step &* arguments.width &* pixelStride
  let (firstRow, endRow) = insideRows(arguments, size)
  withScratch { tile, line in
    for image in 0..<imageBlock {
      var channel = 0
      while channel < arguments.panel {
        let corner = arguments.map + (image &* arguments.stride &+ channel)
        for x in 0..<size {
          let column = arguments.column &+ x &* arguments.step
          if column < 0 || column >= arguments.width {
            for y in 0..<points { store(Vector(repeating: 0), tile + (y &* size &+ x) &* lanes) }
            continue
          }
          var source = UnsafePointer(
            corner + (arguments.row &* arguments.width &+ column) &* pixelStride)
          var sourceStride = rowStride
          // The same pixels of the next image.
          for y in firstRow..<endRow {
            prefetch_near(source + (y &* rowStride &+ arguments.stride))
          }
          if endRow &- firstRow < size {
            for y in 0..<size {
              let isInside = y >= firstRow && y < endRow
              store(
                isInside ? load(source + y &* rowStride) : Vector(repeating: 0),
                line + y &* lanes)
            }
            source = UnsafePointer(line)
            sourceStride = lanes
          }
          Transform.apply(source, sourceStride, tile + x &* lanes, size &* lanes)
        }
        let target = arguments.transformed + (image &* arguments.panel &+ channel)
        for y in 0..<points {
          let line = target + y &* points &* arguments.pointStride
          Transform.apply(tile + y &* size &* lanes, lanes, line, arguments.pointStride)
          for x in 0..<points { prefetch_near(line + (x &* arguments.pointStride &+ lanes)) }
        }
        channel &+= lanes
      }
    }
  }
}

/// Transforms a tile back to the map: rows first, then columns.
@inline(__always)
private func write<Transform: LineTransform>(
  _ arguments: TileArguments, _: Transform.Type
) {
  let (points, size) = (Transform.inputs, Transform.outputs)
  let pixelStride = imageBlock &* arguments.stride
  let rowStride = arguments.step &* arguments.width &* pixelStride
  let (firstRow, endRow) = insideRows(arguments, size)
  withScratch { tile, line in
    for image in 0..<imageBlock {
      var channel = 0
      while channel < arguments.panel {
        let source = arguments.transformed + (image &* arguments.panel &+ channel)
        for y in 0..<points {
          let line = source + y &* points &* arguments.pointStride
          Transform.apply(line, arguments.pointStride, tile + y &* size &* lanes, lanes)
          for x in 0..<points { prefetch_near(line + (x &* arguments.pointStride &+ lanes)) }
        }
        let corner = arguments.map + (image &* arguments.stride &+ channel)
        var (sum, sumOfSquares) = (Vector(repeating: 0), Vector(repeating: 0))
        for x in 0..<size {
          let column = arguments.column &+ x &* arguments.step
          if column < 0 || column >= arguments.width { continue }
          let target = corner + (arguments.row &* arguments.width &+ column) &* pixelStride
          Transform.apply(tile + x &* lanes, size &* lanes, line, lanes)
          for y in firstRow..<endRow {
            let (value, place) = (load(line + y &* lanes), target + y &* rowStride)
            store(arguments.accumulates ? load(place) + value : value, place)
            prefetch_near(place + arguments.stride)
          }
          if arguments.statistics == nil { continue }
          for y in firstRow..<endRow {
            let value = load(line + y &* lanes)
            sum += value
            sumOfSquares = multiplyAdd(sumOfSquares, value, value)
          }
        }
        if let statistics = arguments.statistics {
          store(load(statistics.sum + channel) + sum, statistics.sum + channel)
          store(
            load(statistics.sumOfSquares + channel) + sumOfSquares,
            statistics.sumOfSquares + channel)
        }
        channel &+= lanes
      }
    }
  }
}

/// The rows of the tile that lie inside the map. Backwards tiles lie inside as a whole.
@inline(__always)
private func insideRows(_ arguments: TileArguments, _ size: Int) -> (first: Int, end: Int) {
  if arguments.step < 0 { return (0, size) }
  let first = arguments.row < 0 ? (arguments.step &- 1 &- arguments.row) / arguments.step : 0
  let beyond = (arguments.height &- arguments.row &+ arguments.step &- 1) / arguments.step
  let end = beyond < size ? beyond : size
  return (first, end < first ? first : end)
}
