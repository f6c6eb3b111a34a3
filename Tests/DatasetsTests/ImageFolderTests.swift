import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Folders of pictures as data sets: classes, splits, labels from a CSV, and the cache.
@Suite struct ImageFolderTests {
  /// A folder, and a cache folder of its own.
  private struct Place {
    let folder = try? TemporaryFolder()
    let cache = try? TemporaryFolder()

    func options(side: Int = 4, channels: Int = 1) throws -> ImageFolderFormat.Options {
      ImageFolderFormat.Options(
        shape: PictureShape(side: side, channels: channels), threads: 2,
        environment: ["XDG_CACHE_HOME": try #require(cache).path])
    }

    /// A grey PNG of one value everywhere.
    func write(_ name: String, _ value: UInt8, side: Int = 6) throws {
      let path = try #require(folder).path + "/" + name
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: path).deletingLastPathComponent(),
        withIntermediateDirectories: true)
      let samples = [Int](repeating: Int(value), count: side * side)
      try Data(PNGFile(width: side, height: side, samples: samples).bytes)
        .write(to: URL(fileURLWithPath: path))
    }

    func load(side: Int = 4, channels: Int = 1) throws -> ImageDataset {
      try ImageFolderFormat.load(
        folder: #require(folder).path, options(side: side, channels: channels))
    }

    var cacheFiles: [String] {
      get throws {
        try FileManager.default.contentsOfDirectory(atPath: #require(cache).path + "/iic-tui")
      }
    }
  }

  @Test func foldersAreClasses() throws {
    let place = Place()
    try place.write("dog/b.png", 20)
    try place.write("cat/deep/a.png", 10)
    try place.write("cat/c.png", 30)
    let dataset = try place.load()
    #expect(dataset.classNames == ["cat", "dog"])
    #expect(dataset.labels == [0, 0, 1])
    #expect((0..<3).map { dataset.source.pixels(of: $0)[0] } == [30, 10, 20])
    #expect(dataset.size == ImageSize(height: 4, width: 4, channels: 1))
    #expect(dataset.splits == [.train: 0..<3])
    #expect(dataset.notes == [])
  }

  @Test func splitsAtTheTop() throws {
    let place = Place()
    try place.write("test/a/1.png", 1)
    try place.write("train/a/2.png", 2)
    try place.write("train/b/3.png", 3)
    let dataset = try place.load(channels: 3)
    #expect(dataset.splits == [.train: 0..<2, .test: 2..<3])
    #expect(dataset.labels == [0, 1, 0])
    #expect(dataset.source.pixels(of: 2) == [UInt8](repeating: 1, count: 48))
  }

  @Test func flatFoldersHaveNoLabels() throws {
    let place = Place()
    for value in 1...3 { try place.write("\(value).png", UInt8(value)) }
    let dataset = try place.load()
    #expect(dataset.classes == 0 && dataset.labels == [-1, -1, -1])
    try place.write("inside/4.png", 4)
    let mixed = try place.load()
    #expect(mixed.classes == 0 && mixed.count == 4)
    #expect(mixed.notes == ["some pictures are in no class folder: no labels"])
    let one = Place()
    try one.write("inside/4.png", 4)
    #expect(try one.load().notes == ["all pictures are in one folder, inside: no labels"])
  }

  @Test func labelsFromACSV() throws {
    let place = Place()
    for value in 1...3 { try place.write("x/\(value).png", UInt8(value)) }
    let csv = "file,label\nx/1.png,10\nx/3.png,9\nx/none.png,9\n"
    try #require(place.folder).write("labels.csv", Array(csv.utf8))
    let dataset = try place.load()
    #expect(dataset.classNames == ["9", "10"])
    #expect(dataset.labels == [1, 0])
    #expect(
      dataset.notes == [
        "1 picture is not in labels.csv and is left out",
        "1 name in labels.csv is of no picture: 'x/none.png'",
      ])
  }

  @Test func aCSVOfOneClassIsNoLabels() throws {
    let place = Place()
    for value in 1...3 { try place.write("\(value).png", UInt8(value)) }
    try #require(place.folder).write("labels.csv", Array("1.png,a\n2.png,a\nx.png,b\n".utf8))
    let dataset = try place.load()
    #expect(dataset.classes == 0 && dataset.labels == [-1, -1])
    #expect(dataset.notes.last == "all pictures are of one class, a: no labels")
  }

