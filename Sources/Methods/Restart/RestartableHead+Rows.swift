import Kernels
import NeuralNet

extension ClusterHead: RestartableHead {
  func writeGradient(
    ofLearning takeovers: [Takeover?], from taught: Tensor, taughtClusters: Int, mask: PixelMask?,
    _ probabilities: Tensor, into gradient: Tensor, in context: ComputeContext
  ) {
    precondition(mask == nil, "a mask of pixels for whole images")
    let (clusters, count) = (self.clusters, probabilities.shape.images)
    let (stride, taughtStride) = (probabilities.shape.channelStride, taught.shape.channelStride)
    let scale = 1 / Float(count)
    context.pool.forEach(probabilities.shape.blocks) { block in
      for image in block * imageBlock..<min((block + 1) * imageBlock, count) {
        for (subHead, takeover) in takeovers.enumerated() {
          let target = gradient.pointer + image * stride + subHead * clusters
          target.update(repeating: 0, count: clusters)
          guard let takeover else { continue }
          let source = taught.pointer + image * taughtStride + takeover.source * taughtClusters
          for (cluster, group) in takeover.groups.enumerated() where group >= 0 {
            target[group] -= source[cluster]
          }
          let own = probabilities.pointer + image * stride + subHead * clusters
          for cluster in 0..<clusters { target[cluster] *= scale / max(own[cluster], 1e-12) }
        }
      }
    }
  }
}
