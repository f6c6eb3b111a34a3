import Foundation
import Kernels

/// How a tensor gets its first values.
package enum Initializer: Sendable, Equatable {
  /// It keeps those that its layer gave it: 1 and 0 for batch-norm, 0 for a bias.
  case fixed
  /// N(0, deviation²).
  case normal(deviation: Double)

  /// He normal (He et al. 2015): variance 2 / fan.
  package static func he(fan: Int) -> Initializer {
    .normal(deviation: (2 / Double(fan)).squareRoot())
  }
}

/// Which of a convolution's two fans He initialisation divides by.
package enum Fan: Sendable {
  /// Input channels · taps, which keeps the variance of activations: the VGG kinds.
  case fanIn
  /// Output channels · taps, which keeps the variance of their gradients: ResNet.
  case fanOut
}

extension Module {
  /// The first weights of a module just made, from a seed. Each tensor has its own numbers.
  package func initialize(seed: UInt64) {
    var tensor = 0
    for parameter in parameters {
      for view in parameter.views {
        defer { tensor += 1 }
        guard case .normal(let deviation) = view.initializer else { continue }
        view.draw(
          deviation: deviation, to: parameter.values,
          from: RandomStream(seed: seed, sample: tensor, purpose: .initialization))
      }
    }
  }
}

extension ParameterView {
  /// Writes numbers of N(0, deviation²) to the tensor's places.
  package func draw(deviation: Double, to memory: FloatBuffer, from random: RandomStream) {
    var random = random
    scatter((0..<count).map { _ in Float(deviation * random.normal()) }, to: memory)
  }
}

extension RandomStream {
  /// A standard normal number (Box, Muller 1958).
  fileprivate mutating func normal() -> Double {
    let radius = (-2 * log(1 - Double(next() >> 11) * 0x1p-53)).squareRoot()
    return radius * cos(2 * .pi * Double(next() >> 11) * 0x1p-53)
  }
}