  /// In both ways of naming classes.
  @Test(arguments: [false, true]) func classesWithoutAReadablePictureGo(hasCSV: Bool) throws {
    let place = Place()
    let folder = try #require(place.folder)
    try place.write("a/1.png", 1)
    try place.write("b/2.png", 2)
    try place.write("c/3.png", 3)
    if hasCSV {
      try folder.write("labels.csv", Array("a/1.png,a\nb/2.png,b\nc/3.png,c\n".utf8))
    }
    try folder.write("b/2.png", [1, 2, 3])
    let dataset = try place.load()
    #expect(dataset.classNames == ["a", "c"] && dataset.labels == [0, 1])
    #expect(dataset.notes.first == "class b has no picture that can be read and is left out")
    #expect(dataset.source.pixels(of: 1)[0] == 3)
    try folder.write("c/3.png", [4])
    let one = try place.load()
    #expect(one.classes == 0 && one.labels == [-1])
    #expect(
      one.notes.prefix(2) == [
        "classes b, c have no picture that can be read and are left out",
        "all pictures are of one class, a: no labels",
      ])
  }

  @Test func otherKindsOfPicturesAreCounted() throws {
    let place = Place()
    for value in 1...3 { try place.write("\(value).png", UInt8(value)) }
    let folder = try #require(place.folder)
    for name in ["a.gif", "b.GIF", "c.tiff", "notes.txt"] { try folder.write(name, [1]) }
    let notes = [
      "2 files called .gif are passed over: PNG, JPEG and WebP are read",
      "1 file called .tiff is passed over: PNG, JPEG and WebP are read",
    ]
    #expect(try place.load().notes == notes)
    try folder.write("labels.csv", Array("1.png,a\n2.png,b\n3.png,a".utf8))
    #expect(try place.load().notes == notes)
  }

