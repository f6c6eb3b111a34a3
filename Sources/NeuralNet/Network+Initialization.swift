import Foundation
import Kernels

extension Network {
  /// The first weights of a network just made, from a seed: He normal (He et al. 2015, the trunk's fan) for
  /// convolutions, N(0, 0.01²) and zero bias for linear layers, 1 and 0 for batch-norm. Each tensor has its own
  /// numbers.
  package func initialize(seed: UInt64) {
    var tensor = 0
    for parameter in parameters {
      for view in parameter.views {
        defer { tensor += 1 }
        let deviation: Double
        switch view.shape.count {
        case 4:
          let channels = trunk.fan == .out ? view.shape[0] : view.shape[1]
          deviation = (2 / Double(channels * view.shape[2] * view.shape[3])).squareRoot()
        case 2: deviation = 0.01
        default: continue
        }
        var random = RandomStream(seed: seed, sample: tensor, purpose: .initialization)
        view.scatter(
          (0..<view.count).map { _ in Float(deviation * random.normal()) }, to: parameter.values)
      }
    }
  }
}

extension RandomStream {
  /// A standard normal number (Box, Muller 1958).
  fileprivate mutating func normal() -> Double {
    let radius = (-2 * log(1 - Double(next() >> 11) * 0x1p-53)).squareRoot()
    return radius * cos(2 * .pi * Double(next() >> 11) * 0x1p-53)
  }
}
