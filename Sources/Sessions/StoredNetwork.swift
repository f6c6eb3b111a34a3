import Foundation
import Kernels
import Methods
import NeuralNet
import RunStorage
import Training

extension RunFolder {
  /// The network of a run with the weights stored in it, and the step they were taken after.
  ///
  /// - Parameters:
  ///   - best: the weights with the lowest loss rather than the latest ones.
  ///   - context: what it computes with; all threads of the settings if nil.
  package func loadNetwork(
    _ settings: Configuration, imageChannels: Int, best: Bool, context: ComputeContext? = nil
  ) throws -> (network: Network<ClusterHead>, step: Int) {
    let stored = best ? try loadBestWeights() : try loadLatestWeights()
    let network = Network(
      settings.clustering, imageChannels: imageChannels,
      context: try context ?? ComputeEnvironment().context(threads: settings.threadCount))
    do {
      try network.loadWeights(stored.tensors.byName)
    } catch {
      throw SessionError("\(url.path): \(error)")
    }
    return (network, stored.step)
  }
}