  @Test func foldersCalledAsSplitsThatAreNone() throws {
    let place = Place()
    try place.write("train/a/1.png", 1)
    try place.write("train/b/2.png", 2)
    try place.write("extra/3.png", 3)
    let dataset = try place.load()
    #expect(dataset.classNames == ["extra", "train"])
    #expect(
      dataset.notes == [
        "train is taken for a class and not for a split: beside it there is extra"
      ])
    try place.write("test/4.png", 4)
    try place.write("zoo/5.png", 5)
    #expect(
      try place.load().notes == [
        "test, train are taken for classes and not for splits: beside them there is extra "
          + "and 1 more"
      ])
    let flat = Place()
    try flat.write("train/1.png", 1)
    try flat.write("2.png", 2)
    #expect(
      try flat.load().notes.last
        == "train is not taken for a split: beside it there is a picture in no folder")
    let alone = Place()
    try alone.write("test/a/1.png", 1)
    try alone.write("test/b/2.png", 2)
    let tested = try alone.load()
    #expect(tested.splits == [.test: 0..<2] && tested.classNames == ["a", "b"])
    #expect(
      tested.notes == ["all pictures are test pictures: there is no folder called train"])
  }

  @Test func labelFilesThatAreNone() throws {
    let place = Place()
    try place.write("1.png", 1)
    let path = try #require(place.folder).path + "/labels.csv"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    #expect(throws: DatasetError.unreadable(path: path, reason: "Is a directory")) {
      try place.load()
    }
    try FileManager.default.removeItem(atPath: path)
    try Data().write(to: URL(fileURLWithPath: path))
    // All zeros and nothing on the disk.
    #expect(truncate(path, off_t(TextFile.largestFile) + 1) == 0)
    #expect {
      try place.load()
    } throws: { error in
      "\(error)".contains("labels.csv: size is more than 67108864 bytes")
    }
  }

  @Test func whatCannotBeReadIsLeftOutAndNamed() throws {
    let place = Place()
    try place.write("a/1.png", 1)
    try place.write("b/2.png", 2)
    let folder = try #require(place.folder)
    try folder.write("a/broken.png", [1, 2, 3])
    try folder.write("b/empty.jpg", [])
    let dataset = try place.load()
    #expect(dataset.labels == [0, 1])
    #expect(dataset.source.pixels(of: 1)[0] == 2)
    #expect(dataset.notes[0] == "2 of 4 pictures cannot be read and are left out")
    #expect(dataset.notes[1].contains("a/broken.png"))
    #expect(dataset.notes[2].contains("b/empty.jpg"))
  }

  @Test func aFolderOfNothingReadableIsRefused() throws {
    let place = Place()
    let folder = try #require(place.folder)
    try folder.write("notes.txt", [1])
    #expect {
      try place.load()
    } throws: { error in
      "\(error)".contains("but 1 called .txt")
    }
    try folder.write("a.png", [1, 2])
    #expect {
      try place.load()
    } throws: { error in
      "\(error)".contains("none of its 1 pictures can be read")
    }
    #expect(try place.cacheFiles == [])
  }

  @Test func theCacheIsUsedAgainAndMadeAnewWhenItMustBe() throws {
    let place = Place()
    try place.write("a/1.png", 1)
    try place.write("b/2.png", 2)
    _ = try place.load()
    let name = try #require(place.cacheFiles.first)
    let path = try #require(place.cache).path + "/iic-tui/" + name
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    // What is in the cache is what is seen: it was not made again.
    bytes[0] = 77
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(try place.load().source.pixels(of: 0)[0] == 77)
    // Unless somebody wants every picture read.
    var anew = try place.options()
    anew.trustsCache = false
    let folder = try #require(place.folder).path
    #expect(try ImageFolderFormat.load(folder: folder, anew).source.pixels(of: 0)[0] == 1)
    // Cut short, or of another version.
    for damaged in [bytes.prefix(bytes.count - 3), bytes.prefix(5), bytes.dropLast() + [0x32]] {
      try Data(damaged).write(to: URL(fileURLWithPath: path))
      #expect(try place.load().source.pixels(of: 0)[0] == 1)
    }
    // A picture that changed makes another cache.
    try place.write("a/1.png", 9, side: 7)
    #expect(try place.load().source.pixels(of: 0)[0] == 9)
    #expect(try place.cacheFiles.count == 2)
  }

  /// What a process that was killed left half written goes; what others write or keep stays.
  @Test func halvesOfACache() throws {
    let place = Place()
    try place.write("a/1.png", 1)
    let caches = try #require(place.cache).path + "/iic-tui"
    try FileManager.default.createDirectory(atPath: caches, withIntermediateDirectories: true)
    let process = try ChildProcess("/bin/sh", ["-c", "exit 0"], environment: [:])
    _ = try process.waitForEnding()
    let dead = process.identifier
    let names = [
      "x-4x1.images.\(dead).partial", "y-4x1.images.\(getpid()).partial", "note.partial", "z",
    ]
    for name in names { try Data([1]).write(to: URL(fileURLWithPath: caches + "/" + name)) }
    _ = try place.load()
    let left = try Set(place.cacheFiles)
    #expect(left.count == 4 && left.isSuperset(of: names.dropFirst()))
  }

  @Test func aCacheThatCannotBeWritten() throws {
    let place = Place()
    try place.write("a/1.png", 1)
    let cache = try #require(place.cache)
    // A file stands where the folder should be.
    try cache.write("iic-tui", [1])
    #expect {
      try place.load()
    } throws: { error in
      "\(error)".contains(
        "/iic-tui: cannot be written: the folder cannot be made: Not a directory; ")
        && "\(error)".contains("$XDG_CACHE_HOME") && !"\(error)".contains("\n")
    }
  }

  /// What the system refuses once is looked at again; what cannot be decoded is not.
  @Test func refusalsAreNotRememberedForEver() throws {
    let place = Place()
    try place.write("good.png", 1)
    let folder = try #require(place.folder)
    let link = folder.path + "/link.png"
    #expect(symlink("link.png", link) == 0)
    let cache = PictureCache(
      key: "key", shape: PictureShape(side: 4, channels: 1),
      pictures: ["good.png", "link.png"].map { PathBytes(folder.path + "/" + $0) },
      environment: try place.options().environment)
    let first = try cache.openOrBuild(threads: 1, progress: { _, _ in }).contents
    #expect(first.skipped.map(\.picture) == [1] && first.skipped[0].isRefused)
    // Still refused: the cache is as good as a new one.
    #expect(cache.open()?.contents == first)
    #expect(unlink(link) == 0)
    try place.write("link.png", 2)
    #expect(cache.open() == nil)
    let second = try cache.openOrBuild(threads: 1, progress: { _, _ in })
    #expect(second.contents.skipped.isEmpty && second.images.pixels(of: 1)[0] == 2)
    try folder.write("link.png", [1, 2])
    let third = try cache.openOrBuild(threads: 1, anew: true, progress: { _, _ in }).contents
    #expect(third.skipped.map(\.isRefused) == [false] && cache.open()?.contents == third)
    // A socket is there and may be read by its mode, and cannot be opened: each time anew.
    try FileManager.default.removeItem(atPath: link)
    guard mknod(link, S_IFSOCK | 0o600, 0) == 0 else { return }
    for anew in [true, false] {
      let socket = try cache.openOrBuild(threads: 1, anew: anew, progress: { _, _ in }).contents
      #expect(socket.skipped.map(\.isRefused) == [true] && cache.open() == nil)
    }
  }
}
