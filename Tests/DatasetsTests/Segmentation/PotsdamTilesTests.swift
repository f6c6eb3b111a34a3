import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct PotsdamTilesTests {
  private static let colors: [[UInt8]] = [
    [255, 255, 255], [0, 0, 255], [0, 255, 255], [0, 255, 0], [255, 255, 0], [255, 0, 0],
  ]

  private static func picture(width: Int, height: Int, isLZW: Bool = false) -> TIFFFile {
    var samples: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        let pixel: [Int] = [x % 251, y % 241, (x + y) % 239, (x * 3 + y) % 256]
        samples += pixel.map { UInt8($0) }
      }
    }
    return TIFFFile(
      width: width, height: height, channels: 4, samples: samples, isLZW: isLZW,
      rowsPerStrip: isLZW ? 7 : nil)
  }

  private static func labels(width: Int, height: Int) -> TIFFFile {
    var samples: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width { samples += colors[(x / 50 + y / 50) % 6] }
    }
    return TIFFFile(width: width, height: height, channels: 3, samples: samples, isLZW: true)
  }

  @Test(arguments: [false, true]) func tilesAreASegmentationFolder(isLZW: Bool) throws {
    let place = try SegmentationPlace()
    let source = try TemporaryFolder()
    let below = source.path + "/2_Ortho"
    try FileManager.default.createDirectory(atPath: below, withIntermediateDirectories: true)
    try source.write(
      "2_Ortho/top_1_RGBIR.tif", Self.picture(width: 430, height: 201, isLZW: isLZW).bytes)
    try source.write("top_1_label.tif", Self.labels(width: 430, height: 201).bytes)
    try source.write("top_2_RGBIR.tif", Self.picture(width: 200, height: 400, isLZW: isLZW).bytes)
    var reports: [Int] = []
    let count = try PotsdamTiles.cut(from: source.path, to: place.folder.path, threads: 2) {
      done, total in
      #expect(total == 2)
      reports.append(done)
    }
    #expect(count == 4 && reports == [0, 1, 2])
    #expect(try DatasetCatalog.recognize(place.folder.path).name == "segmentation-folder")
    // The second picture has no labels.
    var options = place.options(channels: 4)
    let labelled = try DatasetCatalog.load(
      "potsdam", folder: place.folder.path, segmentation: options)
    #expect(labelled.names == ["images/top_1_00_00.png", "images/top_1_00_01.png"])
    options.keepsUnlabelled = true
    let dataset = try DatasetCatalog.load(
      "potsdam", folder: place.folder.path, segmentation: options)
    #expect(
      dataset.names
        == ["top_1_00_00", "top_1_00_01", "top_2_00_00", "top_2_01_00"]
        .map { "images/\($0).png" })
    #expect(dataset.size == ImageSize(height: 200, width: 200, channels: 4))
    let second = dataset.source.pixels(of: 1)
    let third = Self.picture(width: 430, height: 201).samples
    for y in 0..<200 {
      let row = (y * 430 + 200) * 4
      #expect(second[y * 800..<y * 800 + 800] == third[row..<row + 800])
    }
    let classes = try dataset.labels(of: 1)
    var corners: [[UInt8]] = []
    for row in 0..<4 {
      corners.append((0..<4).map { column in classes[(row * 50 + 49) * 200 + column * 50] })
    }
    #expect(corners == [[4, 5, 0, 1], [5, 0, 1, 2], [0, 1, 2, 3], [1, 2, 3, 4]])
    #expect(try dataset.labels(of: 2).allSatisfy { $0 == 255 })
    let last = dataset.source.pixels(of: 3)
    #expect(last[..<4] == [0, 200, 200, 200])
  }

  private func problem(_ files: [(String, [UInt8])]) throws -> String {
    let (source, target) = (try TemporaryFolder(), try TemporaryFolder())
    for (name, bytes) in files { try source.write(name, bytes) }
    let error = #expect(throws: DatasetError.self) {
      try PotsdamTiles.cut(from: source.path, to: target.path, threads: 1)
    }
    let text = error?.description ?? ""
    #expect(!text.contains("\n"))
    return text.replacingOccurrences(of: source.path, with: "F")
  }

  @Test func whatIsNotPotsdam() throws {
    #expect(try problem([]).hasPrefix("data set potsdam: F has none of …_RGBIR.tif; get them from"))
    let picture = Self.picture(width: 200, height: 200)
    let labels = Self.labels(width: 200, height: 199)
    #expect(
      try problem([("a_RGBIR.tif", picture.bytes), ("a_label.tif", labels.bytes)])
        == "F/a_label.tif: size is 200×199, expected 200×200 as F/a_RGBIR.tif")
    #expect(
      try problem([("a_RGBIR.tif", labels.bytes)])
        == "F/a_RGBIR.tif: the number of channels is 3, expected 4")
    #expect(try problem([("a_RGBIR.tif", [1, 2, 3])]).hasPrefix("F/a_RGBIR.tif: cannot be read: "))
    var wide = picture
    wide.bits = 16
    #expect(
      try problem([("a_RGBIR.tif", wide.bytes)])
        == "F/a_RGBIR.tif: cannot be read: this kind of TIFF is not supported: samples that are "
        + "not 8 bits are not supported")
    var cmyk = picture
    cmyk.meaning = 5
    #expect(
      try problem([("a_RGBIR.tif", cmyk.bytes)]).contains("colours that are not RGB"))
  }

  /// Places where a file may end, and bytes that are wrong: an error or a picture, no trap. The
  /// last four bytes say that there is no second picture.
  @Test func damagedFiles() throws {
    for isLZW in [false, true] {
      let whole = Self.picture(width: 200, height: 3, isLZW: isLZW).bytes
      let folder = try TemporaryFolder()
      for end in stride(from: 0, to: whole.count - 4, by: 37) {
        let path = try folder.write("a.tif", Array(whole[..<end]))
        #expect(throws: DatasetError.self) { try TIFFRows(PathBytes(path)).next(3) }
      }
      for place in whole.count - 150..<whole.count {
        for bit in [0, 3, 7] {
          var damaged = whole
          damaged[place] ^= 1 << UInt8(bit)
          let path = try folder.write("a.tif", damaged)
          guard let rows = try? TIFFRows(PathBytes(path)), rows.height <= 1000 else { continue }
          _ = try? rows.next(rows.height)
        }
      }
    }
  }

  @Test func placesThatCannotBeWritten() throws {
    let (source, target) = (try TemporaryFolder(), try TemporaryFolder())
    try source.write("a_RGBIR.tif", Self.picture(width: 200, height: 200).bytes)
    try target.write("images", [1])
    let error = #expect(throws: DatasetError.self) {
      try PotsdamTiles.cut(from: source.path, to: target.path)
    }
    #expect(error?.description.hasPrefix("\(target.path)/images: cannot be written: ") == true)
  }
}
