import Kernels

/// Probability maps times their mask, with margins of zeros and zero channels up to whole tiles:
/// what the correlation kernels read.
struct MaskedPlanes {
  let clusters: Int
  let images: Int
  let planes: CorrelationPlanes
  /// Groups of `correlationTile` channels.
  let tiles: Int
  private let buffer: FloatBuffer

  /// - Parameters:
  ///   - mask: `[images, height, width]`, 0 where a pixel does not count; nil if all do.
  init(
    _ maps: UnsafePointer<Float>, _ layout: MapLayout, mask: UnsafePointer<Float>?,
    maximumDisplacement: Int, pool: WorkerPool
  ) {
    clusters = layout.clusters
    images = layout.images
    let planes = CorrelationPlanes(
      height: layout.height, width: padded(layout.width), margin: padded(maximumDisplacement))
    let tiles = (layout.clusters + correlationTile - 1) / correlationTile
    let buffer = FloatBuffer(count: layout.images * tiles * correlationTile * planes.floatsPerPlane)
    pool.forEach(layout.images * layout.clusters) { unit in
      let (image, cluster) = (unit / layout.clusters, unit % layout.clusters)
      let source = maps + layout.offset(image: image, cluster: cluster)
      let first =
        (image * tiles * correlationTile + cluster) * planes.floatsPerPlane + planes.margin
      for y in 0..<layout.height {
        let target = buffer.pointer + first + y * planes.rowStride
        let row = source + y * layout.width
        if let mask {
          let maskRow = mask + image * layout.pixels + y * layout.width
          for x in 0..<layout.width { target[x] = maskRow[x] * row[x] }
        } else {
          target.update(from: row, count: layout.width)
        }
      }
    }
    self.planes = planes
    self.tiles = tiles
    self.buffer = buffer
  }

  /// The first plane of a tile of an image.
  func tile(_ image: Int, _ tile: Int) -> UnsafePointer<Float> {
    UnsafePointer(buffer.pointer)
      + (image * tiles + tile) * correlationTile * planes.floatsPerPlane
  }
}
