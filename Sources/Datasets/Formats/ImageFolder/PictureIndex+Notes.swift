/// What a person should know of how a folder was taken.
extension PictureIndex {
  /// What is said where folders called as splits are stand beside other pictures.
  ///
  /// - Parameter parts: of each picture's path from the folder on.
  static func splitsNotTaken(
    parts: [[ArraySlice<UInt8>]], asClasses: Bool
  ) -> [String] {
    var (splits, others): (Set<PathBytes>, Set<PathBytes>) = ([], [])
    for part in parts {
      if part.count == 1 {
        others.insert(PathBytes("a picture in no folder"))
      } else {
        let name = PathBytes(Array(part[0]))
        if split(named: part[0]) != nil { splits.insert(name) } else { others.insert(name) }
      }
    }
    guard let other = others.min(), !splits.isEmpty else { return [] }
    let names = splits.sorted().map(\.description).joined(separator: ", ")
    let more = others.count == 1 ? "" : " and \(others.count - 1) more"
    let taken =
      asClasses
      ? "taken for \(splits.count == 1 ? "a class" : "classes") and not for" : "not taken for"
    return [
      splits.count == 1
        ? "\(names) is \(taken) a split: beside it there is \(other)\(more)"
        : "\(names) are \(taken) splits: beside them there is \(other)\(more)"
    ]
  }

  /// Pictures of kinds that are not read, a line for each kind.
  static func filesPassedOver(_ folder: PictureFolder) -> [String] {
    ["gif", "bmp", "tif", "tiff", "avif", "heic", "heif"].compactMap { kind in
      folder.otherFiles[kind].map { count in
        (count == 1
          ? "1 file called .\(kind) is passed over"
          : "\(count) files called .\(kind) are passed over")
          + ": PNG, JPEG and WebP are read"
      }
    }
  }
}
