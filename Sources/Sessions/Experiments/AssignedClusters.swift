import Datasets
import Kernels
import NeuralNet
import RunStorage
import Snapshots
import Training

/// The cluster that a finished run puts every image of its data in.
enum AssignedClusters {
  /// What the main head's sub-head with the lowest loss says of each image as evaluation sees it;
  /// nil if `isCancelled` said so on the way.
  ///
  /// - Throws: an error of one line where the run lacks weights or an evaluation of them.
  static func ofAllImages(
    _ run: RunFolder, _ settings: Configuration, _ dataset: ImageDataset, context: ComputeContext,
    isCancelled: () -> Bool
  ) throws -> (clusterOfImage: [Int], clusters: Int)? {
    let reader = RunHistoryReader(run)
    let (network, step) = try run.loadNetwork(
      settings, imageChannels: dataset.channels, best: false, context: context)
    guard let main = try reader.description().mainHead,
      let evaluation = try reader.evaluation(atOrBefore: step), evaluation.step == step,
      let head = evaluation[main.name]
    else {
      throw SessionError("\(run.name): has no evaluation of its weights of step \(step)")
    }
    let renderer = try BatchRenderer(
      dataset: dataset, augmentation: settings.clustering.views.augmentation)
    let size = min(2 * settings.clustering.batchPairs, dataset.count)
    var shape = network.inputShape
    shape.images = size
    let batch = Tensor(shape)
    var clusterOfImage: [Int] = []
    for first in stride(from: 0, to: dataset.count, by: size) {
      if isCancelled() { return nil }
      var input = batch
      input.shape.images = min(size, dataset.count - first)
      renderer.renderEvaluation(
        first..<first + input.shape.images,
        into: UnsafeMutableBufferPointer(start: input.pointer, count: input.shape.count),
        pool: context.pool)
      let output = network.forward(input, head: main.name.tensorPrefix, .evaluation)
      for image in 0..<input.shape.images {
        let values = UnsafeBufferPointer(
          start: output.pointer + image * output.shape.channelStride
            + head.lowestLossSubHead * main.clusters, count: main.clusters)
        // As an evaluation does: the first of equals.
        clusterOfImage.append(values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 })
      }
    }
    return (clusterOfImage, main.clusters)
  }
}
