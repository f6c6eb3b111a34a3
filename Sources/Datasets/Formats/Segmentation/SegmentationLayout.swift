/// Which pictures of a folder make a segmentation data set, and where their labels are.
///
/// - `train` and `trainannot` side by side, under any names: CamVid.
/// - `images` and one of `labels`, `masks`, `annotations`, `gt`, with the same folders in them.
/// - `train2017` and `val2017`, also in `images`, and the same names in `stuffthingmaps` or
///   `stuffthingmaps_trainval2017`: COCO-Stuff. `curated.txt` says which pictures count.
/// - Anything else is pictures without labels.
///
/// Labels have the picture's path in the folder beside it. Where several files do, one that is
/// called .png goes first.
struct SegmentationLayout: Equatable {
  enum Kind: Equatable {
    case sideBySide, folders, coco, picturesAlone
  }

  struct Entry: Equatable {
    var picture: PictureFolder.File
    /// Nil where the picture has none.
    var label: PictureFolder.File?
    var split: Split
  }

  let kind: Kind
  /// Training pictures, then test pictures; in order of path within a split.
  let entries: [Entry]
  let notes: [String]

  /// - Throws: `DatasetError` if there is no picture, or no label belongs to a picture.
  init(_ folder: PictureFolder) throws(DatasetError) {
    let (kind, pairs) = Self.pairs(folder)
    self.kind = kind
    var labels: [PathBytes: PictureFolder.File] = [:]
    var others: [PathBytes] = []
    var pictures: [(file: PictureFolder.File, labelStem: PathBytes?, pair: FolderPair?)] = []
    for file in folder.files {
      let path = file.relativePath
      if pairs.isEmpty {
        pictures.append((file, nil, nil))
      } else if pairs.contains(where: { path.isWithin($0.labels) }) {
        let stem = path.withoutEnding
        // What is no PNG is left out with its picture when it is read.
        if labels[stem] == nil || path.hasEnding(".png") { labels[stem] = file }
      } else if let pair = pairs.first(where: { path.isWithin($0.pictures) }) {
        let stem = path.moved(from: pair.pictures, to: pair.labels).withoutEnding
        pictures.append((file, stem, pair))
      } else {
        others.append(path)
      }
    }
    if let lack = Self.lack(folder, pairs, pictures: pictures.count, labels: labels.count) {
      throw lack
    }
    var notes = Self.note(others: others)
    var isCurated = false
    let curated = folder.root.appending(PathBytes("curated.txt"))
    if kind == .coco, let names = try Curation.read(curated) {
      let (kept, said) = try names.keep(pictures, path: curated) { $0.file.relativePath }
      pictures = kept
      notes += said
      isCurated = true
    }
    guard !pictures.isEmpty else {
      throw .unreadable(path: folder.root.description, reason: "it has \(folder.emptiness)")
    }
    let entries = pictures.map { picture in
      Entry(
        picture: picture.file, label: picture.labelStem.flatMap { labels[$0] },
        split: Self.split(of: picture.file.relativePath, picture.pair, kind))
    }
    let used = Set(entries.compactMap(\.label?.relativePath))
    let strays = labels.values.map(\.relativePath).filter { !used.contains($0) }
    if used.isEmpty, let stray = strays.min(), let stem = pictures[0].labelStem {
      throw .malformed(
        path: folder.root.description, field: "the first label picture",
        found: "\(stray), and none is a picture's", expected: "\(stem).png or the like")
    }
    // Of COCO's label pictures many are nobody's where a list says which pictures count.
    if !isCurated { notes += Self.note(strays: strays) }
    self.entries = entries.filter { $0.split == .train } + entries.filter { $0.split == .test }
    self.notes = notes
  }

  var hasLabels: Bool { kind != .picturesAlone }

  /// - Parameter splits: of each picture, in order.
  static func splits(of splits: [Split]) -> [Split: Range<Int>] {
    let training = splits.count { $0 == .train }
    var ranges: [Split: Range<Int>] = [:]
    if training > 0 { ranges[.train] = 0..<training }
    if training < splits.count { ranges[.test] = training..<splits.count }
    return ranges
  }

  private static func note(others: [PathBytes]) -> [String] {
    guard let example = others.min() else { return [] }
    return [
      others.count == 1
        ? "1 picture is in none of the folders of pictures and is left out: \(example)"
        : "\(others.count) pictures are in none of the folders of pictures and are left out, "
          + "\(example) for one"
    ]
  }

  private static func note(strays: [PathBytes]) -> [String] {
    guard let example = strays.min() else { return [] }
    return [
      strays.count == 1
        ? "1 label picture has no picture and is left out: \(example)"
        : "\(strays.count) label pictures have no picture and are left out, \(example) for one"
    ]
  }

  /// That pictures have no label picture, though others have.
  var noteOfUnlabelled: [String] {
    let unlabelled = hasLabels ? entries.filter { $0.label == nil } : []
    guard let example = unlabelled.first?.picture.relativePath else { return [] }
    return [
      unlabelled.count == 1
        ? "1 picture has no label picture: \(example)"
        : "\(unlabelled.count) pictures have no label picture, \(example) for one"
    ]
  }
}
