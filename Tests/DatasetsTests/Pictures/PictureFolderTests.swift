import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct PictureFolderTests {
  private func folder(_ files: [String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in files {
      let url = URL(fileURLWithPath: folder.path + "/" + file)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.utf8).write(to: url)
    }
    return folder
  }

  private func names(_ path: String) throws -> [String] {
    try PictureFolder(PathBytes(path)).files.map(\.relativePath.text)
  }

  @Test func foldersBelowAreDescendedInto() throws {
    let folder = try folder([
      "b/2.png", "b/deep/er/1.JPEG", "a/x.webp", "a/10.jpg", "a/9.jpg", "top.PNG", "a.txt",
    ])
    #expect(
      try names(folder.path)
        == ["a/10.jpg", "a/9.jpg", "a/x.webp", "b/2.png", "b/deep/er/1.JPEG", "top.PNG"])
    let walked = try PictureFolder(PathBytes(folder.path + "/"))
    #expect(walked.path(of: walked.files[0]).text == folder.path + "/a/10.jpg")
  }

  @Test func dotFilesAreNoPictures() throws {
    let folder = try folder([
      "._a.png", ".hidden.png", ".git/a.png", "c/.DS_Store", "c/._b.png", "c/b.png",
    ])
    #expect(try names(folder.path) == ["c/b.png"])
  }

  @Test func sizesAndTimes() throws {
    let folder = try folder(["a.png"])
    let time = Date(timeIntervalSince1970: 1_600_000_000.25)
    try FileManager.default.setAttributes(
      [.modificationDate: time], ofItemAtPath: folder.path + "/a.png")
    let file = try #require(try PictureFolder(PathBytes(folder.path)).files.first)
    #expect(file.size == 5)
    #expect(abs(file.modified - 1_600_000_000_250_000_000) < 1000)
    // In the year 2400, which is more nanoseconds than 64 bits hold.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 13_569_465_600)],
      ofItemAtPath: folder.path + "/a.png")
    #expect(try PictureFolder(PathBytes(folder.path)).files.map(\.size) == [5])
  }

  @Test func linksAreFollowedOnce() throws {
    let folder = try folder(["z/real.png", "z/sub/deep.png"])
    let other = try self.folder(["elsewhere.png"])
    func link(_ name: String, to target: String) throws {
      try #require(symlink(target, folder.path + "/" + name) == 0)
    }
    try link("a-loop", to: ".")
    try link("z/up", to: "..")
    try link("z/sub/self", to: "../sub")
    // The folder itself keeps its name, though the link's comes first.
    try link("a-alias", to: "z")
    try link("other", to: other.path)
    try link("file.png", to: "z/real.png")
    try link("gone.png", to: "nowhere")
    try link("endless", to: "endless")
    let walked = try PictureFolder(PathBytes(folder.path))
    #expect(
      walked.files.map(\.relativePath.text)
        == ["file.png", "gone.png", "other/elsewhere.png", "z/real.png", "z/sub/deep.png"])
    #expect(walked.files[1].size == 0 && walked.files[0].size == "z/real.png".utf8.count)
    #expect(walked.problems.isEmpty)
  }

  @Test func namesAreBytes() throws {
    let folder = try TemporaryFolder()
    let root = PathBytes(folder.path)
    let names = [[0x80], [0xfc], [0x61, 0xff]].map { PathBytes($0 + Array(".png".utf8)) }
    for name in names { try writeFile(root.appending(name)) }
    let below = PathBytes([0xe4])
    #expect(root.appending(below).withCString { mkdir($0, 0o700) } == 0)
    try writeFile(root.appending(below).appending(PathBytes("in.png")))
    #expect(
      try PictureFolder(root).files.map(\.relativePath)
        == [names[2], names[0], below.appending(PathBytes("in.png")), names[1]])
  }

  @Test func whatIsThereInstead() throws {
    let folder = try folder(["a.HEIC", "b.heic", "c.txt", "README"])
    let walked = try PictureFolder(PathBytes(folder.path))
    #expect(walked.otherFiles == ["heic": 2, "txt": 1, "": 1])
    #expect(walked.emptiness == "no .png, .jpg, .jpeg or .webp file, but 2 called .heic")
    let empty = try TemporaryFolder()
    #expect(
      try PictureFolder(PathBytes(empty.path)).emptiness == "no .png, .jpg, .jpeg or .webp file")
  }

  @Test func foldersThatCannotBeRead() throws {
    let folder = try folder(["a.png", "locked/b.png"])
    #expect(throws: DatasetError.self) { try PictureFolder(PathBytes(folder.path + "/none")) }
    #expect(throws: DatasetError.self) { try PictureFolder(PathBytes(folder.path + "/a.png")) }
    // The administrator may read everything.
    guard geteuid() != 0 else { return }
    let locked = folder.path + "/locked"
    #expect(chmod(locked, 0) == 0)
    defer { chmod(locked, 0o700) }
    let denied = DatasetError.unreadable(path: locked, reason: "permission denied")
    let walked = try PictureFolder(PathBytes(folder.path))
    #expect(walked.files.map(\.relativePath.text) == ["a.png"] && walked.problems == [denied])
    #expect(throws: denied) { try PictureFolder(PathBytes(locked)) }
  }
}
