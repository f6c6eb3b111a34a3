/// Recognising layouts by the names of folders.
extension SegmentationLayout {
  /// A folder of pictures and that of their labels, from the data set's folder on.
  struct FolderPair: Equatable {
    var pictures: PathBytes
    var labels: PathBytes
  }

  /// What the labels of `images` may be called.
  private static let labelFolders = ["labels", "masks", "annotations", "gt"]
  private static let cocoSplits = ["train2017", "val2017"]
  private static let cocoLabelFolders = [
    "stuffthingmaps", "stuffthingmaps_trainval2017", "stuffthingmaps_trainval2017/stuffthingmaps",
  ]

  /// The pairs that are there, by the names of folders, also where they are empty; none for
  /// pictures alone.
  static func pairs(_ folder: PictureFolder) -> (kind: Kind, pairs: [FolderPair]) {
    func pair(_ pictures: PathBytes, _ labels: PathBytes) -> FolderPair? {
      let isThere = folder.folders.isSuperset(of: [pictures, labels])
      let isMeant = isThere && isForPictures(pictures, folder) && isForPictures(labels, folder)
      return isMeant ? FolderPair(pictures: pictures, labels: labels) : nil
    }
    func pair(_ pictures: String, _ labels: String) -> FolderPair? {
      pair(PathBytes(pictures), PathBytes(labels))
    }
    let coco = cocoSplits.flatMap { split in
      ["", "images/"].compactMap { above in
        cocoLabelFolders.lazy.compactMap { pair(above + split, "\($0)/\(split)") }.first
      }
    }
    if !coco.isEmpty { return (.coco, coco) }
    // The one with label pictures, where there are several.
    let candidates = labelFolders.compactMap { pair("images", $0) }
    let filled = candidates.first { pair in
      folder.files.contains { $0.relativePath.isWithin(pair.labels) }
    }
    if let folders = filled ?? candidates.first { return (.folders, [folders]) }
    if let labels = onlyLabels(folder) {
      return (.folders, [FolderPair(pictures: PathBytes("images"), labels: labels)])
    }
    let suffix = Array("annot".utf8)
    let sideBySide = folder.folders.sorted().compactMap { labels -> FolderPair? in
      guard labels.bytes.count > suffix.count, labels.bytes.suffix(suffix.count) == suffix[...],
        !labels.bytes.contains(UInt8(ascii: "/"))
      else { return nil }
      return pair(PathBytes(Array(labels.bytes.dropLast(suffix.count))), labels)
    }
    return sideBySide.isEmpty ? (.picturesAlone, []) : (.sideBySide, sideBySide)
  }

  /// Whether a folder has pictures, or nothing at all: one with boxes or sentences in text files is
  /// something else.
  private static func isForPictures(_ path: PathBytes, _ folder: PictureFolder) -> Bool {
    folder.files.contains { $0.relativePath.isWithin(path) }
      || !folder.foldersOfOtherFiles.contains { $0 == path || $0.isWithin(path) }
  }

  /// The folder of label pictures where nothing else is there, and the pictures are missing.
  private static func onlyLabels(_ folder: PictureFolder) -> PathBytes? {
    let slash = UInt8(ascii: "/")
    let top = folder.folders.filter { !$0.bytes.contains(slash) }
    guard top.count == 1, let name = top.first, labelFolders.contains(name.text),
      isForPictures(name, folder),
      folder.files.allSatisfy({ $0.relativePath.bytes.contains(slash) })
    else { return nil }
    return name
  }

  /// What a folder lacks whose names are those of a data set with labels, in one line; nil where it
  /// has pictures and label pictures.
  static func lack(
    _ folder: PictureFolder, _ pairs: [FolderPair], pictures: Int, labels: Int
  ) -> DatasetError? {
    guard let pair = pairs.first, pictures == 0 || labels == 0 else { return nil }
    func state(_ path: PathBytes) -> String {
      folder.folders.contains(path) ? "\(path)/ has no picture" : "there is no \(path)/"
    }
    let states =
      (pictures == 0 ? [state(pair.pictures)] : []) + (labels == 0 ? [state(pair.labels)] : [])
    return .unreadable(
      path: folder.root.description,
      reason: "\(states.joined(separator: " and ")); expected pictures in \(pair.pictures)/ and "
        + "label pictures (PNG) of the same names in \(pair.labels)/")
  }

  /// By the folder's name. What others validate with is trained on here, as the published numbers
  /// have it; but COCO has no labelled test pictures, so its validation part is the test.
  static func split(of path: PathBytes, _ pair: FolderPair?, _ kind: Kind) -> Split {
    let parts = path.bytes.split(separator: UInt8(ascii: "/")).dropLast()
      .map { String(decoding: $0, as: UTF8.self).lowercased() }
    let name: String? =
      switch kind {
      case .sideBySide, .picturesAlone: parts.first
      case .folders: parts.count > 1 ? parts[1] : nil
      case .coco: parts.last { cocoSplits.contains($0) }
      }
    return name == "test" || name == "val2017" ? .test : .train
  }
}

extension PathBytes {
  /// Whether it is a path below that folder.
  func isWithin(_ folder: PathBytes) -> Bool {
    bytes.count > folder.bytes.count && bytes.starts(with: folder.bytes)
      && bytes[folder.bytes.count] == UInt8(ascii: "/")
  }

  /// The path in another folder. Requires `isWithin(from)`.
  func moved(from: PathBytes, to: PathBytes) -> PathBytes {
    to.appending(PathBytes(Array(bytes[(from.bytes.count + 1)...])))
  }

  /// Without the last dot of the name and what follows it.
  var withoutEnding: PathBytes {
    let nameStart = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > nameStart else { return self }
    return PathBytes(Array(bytes[..<dot]))
  }
}
