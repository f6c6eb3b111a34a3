import KernelInterface

/// The products of three channels with three others: nine sums in registers over a few rows, which stay in the cache
/// for all horizontal displacements.
func correlate(_ arguments: CorrelationArguments) {
  let planes = arguments.planes
  let end = min(planes.height, planes.height &- arguments.verticalShift)
  // 24 KiB of the six planes.
  let rowsPerSum = max(1, 1024 / planes.rowStride)
  var y = max(0, -arguments.verticalShift)
  while y < end {
    let rows = y..<min(end, y &+ rowsPerSum)
    for horizontal in 0...(2 &* arguments.halfSide) {
      let shift =
        arguments.verticalShift &* planes.rowStride &+ horizontal &- arguments.halfSide
      correlateRows(arguments, rows, shift, arguments.sums + 9 &* horizontal)
    }
    y = rows.upperBound
  }
}

@inline(__always)
private func correlateRows(
  _ arguments: CorrelationArguments, _ rows: Range<Int>, _ shift: Int,
  _ total: UnsafeMutablePointer<Double>
) {
  let planes = arguments.planes
  let plane = planes.planeCount
  var sums = CorrelationTile.zeros
  for y in rows {
    let left = arguments.plain + (y &* planes.rowStride &+ planes.margin)
    let right = arguments.transformed + (y &* planes.rowStride &+ planes.margin &+ shift)
    var x = 0
    while x < planes.width {
      let a0 = load(left + x)
      let a1 = load(left + (plane &+ x))
      let a2 = load(left + (2 &* plane &+ x))
      for other in 0..<3 {
        let b = load(right + (other &* plane &+ x))
        sums[other] = multiplyAdd(sums[other], a0, b)
        sums[3 &+ other] = multiplyAdd(sums[3 &+ other], a1, b)
        sums[6 &+ other] = multiplyAdd(sums[6 &+ other], a2, b)
      }
      x &+= lanes
    }
  }
  for index in 0..<9 { total[index] += Double(sums[index].sum()) }
}

/// A row of three channels of the gradient, four vectors wide where there is room.
func correlationGradient(_ arguments: CorrelationGradientArguments) {
  var x = 0
  while x &+ 4 &* lanes <= arguments.planes.width {
    gradientTile4(arguments, x)
    x &+= 4 &* lanes
  }
  while x < arguments.planes.width {
    gradientTile1(arguments, x)
    x &+= lanes
  }
}

@inline(__always)
private func gradientTile4(_ arguments: CorrelationGradientArguments, _ x: Int) {
  let planes = arguments.planes
  let side = 2 &* arguments.halfSide &+ 1
  var sums = CorrelationGradientTile.zeros
  for vertical in 0..<side {
    let y = arguments.row &+ vertical &- arguments.halfSide
    if y < 0 || y >= planes.height { continue }
    var weights = arguments.weights + vertical &* side &* arguments.channels &* 3
    for horizontal in 0..<side {
      var source =
        arguments.source
        + (y &* planes.rowStride &+ planes.margin &+ x &+ horizontal &- arguments.halfSide)
      for _ in 0..<arguments.channels {
        let weight0 = Vector(repeating: weights[0])
        let weight1 = Vector(repeating: weights[1])
        let weight2 = Vector(repeating: weights[2])
        for vector in 0..<4 {
          let value = load(source + vector &* lanes)
          sums[vector] = multiplyAdd(sums[vector], weight0, value)
          sums[4 &+ vector] = multiplyAdd(sums[4 &+ vector], weight1, value)
          sums[8 &+ vector] = multiplyAdd(sums[8 &+ vector], weight2, value)
        }
        weights += 3
        source += planes.planeCount
      }
    }
  }
  for channel in 0..<3 {
    for vector in 0..<4 {
      store(
        sums[4 &* channel &+ vector],
        arguments.output + (channel &* planes.width &+ x &+ vector &* lanes))
    }
  }
}

/// The same, one vector wide.
@inline(__always)
private func gradientTile1(_ arguments: CorrelationGradientArguments, _ x: Int) {
  let planes = arguments.planes
  let side = 2 &* arguments.halfSide &+ 1
  var sums = CorrelationTile.zeros
  for vertical in 0..<side {
    let y = arguments.row &+ vertical &- arguments.halfSide
    if y < 0 || y >= planes.height { continue }
    var weights = arguments.weights + vertical &* side &* arguments.channels &* 3
    for horizontal in 0..<side {
      var source =
        arguments.source
        + (y &* planes.rowStride &+ planes.margin &+ x &+ horizontal &- arguments.halfSide)
      for _ in 0..<arguments.channels {
        let value = load(source)
        for channel in 0..<3 {
          sums[channel] = multiplyAdd(
            sums[channel], Vector(repeating: weights[channel]), value)
        }
        weights += 3
        source += planes.planeCount
      }
    }
  }
  for channel in 0..<3 {
    store(sums[channel], arguments.output + (channel &* planes.width &+ x))
  }
}
