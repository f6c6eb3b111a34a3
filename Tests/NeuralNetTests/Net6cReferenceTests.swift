import Foundation
import Kernels
import NeuralNet
import TestSupport
import Testing

/// A whole training run of a narrow net6c against PyTorch in Double: gradients, every loss, the final state.
struct Net6cReferenceTests {
  struct Case: Decodable {
    var width: Int
    var size: Int
    var pairs: Int
    var lr: Double
    var heads: [String]
    var losses: [Double]
  }

  @Test(arguments: InstructionSet.available)
  func trainingRun(_ instructionSet: InstructionSet) throws {
    let folder = Bundle.module.resourceURL!.appendingPathComponent("Reference")
    let reference = try JSONDecoder().decode(
      Case.self, from: Data(contentsOf: folder.appendingPathComponent("net6c.json")))
    let tensors = try ReferenceTensors(url: folder.appendingPathComponent("net6c.safetensors"))

    let context = ComputeContext(instructionSet: instructionSet, threads: 2)
    let network = Network(
      net6cWidth: reference.width, inputSize: reference.size, inputChannels: 1,
      heads: [("head_A", 50, 2), ("head_B", 10, 2)], context: context)
    try network.loadWeights(tensors.states(prefix: "init."))
    let adam = Adam(learningRate: reference.lr)
    let sides = try (tensors.tensor("x1"), tensors.tensor("x2"))
    let images = Tensor(
      Shape(
        images: 2 * reference.pairs, height: reference.size, width: reference.size, channels: 1,
        channelStride: 1))

    for (step, headName) in reference.heads.enumerated() {
      let head = "head_\(headName)"
      images.fill(from: sides.0, sides.1, step: step, pairs: reference.pairs)
      let probabilities = network.forward(images, head: head, .training)
      let (loss, gradient) = meanLoss(
        probabilities, network.head(head).clusters, network.head(head).subHeads)
      #expect(
        abs(loss - reference.losses[step]) <= 2e-3 * abs(reference.losses[step]),
        "step \(step): \(loss), expected \(reference.losses[step])")
      network.backward(gradient, head: head)
      if step == 0 {
        #expect(abs(loss - reference.losses[0]) <= 1e-5 * abs(reference.losses[0]))
        for parameter in network.parameters(training: head) {
          for view in parameter.views {
            let expected = try tensors.tensor("grad.\(view.name)").values
            expectClose(
              view.gather(parameter.gradient), expected, tolerance: 1e-4, "gradient of \(view.name)"
            )
          }
        }
      }
      adam.update(network.parameters(training: head), in: context)
    }

    for weight in network.weights {
      // Ten Adam steps turn a gradient's rounding, where the gradient is near zero, into up to a step of 1e-3.
      let tolerance = weight.name.contains("running") ? 2e-3 : 2e-2
      expectClose(
        weight.values, try tensors.tensor("final.\(weight.name)").values, tolerance: tolerance,
        weight.name)
    }
    images.fill(from: sides.0, sides.0, step: 0, pairs: reference.pairs)
    let probabilities = network.forward(images, head: "head_B", .evaluation)
    for subHead in 0..<2 {
      let expected = try tensors.tensor("eval.head_B.\(subHead)").values
      let actual = (0..<reference.pairs).flatMap { image in
        (0..<10).map { probabilities[image, 0, 0, subHead * 10 + $0] }
      }
      expectClose(actual, expected, tolerance: 2e-2, "evaluation of sub-head \(subHead)")
    }
  }
}

extension ReferenceTensors {
  /// The tensors whose name starts with `prefix`, under the rest of their name.
  func states(prefix: String) -> [String: StateTensor] {
    var states: [String: StateTensor] = [:]
    for (name, tensor) in tensors where name.hasPrefix(prefix) {
      let rest = String(name.dropFirst(prefix.count))
      states[rest] = StateTensor(
        name: rest, shape: tensor.shape, values: tensor.values.map { Float($0) })
    }
    return states
  }
}

extension Tensor {
  /// Step `step` of two `[steps, pairs, channels, height, width]` tensors, one after the other.
  fileprivate func fill(
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
