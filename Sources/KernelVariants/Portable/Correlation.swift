import KernelInterface

/// How planes lie, each number asked for once: a property of another module that is computed would
/// be a call in an innermost loop, and every sum would go to memory and back around it.
private struct PlaneStrides {
  let width: Int
  let margin: Int
  let row: Int
  let plane: Int

  @inline(__always)
  init(_ planes: CorrelationPlanes) {
    width = planes.width
    margin = planes.margin
    row = planes.rowStride
    plane = planes.floatsPerPlane
  }
}

/// The products of three channels with three others: nine sums in registers over a few rows, which
/// stay in the cache for all horizontal displacements.
func correlate(_ arguments: CorrelationArguments) {
  let planes = arguments.planes
  let strides = PlaneStrides(planes)
  let end = min(planes.height, planes.height &- arguments.verticalShift)
  // 24 KiB of the six planes.
  let rowsPerSum = max(1, 1024 / strides.row)
  var y = max(0, -arguments.verticalShift)
  while y < end {
    let rows = y..<min(end, y &+ rowsPerSum)
    for horizontal in 0...(2 &* arguments.maximumDisplacement) {
      let shift =
        arguments.verticalShift &* strides.row &+ horizontal &- arguments.maximumDisplacement
      correlateRows(arguments, strides, rows, shift, arguments.sums + 9 &* horizontal)
    }
    y = rows.upperBound
  }
}

@inline(__always)
private func correlateRows(
  _ arguments: CorrelationArguments, _ strides: PlaneStrides, _ rows: Range<Int>, _ shift: Int,
  _ total: UnsafeMutablePointer<Double>
) {
  let plane = strides.plane
  var sums = ThreeRows<VectorTripleSum>()
  for y in rows {
    let left = arguments.firstView + (y &* strides.row &+ strides.margin)
    let right = arguments.secondView + (y &* strides.row &+ strides.margin &+ shift)
    var x = 0
    repeat {
      let a0 = load(left + x)
      let a1 = load(left + (plane &+ x))
      let a2 = load(left + (2 &* plane &+ x))
      sums.accumulate(Loads(first: right + x, stride: plane), times: (a0, a1, a2))
      x &+= lanes
    } while x < strides.width
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
  let strides = PlaneStrides(arguments.planes)
  var x = 0
  while x &+ 4 &* lanes <= strides.width {
    gradientTile4(arguments, strides, x)
    x &+= 4 &* lanes
  }
  while x < strides.width {
    gradientTile1(arguments, strides, x)
    x &+= lanes
  }
}

@inline(__always)
private func gradientTile4(
  _ arguments: CorrelationGradientArguments, _ strides: PlaneStrides, _ x: Int
) {
  let (height, channels) = (arguments.planes.height, arguments.channels)
  let side = 2 &* arguments.maximumDisplacement &+ 1
  // Rows are neighbouring vectors, each of three channels.
  var sums = Twice<TwoRows<VectorTripleSum>>()
  for vertical in 0..<side {
    let y = arguments.row &+ vertical &- arguments.maximumDisplacement
    if y < 0 || y >= height { continue }
    var weights = arguments.weights + vertical &* side &* channels &* 3
    for horizontal in 0..<side {
      var source =
        arguments.source
        + (y &* strides.row &+ strides.margin &+ x &+ horizontal
          &- arguments.maximumDisplacement)
      var channel = 0
      repeat {
        let weight0 = Vector(repeating: weights[0])
        let weight1 = Vector(repeating: weights[1])
        let weight2 = Vector(repeating: weights[2])
        sums.accumulate(
          Loads(first: source, stride: lanes), times: (weight0, weight1, weight2))
        weights += 3
        source += strides.plane
        channel &+= 1
      } while channel < channels
    }
  }
  sums.store(to: arguments.output + x, lanes, strides.width)
}

/// A row of three channels of the gradient, one vector wide.
@inline(__always)
private func gradientTile1(
  _ arguments: CorrelationGradientArguments, _ strides: PlaneStrides, _ x: Int
) {
  let (height, channels) = (arguments.planes.height, arguments.channels)
  let side = 2 &* arguments.maximumDisplacement &+ 1
  var sum = VectorTripleSum()
  for vertical in 0..<side {
    let y = arguments.row &+ vertical &- arguments.maximumDisplacement
    if y < 0 || y >= height { continue }
    var weights = arguments.weights + vertical &* side &* channels &* 3
    for horizontal in 0..<side {
      var source =
        arguments.source
        + (y &* strides.row &+ strides.margin &+ x &+ horizontal
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
        source += strides.plane
        channel &+= 1
      } while channel < channels
    }
  }
  sum.store(to: arguments.output + x, strides.width)
}
