import CImageCodecs
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Which folders are taken for what.
@Suite struct SegmentationLayoutTests {
  private static let six = [0, 1, 2, 3, 4, 5]

  @Test func sideBySide() throws {
    let place = try SegmentationPlace()
    for (folder, name) in [("train", "b"), ("val", "a"), ("test", "c")] {
      try place.picture("\(folder)/\(name).png")
      try place.labels("\(folder)annot/\(name).png", Self.six)
    }
    #expect(try DatasetCatalog.recognize(place.folder.path).name == "camvid-3")
    let dataset = try DatasetCatalog.load(
      "camvid-3", folder: place.folder.path, segmentation: place.options())
    #expect(dataset.name == "camvid-3" && dataset.notes == [])
    #expect(dataset.names == ["train/b.png", "val/a.png", "test/c.png"])
    #expect(dataset.splits == [.train: 0..<2, .test: 2..<3])
    #expect(dataset.classNames == ["sky", "ground", "upright"])
    #expect(try dataset.labels(of: 2) == [0, 2, 2, 1, 1, 2])
    let all = try DatasetCatalog.load(
      "camvid", folder: place.folder.path, segmentation: place.options())
    #expect(try all.classes == 11 && all.labels(of: 0) == [0, 1, 2, 3, 4, 5])
    // A map of one's own is no longer CamVid.
    try place.write("classes.yaml", Array("classes: [a]\nmap: {0: a}\nothers: masked\n".utf8))
    #expect(try DatasetCatalog.recognize(place.folder.path).name == "segmentation-folder")
  }

