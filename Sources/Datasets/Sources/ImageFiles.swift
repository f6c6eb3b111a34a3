/// The files that the images of a data set were read from, one each.
package struct ImageFiles: Sendable, Equatable {
  /// The data set's folder.
  package let root: PathBytes
  /// From the folder, by image.
  package let relativePaths: [PathBytes]

  package init(root: PathBytes, relativePaths: [PathBytes]) {
    self.root = root
    self.relativePaths = relativePaths
  }

  package func path(of image: Int) -> PathBytes { root.appending(relativePaths[image]) }
}
