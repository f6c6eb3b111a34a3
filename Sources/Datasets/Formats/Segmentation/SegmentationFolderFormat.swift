import Foundation

/// A folder of pictures with the classes of their pixels, or without, as a data set for
/// segmentation. Pictures keep their sizes and proportions.
package enum SegmentationFolderFormat {
  package static let name = "segmentation-folder"

  /// What the pictures are turned into, and who is told how far that is.
  package struct Options: Sendable {
    /// Of both sides of each picture, above 0.
    package var scale: Double
    /// Pixels that the longer side has at most after that; 0 for any number.
    package var longest: Int
    /// 3 red, green, blue; 4 those and infrared, which is a PNG's fourth channel.
    package var channels: Int
    /// What labels mean. Nil for `classes.yaml` in the folder where it is, and the numbers in the
    /// label pictures where it is not.
    package var classMap: ClassMap?
    /// Whether pictures are kept of which no pixel has a class, in a folder where others have some.
    /// They are of no use where pixels without a class do not count.
    package var keepsUnlabelled = false
    package var threads: Int
    /// Called from any thread.
    package var progress: @Sendable (_ done: Int, _ total: Int) -> Void
    package var environment: [String: String]
    /// Whether pictures that were read before need not be read again.
    package var trustsCache = true

    package init(
      scale: Double = 1, longest: Int = 0, channels: Int = 3, classMap: ClassMap? = nil,
      threads: Int, environment: [String: String] = ProcessInfo.processInfo.environment,
      progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) {
      self.scale = scale
      self.longest = longest
      self.channels = channels
      self.classMap = classMap
      self.threads = threads
      self.environment = environment
      self.progress = progress
    }

    /// Throws `DatasetError.invalidTransform` for values out of range.
    fileprivate func check() throws(DatasetError) {
      guard scale.isFinite, scale > 0 else {
        throw .invalidTransform(field: "scale", found: "\(scale)", expected: "above 0")
      }
      guard longest >= 0 else {
        throw .invalidTransform(
          field: "longest side", found: "\(longest)", expected: "0 for any, or pixels")
      }
      guard channels == 3 || channels == 4 else {
        throw .invalidTransform(
          field: "channels", found: "\(channels)", expected: "3, or 4 with infrared")
      }
    }
  }

  /// A picture of one's own, upright, as a run with these options sees its own.
  ///
  /// - Parameter path: the file's, for messages.
  /// - Throws: `DatasetError` if it lacks channels, or would be too large.
  package static func scaled(
    _ picture: Picture, _ options: Options, path: PathBytes
  ) throws(DatasetError) -> Picture {
    try SegmentedPicture.scaled(
      picture,
      SegmentedPicture.Reading(
        scale: options.scale, longest: options.longest, channels: options.channels,
        classMap: nil, hasLabels: false, keepsUnlabelled: true), path: path)
  }

  /// Reads the pictures and labels of a folder through the cache, which is made first where there
  /// is none. `SegmentationLayout` says how folders may look.
  ///
  /// Pictures that cannot be read, or whose labels are not as they should be, are left out, and
  /// told of in the data set's notes: a line for each kind of fault.
  ///
  /// - Parameter name: the data set's; the folder's where nil.
  /// - Throws: `DatasetError` if no picture is left, the class map is not as it should be, or the
  ///   cache cannot be written.
  package static func load(
    folder path: String, _ options: Options, name: String? = nil
  ) throws(DatasetError) -> ImageDataset {
    try options.check()
    let folder = try PictureFolder(PathBytes(path))
    // Pictures that are missing would be a wrong answer in silence.
    if let problem = folder.problems.first { throw problem }
    let layout = try SegmentationLayout(folder)
    let ownMap = folder.root.appending(PathBytes(ClassMap.fileName))
    var map = options.classMap
    if map == nil { map = try ClassMap.read(ownMap) }
    let cache = SegmentationCache(
      layout, in: folder,
      SegmentedPicture.Reading(
        scale: options.scale, longest: options.longest, channels: options.channels,
        classMap: layout.hasLabels ? map : nil, hasLabels: layout.hasLabels,
        keepsUnlabelled: options.keepsUnlabelled),
      environment: options.environment)
    let (pictures, contents) = try cache.openOrBuild(
      threads: options.threads, anew: !options.trustsCache, progress: options.progress)
    let skipped = Set(contents.skipped.map(\.picture))
    let kept = layout.entries.indices.filter { !skipped.contains($0) }
      .map { layout.entries[$0] }
    let names =
      layout.hasLabels
      ? map?.classNames ?? (0..<contents.largestLabel + 1).map(String.init) : []
    var dataset = ImageDataset(
      name: name ?? URL(fileURLWithPath: path).lastPathComponent, source: pictures, labels: nil,
      classNames: names, splits: SegmentationLayout.splits(of: kept.map(\.split)))
    if !names.isEmpty { dataset.labelMaps = pictures }
    dataset.files = ImageFiles(
      root: folder.root, relativePaths: kept.map(\.picture.relativePath))
    dataset.notes = layout.notes
    if options.keepsUnlabelled { dataset.notes += layout.noteOfUnlabelled }
    if layout.hasLabels, names.isEmpty {
      dataset.notes.append("no pixel of a label picture has a class: no labels")
    }
    if !layout.hasLabels, let map {
      dataset.notes.append(
        "no folder of label pictures is beside the pictures: class map \(map.source) has no effect")
    }
    if let map = options.classMap, ownMap.exists {
      dataset.notes.append(
        "\(ClassMap.fileName) is not read: data set \(map.source) has classes of its own; "
          + "--dataset \(Self.name) reads it")
    }
    dataset.notes += PictureIndex.filesPassedOver(folder)
    dataset.notes +=
      SegmentationFault.lines(contents.skipped, of: layout.entries) + contents.warnings
    return dataset
  }

  /// Which data set a folder with label pictures is taken for; nil where it has none.
  static func recognize(_ folder: PictureFolder) -> String? {
    let (kind, pairs) = SegmentationLayout.pairs(folder)
    let ownMap = folder.root.appending(PathBytes(ClassMap.fileName))
    let hasOwnMap = ownMap.exists
    switch kind {
    case .picturesAlone: return nil
    case .folders: return name
    case .coco: return hasOwnMap ? name : ClassMap.cocoStuff3.source
    case .sideBySide:
      let label = folder.files.first { file in
        pairs.contains { file.relativePath.isWithin($0.labels) }
      }
      return !hasOwnMap && label.map { isCamVid(folder.path(of: $0)) } == true
        ? ClassMap.camVid3.source : name
    }
  }

  /// Whether the values of a label picture are CamVid's. A file that cannot be read is not, and
  /// reading the folder says why.
  private static func isCamVid(_ path: PathBytes) -> Bool {
    guard let bytes = try? PictureFile.contents(path, nil),
      let labels = try? LabelPicture.decode(bytes, path: path.description),
      case .values(let values) = labels.samples
    else { return false }
    return values.allSatisfy { $0 <= ClassMap.largestCamVidLabel }
  }
}