  @Test func otherValuesAreNotCamVid() throws {
    let place = try SegmentationPlace()
    try place.picture("mine/a.png")
    try place.labels("mineannot/a.png", [0, 1, 2, 3, 4, 12])
    #expect(try DatasetCatalog.recognize(place.folder.path).name == "segmentation-folder")
    let dataset = try DatasetCatalog.load(
      "segmentation-folder", folder: place.folder.path, segmentation: place.options())
    #expect(dataset.classes == 13 && dataset.splits == [.train: 0..<1])
    #expect {
      try DatasetCatalog.load("camvid", folder: place.folder.path, segmentation: place.options())
    } throws: {
      "\($0)".hasSuffix(
        "a.png: the label at (2, 1) is 12, expected a value that the class map camvid names")
    }
  }

  @Test(arguments: ["labels", "masks", "annotations", "gt"])
  func foldersOfTheSameNames(labels: String) throws {
    let place = try SegmentationPlace()
    for folder in ["test/", "train/x/", "val/", ""] {
      try place.picture("images/\(folder)a.png")
      try place.labels("\(labels)/\(folder)a.png", Self.six)
    }
    #expect(try DatasetCatalog.recognize(place.folder.path).name == "segmentation-folder")
    let dataset = try place.load()
    #expect(
      dataset.names == [
        "images/a.png", "images/train/x/a.png", "images/val/a.png", "images/test/a.png",
      ])
    #expect(dataset.splits == [.train: 0..<3, .test: 3..<4] && dataset.notes == [])
    for image in 0..<4 { #expect(try dataset.labels(of: image) == [0, 1, 2, 3, 4, 5]) }
  }

  @Test(
    arguments: ["", "images/"],
    ["stuffthingmaps", "stuffthingmaps_trainval2017", "stuffthingmaps_trainval2017/stuffthingmaps"])
  func coco(above: String, labels: String) throws {
    let place = try SegmentationPlace()
    let photo = JPEGFile(
      width: 3, height: 2, channels: 3, space: JCS_RGB, stored: JCS_YCbCr,
      samples: [UInt8](repeating: 90, count: 18)
    ).bytes
    for (split, name) in [("train2017", "2"), ("train2017", "3"), ("val2017", "1")] {
      try place.write("\(above)\(split)/\(name).jpg", photo)
      try place.labels("\(labels)/\(split)/\(name).png", [0, 105, 123, 148, 181, 255])
    }
    #expect(try DatasetCatalog.recognize(place.folder.path).name == "coco-stuff-3")
    let three = try DatasetCatalog.load(
      "coco-stuff-3", folder: place.folder.path, segmentation: place.options())
    #expect(
      three.names == ["train2017/2.jpg", "train2017/3.jpg", "val2017/1.jpg"].map { above + $0 })
    #expect(three.splits == [.train: 0..<2, .test: 2..<3] && three.notes == [])
    #expect(try three.labels(of: 0) == [255, 0, 2, 1, 255, 255])
    let all = try DatasetCatalog.load(
      "coco-stuff", folder: place.folder.path, segmentation: place.options())
    #expect(try all.labels(of: 2) == [255, 3, 4, 1, 2, 255] && all.classes == 15)
    try place.write("curated.txt", Array("1 \r\n\n3\n9\n".utf8))
    let curated = try DatasetCatalog.load(
      "coco-stuff", folder: place.folder.path, segmentation: place.options())
    #expect(curated.names == [above + "train2017/3.jpg", above + "val2017/1.jpg"])
    #expect(
      curated.notes == [
        "2 of 3 pictures are in curated.txt", "1 name in curated.txt is of no picture: '9'",
      ])
    // Whole names will do.
    try place.write("curated.txt", Array("1.jpg\n3.jpg\n".utf8))
    let named = try DatasetCatalog.load(
      "coco-stuff", folder: place.folder.path, segmentation: place.options())
    #expect(named.names == curated.names)
    #expect(named.notes == ["2 of 3 pictures are in curated.txt"])
    try place.write("curated.txt", Array("7\n".utf8))
    #expect(
      place.failure()
        == "\(place.folder.path)/curated.txt: the first name is '7', and none is a picture's, "
        + "expected one such as '1'")
  }

  @Test func picturesAlone() throws {
    let place = try SegmentationPlace()
    try place.picture("x/a.png", 1)
    try place.picture("b.png", 2)
    #expect(try DatasetCatalog.recognize(place.folder.path).name == "image-folder")
    let dataset = try place.load()
    #expect(dataset.names == ["b.png", "x/a.png"] && dataset.notes == [])
    #expect(dataset.classNames == [] && dataset.labels == [-1, -1] && dataset.labelMaps == nil)
    #expect(dataset.source.pixels(of: 1) == [UInt8](repeating: 1, count: 18))
    let map = try place.load(place.options(classMap: .camVid))
    #expect(
      map.classNames == []
        && map.notes == [
          "no folder of label pictures is beside the pictures: class map camvid has no effect"
        ])
  }

  /// Names of folders tell what is meant though nothing lies in them.
  @Test(arguments: [
    (["images", "labels"], "images/ has no picture and labels/ has no picture", "labels"),
    (["images", "masks/train"], "images/ has no picture and masks/ has no picture", "masks"),
    (["images/a.png", "labels"], "labels/ has no picture", "labels"),
    (["images", "gt/a.png"], "images/ has no picture", "gt"),
    (["annotations/a.png"], "there is no images/", "annotations"),
    (["labels"], "there is no images/ and labels/ has no picture", "labels"),
  ]) func emptyFolders(paths: [String], lack: String, labels: String) throws {
    let place = try SegmentationPlace()
    for path in paths {
      if path.hasSuffix(".png") {
        try place.picture(path)
      } else {
        try FileManager.default.createDirectory(
          atPath: "\(place.folder.path)/\(path)", withIntermediateDirectories: true)
      }
    }
    #expect(try DatasetCatalog.recognize(place.folder.path).name == "segmentation-folder")
    #expect(
      place.failure()
        == "\(place.folder.path): cannot be read: \(lack); expected pictures in images/ and label "
        + "pictures (PNG) of the same names in \(labels)/")
  }

  /// A class may be called as labels are, and an empty folder beside full ones is in nobody's way.
  @Test func emptyFoldersThatDoNotMatter() throws {
    let classes = try SegmentationPlace()
    try classes.picture("labels/a.png")
    try classes.picture("bottles/b.png")
    #expect(try DatasetCatalog.recognize(classes.folder.path).name == "image-folder")
    // Boxes in text files are no masks.
    let boxes = try SegmentationPlace()
    try boxes.picture("images/a.png")
    try boxes.write("labels/a.txt", [48])
    #expect(try DatasetCatalog.recognize(boxes.folder.path).name == "image-folder")
    #expect(try boxes.load().labelMaps == nil)
    let place = try SegmentationPlace()
    try place.picture("images/a.png")
    try place.labels("gt/a.png", Self.six)
    try FileManager.default.createDirectory(
      atPath: place.folder.path + "/labels", withIntermediateDirectories: true)
    #expect(try place.load().labels(of: 0) == [0, 1, 2, 3, 4, 5])
  }

  @Test func splitsOfPicturesAlone() throws {
    let place = try SegmentationPlace()
    try place.picture("test/a.png", 1)
    try place.picture("train/b.png", 2)
    try place.picture("val/c.png", 2)
    let dataset = try place.load()
    #expect(dataset.names == ["train/b.png", "val/c.png", "test/a.png"])
    #expect(dataset.splits == [.train: 0..<2, .test: 2..<3])
  }

  @Test func partsOfPaths() {
    let path = PathBytes("a/b.c/d.e.png")
    #expect(path.withoutEnding == PathBytes("a/b.c/d.e"))
    #expect(PathBytes("a.b/c").withoutEnding == PathBytes("a.b/c"))
    #expect(PathBytes("a/.b").withoutEnding == PathBytes("a/.b"))
    #expect(path.isWithin(PathBytes("a/b.c")) && !path.isWithin(PathBytes("a/b")))
    #expect(!PathBytes("a").isWithin(PathBytes("a")))
    #expect(
      path.moved(from: PathBytes("a"), to: PathBytes("x/y")) == PathBytes("x/y/b.c/d.e.png"))
  }
}
