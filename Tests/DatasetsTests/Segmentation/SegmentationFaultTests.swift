import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Pictures of a segmentation folder that are left out: a line for each kind of fault.
@Suite struct SegmentationFaultTests {
  private let jpeg = JPEGFile(width: 3, height: 2, samples: [UInt8](repeating: 9, count: 6)).bytes

  /// Two pictures with whole labels, "good1" and "good2".
  private func place() throws -> SegmentationPlace {
    let place = try SegmentationPlace()
    for name in ["good1", "good2"] {
      try place.picture("images/\(name).png")
      try place.labels("labels/\(name).png", [0, 1, 0, 1, 0, 1])
    }
    return place
  }

  /// Reads a folder of which the good pictures alone are left; its notes.
  private func notes(
    _ place: SegmentationPlace, _ options: SegmentationFolderFormat.Options? = nil
  ) throws -> [String] {
    let dataset = try place.load(options)
    #expect(dataset.names == ["images/good1.png", "images/good2.png"])
    for image in 0..<2 { #expect(try dataset.labels(of: image) == [0, 1, 0, 1, 0, 1]) }
    #expect(dataset.classNames == ["0", "1"] && dataset.splits == [.train: 0..<2])
    #expect(dataset.notes.allSatisfy { !$0.contains("\n") })
    // The cache says the same.
    #expect(try place.load(options).notes == dataset.notes)
    return dataset.notes
  }

  @Test func damagedPictures() throws {
    let place = try place()
    let whole = try PNGFile(
      width: 3, height: 2, colorType: 2, samples: [Int](repeating: 7, count: 18)
    ).bytes
    for (name, bytes) in [("a", Array(whole.dropLast(30))), ("b", [1, 2, 3]), ("c", [])] {
      try place.write("images/\(name).png", bytes)
      try place.labels("labels/\(name).png", [0, 0, 0, 0, 0, 0])
    }
    let notes = try notes(place)
    #expect(
      notes.count == 1
        && notes[0].hasPrefix(
          "3 of 5 pictures cannot be read and are left out: images/a.png, images/b.png, "
            + "images/c.png; the first: \(place.folder.path)/images/a.png: ")
    )
  }

