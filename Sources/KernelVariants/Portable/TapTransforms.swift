import KernelInterface

/// Transforms the taps of one panel of weights and one input channel into the Winograd domain.
func transformTaps(_ transform: TileTransform, _ arguments: TapArguments) {
  switch transform {
  case .evaluate(3, 4): evaluate(arguments, Evaluate3At4.self)
  case .evaluate(3, 5): evaluate(arguments, Evaluate3At5.self)
  case .evaluate(3, 7): evaluate(arguments, Evaluate3At7.self)
  case .evaluate(3, 8): evaluate(arguments, Evaluate3At8.self)
  case .evaluate(3, 10): evaluate(arguments, Evaluate3At10.self)
  case .evaluate(5, 7): evaluate(arguments, Evaluate5At7.self)
  case .evaluate(5, 8): evaluate(arguments, Evaluate5At8.self)
  case .evaluate(5, 10): evaluate(arguments, Evaluate5At10.self)
  case .interpolateTransposed(5): evaluate(arguments, InterpolateTransposed5.self)
  default: preconditionFailure("no kernel to transform taps by \(transform)")
  }
}

/// Transforms the gradient of transformed weights to that of the taps: the transpose of
/// `transformTaps`.
func transformTapGradients(_ transform: TileTransform, _ arguments: TapArguments) {
  switch transform {
  case .evaluateTransposed(3, 4): gather(arguments, EvaluateTransposed3At4.self)
  case .evaluateTransposed(3, 5): gather(arguments, EvaluateTransposed3At5.self)
  case .evaluateTransposed(3, 7): gather(arguments, EvaluateTransposed3At7.self)
  case .evaluateTransposed(3, 8): gather(arguments, EvaluateTransposed3At8.self)
  case .evaluateTransposed(3, 10): gather(arguments, EvaluateTransposed3At10.self)
  case .evaluateTransposed(5, 7): gather(arguments, EvaluateTransposed5At7.self)
  case .evaluateTransposed(5, 8): gather(arguments, EvaluateTransposed5At8.self)
  case .evaluateTransposed(5, 10): gather(arguments, EvaluateTransposed5At10.self)
  case .interpolate(5): gather(arguments, Interpolate5.self)
  default: preconditionFailure("no kernel to transform gradients of taps by \(transform)")
  }
}

@inline(__always)
private func evaluate<Transform: LineTransform>(_ arguments: TapArguments, _: Transform.Type) {
  let (size, points) = (Transform.inputs, Transform.outputs)
  let stride = arguments.tapStride
  withScratch { tile, line in
    var channel = 0
    repeat {
      let source = arguments.taps + channel
      for x in 0..<size {
        Transform.apply(source + x &* stride, size &* stride, tile + x &* lanes, size &* lanes)
      }
      for y in 0..<points {
        Transform.apply(tile + y &* size &* lanes, lanes, line, lanes)
        for x in 0..<points {
          let point = y &* points &+ x
          store(
            arguments.factors[point] * load(line + x &* lanes),
            arguments.transformed + (point &* arguments.pointStride &+ channel))
        }
      }
      channel &+= lanes
    } while channel < arguments.width
  }
}

@inline(__always)
private func gather<Transform: LineTransform>(_ arguments: TapArguments, _: Transform.Type) {
  let (points, size) = (Transform.inputs, Transform.outputs)
  let stride = arguments.tapStride
  withScratch { tile, line in
    var channel = 0
    repeat {
      for y in 0..<points {
        for x in 0..<points {
          let point = y &* points &+ x
          let value = load(arguments.transformed + (point &* arguments.pointStride &+ channel))
          store(arguments.factors[point] * value, line + x &* lanes)
        }
        Transform.apply(line, lanes, tile + y &* size &* lanes, lanes)
      }
      let target = arguments.taps + channel
      for x in 0..<size {
        Transform.apply(tile + x &* lanes, size &* lanes, target + x &* stride, size &* stride)
      }
      channel &+= lanes
    } while channel < arguments.width
  }
}
