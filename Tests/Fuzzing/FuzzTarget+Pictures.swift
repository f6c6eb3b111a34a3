import CZlib
import Datasets
import Foundation
import TestSupport

extension FuzzTarget {
  /// Pictures, through the decoders' wrappers.
  static let pictures: [FuzzTarget] = [
    FuzzTarget("png", seeds: { try PictureSeeds.png() }, errors: isDatasetError, repair: fixPNG) {
      bytes, _ in try decode(bytes)
    },
    FuzzTarget("jpeg", seeds: { PictureSeeds.jpeg() }, errors: isDatasetError) { bytes, _ in
      try decode(bytes)
    },
    FuzzTarget(
      "webp", seeds: { try PictureSeeds.webP() }, errors: isDatasetError, repair: fixWebP
    ) { bytes, _ in try decode(bytes) },
    FuzzTarget(
      "png-labels", seeds: { try PictureSeeds.png() }, errors: isDatasetError, repair: fixPNG
    ) { bytes, _ in
      let map = try ClassMap(yaml: classes, source: "classes.yaml")
      let labels = try LabelPicture.decode(bytes, path: "input")
      _ = try labels.classNumbers(map, path: "input")
    },
    FuzzTarget("tiff", seeds: { PictureSeeds.tiff() }, errors: isDatasetError) { bytes, place in
      let rows = try TIFFRows(PathBytes(place.write(bytes)))
      // Who reads them refuses others.
      guard rows.channels == 3 || rows.channels == 4 else { return }
      for _ in 0..<min(rows.height, 64) { _ = try rows.next(1) }
    },
  ]

  @Sendable private static func decode(_ bytes: [UInt8]) throws {
    let (picture, warnings) = try PictureFile.decode(bytes, path: "input")
    guard picture.pixels.count == picture.width * picture.height * picture.channels else {
      throw FuzzFinding(
        "\(picture.pixels.count) samples for \(picture.width)×\(picture.height)×\(picture.channels)"
      )
    }
    if let text = warnings.first(where: { $0.contains(where: \.isNewline) }) {
      throw FuzzFinding("a warning of several lines: \(text.debugDescription)")
    }
  }

  /// With the right checksum behind each chunk.
  @Sendable private static func fixPNG(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    var start = 8
    while start + 12 <= bytes.count {
      let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - start - 12 else { break }
      let end = start + 8 + length
      let sum = bytes[start + 4..<end].withUnsafeBufferPointer {
        crc32(0, $0.baseAddress, UInt32($0.count))
      }
      bytes.replaceSubrange(end..<end + 4, with: bigEndian(Int(sum)))
      start = end + 4
    }
    return bytes
  }

  /// With its own length in front.
  @Sendable private static func fixWebP(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= 12 else { return bytes }
    var bytes = bytes
    let size = bytes.count - 8
    for place in 0..<4 { bytes[4 + place] = UInt8(truncatingIfNeeded: size >> (8 * place)) }
    return bytes
  }
}