  @Test func damagedLabelPictures() throws {
    let place = try place()
    let whole = try PNGFile(width: 3, height: 2, samples: [0, 1, 1, 1, 1, 1]).bytes
    let masks = [
      "a": [1, 2, 3], "b": Array(whole.dropLast(26)), "c": [], "d": jpeg, "e": jpeg,
    ]
    for (name, bytes) in masks {
      try place.picture("images/\(name).png")
      try place.write("labels/\(name).\(name == "e" ? "jpg" : "png")", bytes)
    }
    #expect(
      try notes(place) == [
        "5 of 7 pictures have a label picture that cannot be read and are left out: images/a.png, "
          + "images/b.png, images/c.png and 2 more; the first: \(place.folder.path)/labels/a.png: "
          + "content of the label picture is 010203, expected PNG"
      ])
  }

  /// The colours of a JPEG are not those that were painted, so that it is no mask; but it does not
  /// stand in the way of a PNG beside it.
  @Test func labelPicturesInJPEG() throws {
    let place = try place()
    try place.picture("images/a.png")
    try place.write("labels/a.jpg", jpeg)
    try place.write("labels/good1.jpg", jpeg)
    #expect(
      try notes(place) == [
        "1 of 3 pictures has a label picture that cannot be read and is left out: images/a.png; "
          + "\(place.folder.path)/labels/a.jpg: content of the label picture is a JPEG, expected "
          + "PNG"
      ])
  }

  @Test func labelPicturesOfAnotherSize() throws {
    let place = try place()
    for name in ["a", "b"] { try place.picture("images/\(name).png") }
    try place.labels("labels/a.png", [0, 1, 2, 3], width: 2)
    try place.labels("labels/b.png", [0, 1, 2, 3], width: 4)
    let folder = place.folder.path
    #expect(
      try notes(place) == [
        "2 of 4 pictures have a label picture of another size and are left out: images/a.png, "
          + "images/b.png; the first: \(folder)/labels/a.png: size is 2×2, expected 3×2 as "
          + "\(folder)/images/a.png"
      ])
  }

  @Test func labelsOutsideTheMap() throws {
    let place = try place()
    try place.write("classes.yaml", Array("classes: [\"0\", \"1\"]\nmap: {0: 0, 1: 1}\n".utf8))
    for name in ["a", "b"] { try place.picture("images/\(name).png") }
    try place.labels("labels/a.png", [0, 1, 0, 1, 7, 1])
    try place.write(
      "labels/b.png",
      PNGFile(width: 3, height: 2, colorType: 2, samples: (0..<18).map { $0 }).bytes)
    let folder = place.folder.path
    #expect(
      try notes(place) == [
        "2 of 4 pictures have a label that means no class and are left out: images/a.png, "
          + "images/b.png; the first: \(folder)/labels/a.png: the label at (1, 1) is 7, expected a "
          + "value that the class map \(folder)/classes.yaml names"
      ])
  }

  /// Without a map, numbers are classes: colours and numbers above 255 are none.
  @Test func colorsAndLargeNumbersWithoutAMap() throws {
    let place = try place()
    for name in ["a", "b"] { try place.picture("images/\(name).png") }
    try place.write(
      "labels/a.png", PNGFile(width: 3, height: 2, depth: 16, samples: [0, 0, 300, 0, 0, 0]).bytes)
    try place.write(
      "labels/b.png",
      PNGFile(width: 3, height: 2, colorType: 2, samples: (0..<18).map { $0 }).bytes)
    #expect(
      try notes(place) == [
        "2 of 4 pictures have a label that means no class and are left out: images/a.png, "
          + "images/b.png; the first: \(place.folder.path)/labels/a.png: the label at (2, 0) is "
          + "300, expected a class of 0…254, or 255 for none; classes.yaml maps others"
      ])
  }

  @Test func picturesWithoutLabels() throws {
    let place = try place()
    for name in ["a", "b", "c", "d"] { try place.picture("images/\(name).png") }
    try place.labels("labels/d.png", [255, 255, 255, 255, 255, 255])
    for name in ["x", "y"] { try place.labels("labels/\(name).png", [0, 0, 0, 1, 1, 1]) }
    try place.picture("other/e.png")
    let strays = [
      "1 picture is in none of the folders of pictures and is left out: other/e.png",
      "2 label pictures have no picture and are left out, labels/x.png for one",
    ]
    #expect(
      try notes(place) == strays + [
        "3 of 6 pictures have no label picture and are left out: images/a.png, images/b.png, "
          + "images/c.png",
        "1 of 6 pictures has no pixel with a class and is left out: images/d.png",
      ])
    // Unless they count all the same.
    var options = place.options()
    options.keepsUnlabelled = true
    let all = try place.load(options)
    #expect(all.count == 6)
    #expect(try all.labels(of: 1) == [UInt8](repeating: 255, count: 6))
    #expect(
      all.notes == strays + ["3 pictures have no label picture, images/a.png for one"])
  }

  /// Every kind of fault at once: a line each, the same however many threads there are.
  @Test func manyFaults() throws {
    let place = try place()
    for number in 10..<34 {
      let name = "\(number)"
      if number % 6 == 0 {
        try place.write("images/\(name).png", [1])
      } else {
        try place.picture("images/\(name).png")
      }
      switch number % 6 {
      case 1: try place.write("labels/\(name).png", [2])
      case 2: try place.labels("labels/\(name).png", [0, 0, 0])
      case 3:
        try place.write(
          "labels/\(name).png",
          PNGFile(width: 3, height: 2, colorType: 2, samples: (0..<18).map { $0 }).bytes)
      case 4: break
      case 5: try place.labels("labels/\(name).png", [255, 255, 255, 255, 255, 255])
      default: try place.labels("labels/\(name).png", [0, 0, 0, 0, 0, 0])
      }
    }
    let first = try notes(place)
    #expect(first.count == 6)
    for (line, number) in zip(first, [12, 13, 14, 15, 10, 11]) {
      #expect(line.hasPrefix("4 of 26 pictures "))
      #expect(
        line.contains(
          "left out: images/\(number).png, images/\(number + 6).png, images/\(number + 12).png "
            + "and 1 more"))
    }
    var options = place.options()
    options.trustsCache = false
    for threads in [1, 2, 5] {
      options.threads = threads
      #expect(try place.load(options).notes == first)
    }
  }

  @Test func nothingLeft() throws {
    let place = try SegmentationPlace()
    let folder = place.folder.path
    let start = "\(folder): cannot be read: none of its 1 pictures can be taken; the first: "
    try place.picture("images/a.png")
    try place.labels("labels/a.png", [0, 1, 2, 3], width: 2)
    #expect(
      place.failure()
        == start + "\(folder)/labels/a.png: size is 2×2, expected 3×2 as \(folder)/images/a.png")
    try place.labels("labels/a.png", [Int](repeating: 255, count: 6))
    #expect(
      place.failure()
        == start + "\(folder)/labels/a.png: the number of pixels with a class is 0, expected some")
    try place.write("labels/a.png", jpeg)
    #expect(
      place.failure()
        == start + "\(folder)/labels/a.png: content of the label picture is a JPEG, expected PNG")
    try place.write("images/a.png", [1])
    #expect(
      place.failure()
        == start + "\(folder)/images/a.png: content is 01, expected PNG, JPEG or WebP")
    #expect(place.cacheFiles == [])
    try FileManager.default.removeItem(atPath: folder + "/labels/a.png")
    try place.labels("labels/a_mask.png", [0, 0, 0])
    #expect(
      place.failure()
        == "\(folder): the first label picture is labels/a_mask.png, and none is a picture's, "
        + "expected labels/a.png or the like")
  }
}
