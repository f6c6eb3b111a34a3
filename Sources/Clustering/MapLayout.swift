/// How the probability maps of some images lie in memory: image i's cluster c is a contiguous plane
/// `[height, width]` at `i · imageStride + c · height · width`.
package struct MapLayout: Equatable, Sendable {
  package let images: Int
  /// Number of clusters C.
  package let clusters: Int
  package let height: Int
  package let width: Int
  /// Floats from one image's first plane to the next one's; more than C planes where sub-heads lie
  /// side by side.
  package let imageStride: Int

  /// `imageStride` is C planes if nil.
  package init(images: Int, clusters: Int, height: Int, width: Int, imageStride: Int? = nil) {
    self.images = images
    self.clusters = clusters
    self.height = height
    self.width = width
    self.imageStride = imageStride ?? clusters * height * width
    precondition(
      images >= 1 && clusters >= 1 && height >= 1 && width >= 1
        && self.imageStride >= clusters * height * width,
      "\(images) × \(clusters) maps of \(height) × \(width), \(self.imageStride) floats apart")
  }

  package var pixels: Int { height * width }

  func offset(image: Int, cluster: Int) -> Int { image * imageStride + cluster * pixels }
}
