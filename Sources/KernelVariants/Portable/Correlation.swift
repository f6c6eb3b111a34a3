import KernelInterface

/// The products of three channels with three others: nine sums in registers over a few rows, which
/// stay in the cache for all horizontal displacements.
func correlate(_ arguments: CorrelationArguments) {
  let planes = arguments.planes
  let end = min(planes.height, planes.height &- arguments.verticalShift)
  // 24 KiB of the six planes.
  let rowsPerSum = max(1, 1024 / planes.rowStride)
  var y = max(0, -arguments.verticalShift)
  while y < end {
    let rows = y..<min(end, y &+ rowsPerSum)
    for horizontal in 0...(2 &* arguments.maximumDisplacement) {
      let shift =
        arguments.verticalShift &* planes.rowStride &+ horizontal &- arguments.maximumDisplacement
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
  let plane = planes.floatsPerPlane
  var sums = ThreeRows<VectorTripleSum>()
  for y in rows {
    let left = arguments.firstView + (y &* planes.rowStride &+ planes.margin)
    let right = arguments.secondView + (y &* planes.rowStride &+ planes.margin &+ shift)
    var x = 0
    repeat {
      let a0 = load(left + x)
      let a1 = load(left + (plane &+ x))
      let a2 = load(left + (2 &* plane &+ x))
      sums.accumulate(Loads(first: right + x, stride: plane), times: (a0, a1, a2))
      x &+= lanes
    } while x < planes.width
  }
  addLanes(of: sums.row0, to: total)
  addLanes(of: sums.row1, to: total + 1)
  addLanes(of: sums.row2, to: total + 2)
}

@inline(__always)
private func addLanes(of sums: VectorTripleSum, to total: UnsafeMutablePointer<Double>) {
  total[0] += Double(sums.first.sum())
  total[3] += Double(sums.second.sum())
  total[6] += Double(sums.third.sum())
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
  let side = 2 &* arguments.maximumDisplacement &+ 1
  // Rows are neighbouring vectors, each of three channels.
  var sums = Twice<TwoRows<VectorTripleSum>>()
  for vertical in 0..<side {
    let y = arguments.row &+ vertical &- arguments.maximumDisplacement
    if y < 0 || y >= planes.height { continue }
    var weights = arguments.weights + vertical &* side &* arguments.channels &* 3
    for horizontal in 0..<side {
      var source =
        arguments.source
        + (y &* planes.rowStride &+ planes.margin &+ x &+ horizontal
          &- arguments.maximumDisplacement)
      var channel = 0
      repeat {
        let weight0 = Vector(repeating: weights[0])
        let weight1 = Vector(repeating: weights[1])
        let weight2 = Vector(repeating: weights[2])
        sums.accumulate(
          Loads(first: source, stride: lanes), times: (weight0, weight1, weight2))
        weights += 3
        source += planes.floatsPerPlane
        channel &+= 1
      } while channel < arguments.channels
    }
  }
  sums.store(to: arguments.output + x, lanes, planes.width)
}

/// A row of three channels of the gradient, one vector wide.
@inline(__always)
private func gradientTile1(_ arguments: CorrelationGradientArguments, _ x: Int) {
  let planes = arguments.planes
  let side = 2 &* arguments.maximumDisplacement &+ 1
  var sum = VectorTripleSum()
  for vertical in 0..<side {
    let y = arguments.row &+ vertical &- arguments.maximumDisplacement
    if y < 0 || y >= planes.height { continue }
    var weights = arguments.weights + vertical &* side &* arguments.channels &* 3
    for horizontal in 0..<side {
      var source =
        arguments.source
        + (y &* planes.rowStride &+ planes.margin &+ x &+ horizontal
          &- arguments.maximumDisplacement)
      var channel = 0
      repeat {
        sum.accumulate(
          load(source),
          times: (
            Vector(repeating: weights[0]), Vector(repeating: weights[1]),
            Vector(repeating: weights[2])
          ))
        weights += 3
        source += planes.floatsPerPlane
        channel &+= 1
      } while channel < arguments.channels
    }
  }
  sum.store(to: arguments.output + x, planes.width)
}
