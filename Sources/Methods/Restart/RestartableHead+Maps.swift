import Kernels
import NeuralNet

extension PixelHead: RestartableHead {
  func writeGradient(
    ofLearning takeovers: [Takeover?], from taught: PlanarMaps, taughtClusters: Int,
    mask: PixelMask?, _ probabilities: PlanarMaps, into gradient: PlanarMaps,
    in context: ComputeContext
  ) {
    let (clusters, pixels) = (self.clusters, probabilities.pixels)
    let images = mask?.images ?? probabilities.images
    let scale = 1 / Float(images * pixels)
    context.pool.forEach(probabilities.images * takeovers.count) { unit in
      let (image, subHead) = (unit / takeovers.count, unit % takeovers.count)
      for group in 0..<clusters {
        let own = probabilities.plane(image, subHead * clusters + group)
        let target = gradient.plane(image, subHead * clusters + group)
        guard let takeover = takeovers[subHead], image < images else {
          target.update(repeating: 0, count: pixels)
          continue
        }
        let sources = takeover.groups.indices.filter { takeover.groups[$0] == group }
          .map { taught.plane(image, takeover.source * taughtClusters + $0) }
        for pixel in 0..<pixels {
          var sum: Float = 0
          for source in sources { sum += source[pixel] }
          target[pixel] = -sum * scale / max(own[pixel], 1e-12)
        }
        if let mask {
          let counts = mask.values.pointer + image * pixels
          for pixel in 0..<pixels { target[pixel] *= counts[pixel] }
        }
      }
    }
  }
}
