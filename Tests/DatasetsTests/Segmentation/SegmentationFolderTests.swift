import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Folders of pictures with the classes of their pixels: what is read, and through which cache.
@Suite struct SegmentationFolderTests {
  @Test func picturesKeepTheirSizes() throws {
    let place = try SegmentationPlace()
    try place.picture("images/b.png", 20, width: 4, height: 2)
    try place.picture("images/a.png", 10, width: 3, height: 5)
    try place.labels("labels/b.png", [0, 1, 2, 3, 255, 3, 2, 1], width: 4)
    try place.labels("labels/a.png", Array(0..<15).map { $0 % 5 })
    let dataset = try place.load()
    #expect(dataset.name == URL(fileURLWithPath: place.folder.path).lastPathComponent)
    #expect(dataset.names == ["images/a.png", "images/b.png"] && dataset.notes == [])
    #expect(dataset.size == ImageSize(height: 2, width: 3, channels: 3))
    let sizes = (0..<2).map { dataset.source.size(of: $0).description }
    #expect(sizes == ["5×3×3", "2×4×3"])
    #expect(dataset.source.pixels(of: 0) == [UInt8](repeating: 10, count: 45))
    #expect(dataset.source.pixels(of: 1) == [UInt8](repeating: 20, count: 24))
    #expect(try dataset.labels(of: 0) == (0..<15).map { UInt8($0 % 5) })
    #expect(try dataset.labels(of: 1) == [0, 1, 2, 3, 255, 3, 2, 1])
    #expect(dataset.labels == [-1, -1] && dataset.classNames == ["0", "1", "2", "3", "4"])
    #expect(dataset.splits == [.train: 0..<2])
  }

  /// A chosen or a joined source says the same of its images.
  @Test func sizesOfPartsOfASource() throws {
    let place = try SegmentationPlace()
    for (name, width) in [("a", 5), ("b", 3), ("c", 7)] {
      try place.picture("images/\(name).png", 1, width: width, height: 9 - width)
    }
    let source = try place.load().source
    let chosen = ChosenImages(source, [2, 0])
    #expect(chosen.size == ImageSize(height: 2, width: 5, channels: 3))
    #expect(chosen.size(of: 0).width == 7 && chosen.size(of: 1).width == 5)
    #expect(chosen.pixels(of: 0).count == 2 * 7 * 3)
    let joined = JoinedImages([source, source])
    #expect((0..<6).map { joined.size(of: $0).width } == [5, 3, 7, 5, 3, 7])
    #expect(joined.pixels(of: 5).count == 2 * 7 * 3)
  }

