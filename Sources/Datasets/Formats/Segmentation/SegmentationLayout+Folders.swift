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

  /// The pairs that are there; none for pictures alone.
  static func pairs(_ folder: PictureFolder) -> (kind: Kind, pairs: [FolderPair]) {
    // Every folder above a picture.
    var there: Set<PathBytes> = []
    for file in folder.files {
      let bytes = file.relativePath.bytes
      for (place, byte) in bytes.enumerated() where byte == UInt8(ascii: "/") {
        there.insert(PathBytes(Array(bytes[..<place])))
      }
    }
    func pair(_ pictures: String, _ labels: String) -> FolderPair? {
      let pair = FolderPair(pictures: PathBytes(pictures), labels: PathBytes(labels))
      return there.contains(pair.pictures) && there.contains(pair.labels) ? pair : nil
    }
    let coco = cocoSplits.flatMap { split in
      ["", "images/"].compactMap { above in
        cocoLabelFolders.lazy.compactMap { pair(above + split, "\($0)/\(split)") }.first
      }
    }
    if !coco.isEmpty { return (.coco, coco) }
    if let folders = labelFolders.lazy.compactMap({ pair("images", $0) }).first {
      return (.folders, [folders])
    }
    let suffix = Array("annot".utf8)
    let sideBySide = there.sorted().compactMap { labels -> FolderPair? in
      guard labels.bytes.count > suffix.count, labels.bytes.suffix(suffix.count) == suffix[...],
        !labels.bytes.contains(UInt8(ascii: "/"))
      else { return nil }
      let pictures = PathBytes(Array(labels.bytes.dropLast(suffix.count)))
      return there.contains(pictures) ? FolderPair(pictures: pictures, labels: labels) : nil
    }
    return sideBySide.isEmpty ? (.picturesAlone, []) : (.sideBySide, sideBySide)
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
