import Foundation
import Kernels
import NeuralNet
import Snapshots
import TestSupport
import Testing

/// A whole training run of a narrow network by PyTorch in Double, to be repeated here: gradients,
/// every loss, the final state, and the outputs in evaluation mode.
struct ReferenceRun {
  struct Case: Decodable {
    var width: Int
    var size: Int
    var pairs: Int
    var lr: Double
    var halfSide: Int
    var heads: [String]
    var losses: [Double]
  }

  /// How near a run in Float can come. Adam's first steps are nearly the gradient's signs, so
  /// rounding where a gradient is near zero moves a weight by a whole step, and the deeper the
  /// network, the further that carries.
  struct Tolerances {
    /// Relative, for each step's loss; the last one holds for the steps after it, 1e-5 for the
    /// first step.
    var losses = [2e-3]
    /// Relative to a tensor's largest entry, in the final state.
    var runningStatistics = 2e-3
    /// Relative to each weight tensor's largest entry, in the final state; nil where only
    /// `movement` says something.
    var weights: Double? = 2e-2
    /// Relative to the largest entry of an output in evaluation mode.
    var evaluation = 2e-2
    /// Relative to how far a whole run moves all weights together (root of the sum of squares).
    var movement = 0.1
  }

  let run: Case
  private let tensors: ReferenceTensors

  /// - Parameter name: `net6c`, for example.
  init(_ name: String) throws {
    let folder = Bundle.module.resourceURL!.appendingPathComponent("Reference")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    run = try decoder.decode(
      Case.self, from: Data(contentsOf: folder.appendingPathComponent("\(name).json")))
    tensors = try ReferenceTensors(url: folder.appendingPathComponent("\(name).safetensors"))
  }

  /// - Parameters:
  ///   - step: one forward and backward pass of both sides on a head; returns the loss.
  ///   - evaluate: each sub-head's output of head B for the first of two sides, in PyTorch's order.
  func check<HeadKind>(
    _ network: Network<HeadKind>, _ tolerances: Tolerances = Tolerances(),
    step: (_ images: Tensor, _ head: String) -> Double,
    evaluate: (_ images: Tensor) -> [[Float]]
  ) throws {
    try network.loadWeights(tensors.states(prefix: "init."))
    let adam = Adam(learningRate: run.lr)
    let sides = try (tensors.tensor("x1"), tensors.tensor("x2"))
    var shape = network.inputShape
    shape.images = 2 * run.pairs
    let images = Tensor(shape)
    for (index, headName) in run.heads.enumerated() {
      let head = "head_\(headName)"
      images.fill(from: sides.0, sides.1, step: index, pairs: run.pairs)
      let loss = step(images, head)
      let expected = run.losses[index]
      let tolerance =
        index == 0 ? 1e-5 : tolerances.losses[min(index, tolerances.losses.count) - 1]
      #expect(
        abs(loss - expected) <= tolerance * abs(expected),
        "step \(index): \(loss), expected \(expected)")
      if index == 0 { try checkGradients(network.parameters(training: head)) }
      adam.update(network.parameters(training: head), in: network.context)
    }
    try checkFinalState(network, tolerances)
    images.fill(from: sides.0, sides.0, step: 0, pairs: run.pairs)
    for (subHead, values) in evaluate(images).enumerated() {
      let expected = try tensors.tensor("eval.head_B.\(subHead)").values
      expectClose(
        values, expected, tolerance: tolerances.evaluation, "evaluation of sub-head \(subHead)")
    }
  }

  private func checkFinalState(_ network: any Module, _ tolerances: Tolerances) throws {
    var (error, movement) = (0.0, 0.0)
    for tensor in network.weights {
      let final = try tensors.tensor("final.\(tensor.name)").values
      if tensor.name.contains("running") {
        expectClose(
          tensor.values, final, tolerance: tolerances.runningStatistics, tensor.name)
        continue
      }
      if let tolerance = tolerances.weights {
        expectClose(tensor.values, final, tolerance: tolerance, tensor.name)
      }
      let first = try tensors.tensor("init.\(tensor.name)").values
      for (index, value) in tensor.values.enumerated() {
        error += (Double(value) - final[index]) * (Double(value) - final[index])
        movement += (final[index] - first[index]) * (final[index] - first[index])
      }
    }
    let share = (error / movement).squareRoot()
    #expect(share <= tolerances.movement, "the weights are off by \(share) of their movement")
  }

  private func checkGradients(_ parameters: [Parameter]) throws {
    for parameter in parameters {
      for view in parameter.views {
        let expected = try tensors.tensor("grad.\(view.name)").values
        expectClose(
          view.gather(parameter.gradient), expected, tolerance: 1e-4, "gradient of \(view.name)")
      }
    }
  }
}

extension ReferenceTensors {
  /// The tensors whose name starts with `prefix`, under the rest of their name.
  func states(prefix: String) -> [String: NamedTensor] {
    var states: [String: NamedTensor] = [:]
    for (name, tensor) in tensors where name.hasPrefix(prefix) {
      let rest = String(name.dropFirst(prefix.count))
      states[rest] = NamedTensor(
        name: rest, shape: tensor.shape, values: tensor.values.map { Float($0) })
    }
    return states
  }
}

extension Tensor {
  /// Step `step` of two `[steps, pairs, channels, height, width]` tensors, one after the other.
  func fill(
    from first: ReferenceTensors.Tensor, _ second: ReferenceTensors.Tensor, step: Int, pairs: Int
  ) {
    let pixels = shape.pixels
    for (side, source) in [first, second].enumerated() {
      for image in 0..<pairs {
        for pixel in 0..<pixels {
          for channel in 0..<shape.channels {
            let at = ((step * pairs + image) * shape.channels + channel) * pixels + pixel
            self[side * pairs + image, pixel / shape.width, pixel % shape.width, channel] =
              Float(source.values[at])
          }
        }
      }
    }
  }
}

/// Fails unless every entry is within `tolerance` of the expected tensor's largest entry.
func expectClose(
  _ actual: [Float], _ expected: [Double], tolerance: Double, _ name: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual.count == expected.count, "\(name)", sourceLocation: sourceLocation)
  let largest = expected.map(abs).max() ?? 0
  let errors = zip(actual, expected).map { abs(Double($0) - $1) }
  let worst = errors.reduce(0) { $0 >= $1 ? $0 : $1 }
  #expect(
    errors.allSatisfy { $0 <= tolerance * largest + 1e-12 },
    "\(name): off by \(worst) of \(largest)", sourceLocation: sourceLocation)
}