  @Test func aClassMapInTheFolder() throws {
    let place = try SegmentationPlace()
    try place.picture("images/a.png")
    try place.labels("labels/a.png", [0, 3, 11, 3, 0, 0])
    let yaml = "classes: [sky, ground]\nmap: {0: sky, 3: ground}\nmasked: [11]\n"
    try place.write("classes.yaml", Array(yaml.utf8))
    let dataset = try place.load()
    #expect(dataset.classNames == ["sky", "ground"])
    #expect(try dataset.labels(of: 0) == [0, 1, 255, 1, 0, 0])
    let given = ClassMap(source: "given", classNames: ["one"], values: [0: 0, 3: 0, 11: 0])
    #expect(try place.load(place.options(classMap: given)).classNames == ["one"])
    try place.write("classes.yaml", Array("classes: [a]\nmap: {0: a}\n".utf8))
    #expect(
      place.failure()
        == "\(place.folder.path): cannot be read: none of its 1 pictures can be taken; the first: "
        + "\(place.folder.path)/labels/a.png: the label at (1, 0) is 3, expected a value that the "
        + "class map \(place.folder.path)/classes.yaml names")
    try place.write("classes.yaml", [0xff])
    #expect(place.failure().contains("/classes.yaml: text is bytes that are no UTF-8"))
  }

  @Test func scalingAveragesColorsAndPicksLabels() throws {
    let place = try SegmentationPlace()
    let samples = (0..<8 * 4).flatMap { [$0 % 8 * 10, 0, 200] }
    try place.write(
      "images/a.png", PNGFile(width: 8, height: 4, colorType: 2, samples: samples).bytes)
    try place.labels("labels/a.png", (0..<32).map { $0 }, width: 8)
    let half = try place.load(place.options(scale: 0.5))
    #expect(half.size == ImageSize(height: 2, width: 4, channels: 3))
    #expect(
      half.source.pixels(of: 0)
        == [0, 1].flatMap { _ in
          [5, 0, 200, 25, 0, 200, 45, 0, 200, 65, 0, 200] as [UInt8]
        })
    // The pixel at the middle of each square, which lies on a border: the one behind it.
    #expect(try half.labels(of: 0) == [9, 11, 13, 15, 25, 27, 29, 31])
    let small = try place.load(place.options(scale: 0.5, longest: 2))
    #expect(small.size == ImageSize(height: 1, width: 2, channels: 3))
    #expect(try small.labels(of: 0) == [18, 22])
    let large = try place.load(place.options(scale: 2, longest: 100))
    #expect(large.size == ImageSize(height: 8, width: 16, channels: 3))
    #expect(try large.labels(of: 0)[..<4] == [0, 0, 1, 1])
    #expect(try place.load(place.options(longest: 8)).size.width == 8)
    #expect(place.cacheFiles.count == 4)
  }

  @Test func theFourthChannelIsInfrared() throws {
    let place = try SegmentationPlace()
    try place.write(
      "images/a.png", PNGFile(width: 1, height: 1, colorType: 6, samples: [9, 8, 7, 3]).bytes)
    let four = try place.load(place.options(channels: 4))
    #expect(four.channels == 4 && four.source.pixels(of: 0) == [9, 8, 7, 3])
    #expect(try place.load().source.pixels(of: 0) == [9, 8, 7])
    try place.picture("images/b.png")
    let mixed = try place.load(place.options(channels: 4))
    #expect(
      mixed.names == ["images/a.png"]
        && mixed.notes == [
          "1 of 2 pictures cannot be read and is left out: images/b.png; "
            + "\(place.folder.path)/images/b.png: the number of channels is 3, expected 4: red, "
            + "green, blue, infrared"
        ])
  }

  @Test func aSecondStartDecodesNothing() throws {
    let place = try SegmentationPlace()
    try place.picture("images/a.png", 5)
    try place.labels("labels/a.png", [0, 1, 2, 3, 4, 5])
    let first = try place.load()
    var options = place.options()
    options.progress = { _, _ in Issue.record("a picture is decoded again") }
    let second = try place.load(options)
    #expect(second.source.pixels(of: 0) == first.source.pixels(of: 0))
    #expect(try second.labels(of: 0) == [0, 1, 2, 3, 4, 5] && second.classes == 6)
    #expect(place.cacheFiles.count == 1)
    // What is damaged or another's is made anew.
    let file = place.cache.path + "/iic-tui/" + (try #require(place.cacheFiles.first))
    let whole = try Data(contentsOf: URL(fileURLWithPath: file))
    for damaged in [whole.dropLast(), whole.dropFirst(), Data(), whole + [0]] {
      try Data(damaged).write(to: URL(fileURLWithPath: file))
      #expect(try place.load().labels(of: 0) == [0, 1, 2, 3, 4, 5])
    }
    // Another label picture is another cache.
    try place.labels("labels/a.png", [0, 1, 1, 1, 1, 1, 9, 9, 9])
    try place.picture("images/a.png", 5, height: 3)
    #expect(try place.load().classes == 10 && place.cacheFiles.count == 2)
  }

  @Test func manyPicturesOnThreads() throws {
    let place = try SegmentationPlace()
    for number in 0..<40 {
      let width = 1 + number % 7
      try place.picture("images/\(100 + number).png", number, width: width, height: 2)
      try place.labels(
        "labels/\(100 + number).png", [Int](repeating: number, count: 2 * width), width: width)
    }
    let dataset = try place.load()
    for number in 0..<40 {
      #expect(dataset.source.size(of: number).width == 1 + number % 7)
      #expect(dataset.source.pixels(of: number).allSatisfy { $0 == number })
      #expect(try dataset.labels(of: number).allSatisfy { $0 == number })
    }
  }

  @Test func masksOfPalettesAndSixteenBits() throws {
    let place = try SegmentationPlace()
    for name in ["a", "b", "c"] { try place.picture("images/\(name).png", width: 2, height: 1) }
    try place.write(
      "annotations/a.png",
      PNGFile(width: 2, height: 1, colorType: 3, samples: [3, 1], before: [palette(4)]).bytes)
    try place.write(
      "annotations/b.png", PNGFile(width: 2, height: 1, depth: 16, samples: [3, 700]).bytes)
    try place.write(
      "annotations/c.png",
      PNGFile(width: 2, height: 1, colorType: 2, samples: [1, 2, 3, 4, 5, 6]).bytes)
    let yaml = "classes: [x, y]\nmap: {1: x, 3: y, 700: x, \"1,2,3\": y}\nmasked: [\"4,5,6\"]\n"
    try place.write("classes.yaml", Array(yaml.utf8))
    let dataset = try place.load()
    #expect(try (0..<3).map { try dataset.labels(of: $0) } == [[1, 0], [1, 0], [1, 255]])
  }

  /// Labels lie as the stored picture does, or as it is to be seen.
  @Test func picturesOnTheirSide() throws {
    let place = try SegmentationPlace()
    let exif = pngChunk("eXIf", exifBlock(orientation: 6))
    let file = PNGFile(
      width: 3, height: 2, colorType: 2, samples: (0..<18).map { $0 / 3 * 10 }, before: [exif])
    try place.write("images/a.png", file.bytes)
    try place.write("images/b.png", file.bytes)
    try place.labels("labels/a.png", [0, 1, 2, 3, 4, 5])
    try place.labels("labels/b.png", [0, 1, 2, 3, 4, 5], width: 2)
    let dataset = try place.load()
    #expect(dataset.size == ImageSize(height: 3, width: 2, channels: 3))
    let red = stride(from: 0, to: 18, by: 3).map { dataset.source.pixels(of: 0)[$0] }
    #expect(red == [30, 0, 40, 10, 50, 20])
    #expect(try dataset.labels(of: 0) == [3, 0, 4, 1, 5, 2])
    #expect(try dataset.labels(of: 1) == [0, 1, 2, 3, 4, 5])
  }

  @Test func foldersWithNothingToRead() throws {
    let empty = try SegmentationPlace()
    #expect(
      empty.failure()
        == "\(empty.folder.path): cannot be read: it has no .png, .jpg, .jpeg or .webp file")
  }

  @Test(arguments: [
    (0.0, 0, 3, "transform: scale is 0.0, expected above 0"),
    (.nan, 0, 3, "transform: scale is nan, expected above 0"),
    (1, -1, 3, "transform: longest side is -1, expected 0 for any, or pixels"),
    (1, 0, 1, "transform: channels is 1, expected 3, or 4 with infrared"),
  ]) func optionsOutOfRange(
    scale: Double, longest: Int, channels: Int, problem: String
  ) throws {
    let place = try SegmentationPlace()
    try place.picture("a.png")
    let options = place.options(scale: scale, longest: longest, channels: channels)
    #expect(place.failure(options) == problem)
  }

  @Test func aScaleThatIsTooLarge() throws {
    let place = try SegmentationPlace()
    try place.picture("a.png")
    #expect(place.failure(place.options(scale: 1e300)).contains("expected at most 67108864 pixels"))
  }
}
