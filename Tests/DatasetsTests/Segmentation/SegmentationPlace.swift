import CImageCodecs
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// A folder of pictures and label pictures, and a cache folder of its own.
struct SegmentationPlace {
  let folder: TemporaryFolder
  let cache: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    cache = try TemporaryFolder()
  }

  func options(
    scale: Double = 1, longest: Int = 0, channels: Int = 3, classMap: ClassMap? = nil
  ) -> SegmentationFolderFormat.Options {
    SegmentationFolderFormat.Options(
      scale: scale, longest: longest, channels: channels, classMap: classMap, threads: 2,
      environment: ["XDG_CACHE_HOME": cache.path])
  }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent(name).deletingLastPathComponent(),
      withIntermediateDirectories: true)
    try folder.write(name, bytes)
  }

  /// An RGB PNG of one value everywhere.
  func picture(_ name: String, _ value: Int = 100, width: Int = 3, height: Int = 2) throws {
    let samples = [Int](repeating: value, count: width * height * 3)
    try write(
      name, PNGFile(width: width, height: height, colorType: 2, samples: samples).bytes)
  }

  /// A grey PNG of these label values.
  func labels(_ name: String, _ values: [Int], width: Int = 3) throws {
    try write(
      name, PNGFile(width: width, height: values.count / width, samples: values).bytes)
  }

  func load(_ options: SegmentationFolderFormat.Options? = nil) throws -> ImageDataset {
    try SegmentationFolderFormat.load(folder: folder.path, options ?? self.options())
  }

  /// The error, which must be one line.
  func failure(_ options: SegmentationFolderFormat.Options? = nil) -> String {
    let error = #expect(throws: DatasetError.self) { try load(options) }
    let text = error?.description ?? ""
    #expect(!text.contains("\n"))
    return text
  }

  var cacheFiles: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: cache.path + "/iic-tui")) ?? []
  }
}

extension ImageDataset {
  /// A copy of an image's label map.
  func labels(of image: Int) throws -> [UInt8] {
    let size = source.size(of: image)
    return try #require(labelMaps).withLabels(of: image) {
      Array(UnsafeBufferPointer(start: $0, count: size.height * size.width))
    }
  }

  /// The relative paths of the images' files.
  var names: [String] { files?.relativePaths.map(\.text) ?? [] }
}

/// A palette for a PNG: index i is the colour (i, 2 i, 3 i).
func palette(_ colors: Int) -> [UInt8] {
  pngChunk("PLTE", (0..<colors).flatMap { [UInt8($0), UInt8(2 * $0), UInt8(3 * $0)] })
}
