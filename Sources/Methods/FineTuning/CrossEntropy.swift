import Foundation
import NeuralNet

/// The loss of learning with labels: −(1/n) Σᵢ ln p(labelᵢ), in nats.
package enum CrossEntropy {
  /// Less is taken for this much: the logarithm and the gradient stay finite.
  private static let least = Float.leastNormalMagnitude

  /// −ln p of one image's true class.
  package static func loss(_ probability: Float) -> Double { -log(Double(max(probability, least))) }

  /// The loss of a batch, and its gradient with respect to the probabilities, −1/(n p) at an
  /// image's own class and 0 elsewhere.
  ///
  /// - Parameters:
  ///   - probabilities: `[n, 1, 1, C]`.
  ///   - labels: one an image, in 0..<C.
  ///   - gradient: of the same shape.
  package static func differentiate(
    _ probabilities: Tensor, labels: [Int], into gradient: Tensor
  ) -> Double {
    let shape = probabilities.shape
    precondition(
      labels.count == shape.images && gradient.shape == shape,
      "\(labels.count) labels and a gradient \(gradient.shape) for \(shape)")
    let scale = 1 / Float(shape.images)
    var sum = 0.0
    for (image, label) in labels.enumerated() {
      precondition((0..<shape.channels).contains(label), "class \(label) of \(shape.channels)")
      let row = shape.offset(image: image, y: 0, x: 0)
      let probability = probabilities.pointer[row + label]
      (gradient.pointer + row).update(repeating: 0, count: shape.channels)
      gradient.pointer[row + label] = -scale / max(probability, least)
      // NaN is no greater than the least, and has to come out as NaN.
      sum += probability.isNaN ? .nan : loss(probability)
    }
    return sum / Double(shape.images)
  }
}
