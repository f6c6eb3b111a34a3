import Foundation

/// A folder of pictures as a data set.
package enum ImageFolderFormat {
  package static let name = "image-folder"

  /// What the pictures are turned into, and who is told how far that is.
  package struct Options: Sendable {
    package var shape: PictureShape
    package var threads: Int
    /// Called from any thread.
    package var progress: @Sendable (_ done: Int, _ total: Int) -> Void
    package var environment: [String: String]
    /// Whether pictures that were read before need not be read again.
    package var trustsCache = true

    package init(
      shape: PictureShape, threads: Int,
      environment: [String: String] = ProcessInfo.processInfo.environment,
      progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) {
      self.shape = shape
      self.threads = threads
      self.environment = environment
      self.progress = progress
    }
  }

  /// Reads the pictures of a folder through the cache, which is made first where there is none.
  ///
  /// Pictures that cannot be read are left out, and told of in the data set's notes.
  ///
  /// - Throws: `DatasetError` if there is no readable picture, or the cache cannot be written.
  package static func load(
    folder path: String, _ options: Options
  ) throws(DatasetError) -> ImageDataset {
    let folder = try PictureFolder(PathBytes(path))
    // A class that is missing would be a wrong answer in silence.
    if let problem = folder.problems.first { throw problem }
    var index = try PictureIndex(folder)
    let pictures = index.entries.map { folder.path(of: $0.file) }
    let cache = PictureCache(
      key: key(folder, index), shape: options.shape, pictures: pictures,
      environment: options.environment)
    let (images, contents) = try cache.openOrBuild(
      threads: options.threads, anew: !options.trustsCache, progress: options.progress)
    let skipped = Set(contents.skipped.map(\.picture))
    let kept = pictures.indices.filter { !skipped.contains($0) }
    index.keep(kept)
    var dataset = ImageDataset(
      name: URL(fileURLWithPath: path).lastPathComponent,
      source: ChosenImages(images, kept), labels: index.entries.map(\.label),
      classNames: index.classNames, splits: index.splits)
    dataset.notes = index.notes
    dataset.files = ImageFiles(
      root: folder.root, relativePaths: index.entries.map(\.file.relativePath))
    if !contents.skipped.isEmpty {
      dataset.notes.append(
        "\(contents.skipped.count) of \(pictures.count) pictures cannot be read and are left out")
    }
    dataset.notes += contents.skipped.map(\.reason) + contents.warnings
    return dataset
  }

  /// A hash of the folder and of each picture's path, size and time.
  private static func key(_ folder: PictureFolder, _ index: PictureIndex) -> String {
    var key = CacheKey(folder: folder.root)
    for entry in index.entries { key.add(entry.file) }
    return key.text
  }
}
