import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// `datasets check`: what lies in a folder, counted.
  @Suite struct DatasetsCheck {
    private func check(
      _ workspace: Workspace, _ arguments: String...
    ) throws -> Workspace.Result {
      try workspace.run(["datasets", "check"] + arguments)
    }

    @Test func countsClassesBySplit() throws {
      let workspace = try Workspace()
      let result = try check(workspace, workspace.data.path)
      #expect(result.ending == .exited(0) && result.error == "")
      let lines = result.output.split(separator: "\n").map(String.init)
      #expect(lines[0].hasPrefix("\(workspace.data.path): idx, grey images"))
      #expect(lines[1] == "130 images of 28×28 pixels, 1 channel, 10 classes")
      #expect(lines[2] == "class  train  test")
      #expect(lines.dropFirst(3).dropLast() == (0..<10).map { "\($0)         12     1" }[...])
      #expect(lines.last == "all      120    10")

      let json = try check(workspace, workspace.data.path, "--dataset", "mnist", "--json")
      let objects = try json.objects()
      try #require(objects.count == 1)
      let object = objects[0]
      #expect(object["dataset"] as? String == "mnist" && object["images"] as? Int == 130)
      #expect(object["width"] as? Int == 28 && object["channels"] as? Int == 1)
      #expect(object["splits"] as? [String: Int] == ["train": 120, "test": 10])
      let classes = try #require(object["classes"] as? [[String: Any]])
      #expect(classes.compactMap { $0["name"] as? String } == (0..<10).map(String.init))
      #expect(
        classes.allSatisfy { $0["images"] as? [String: Int] == ["train": 12, "test": 1] })
    }

    @Test func aFolderOfPicturesSaysWhatItSkipped() throws {
      let workspace = try Workspace()
      let folder = workspace.url.appendingPathComponent("photos")
      for (name, value) in [("cat/1", 10), ("cat/2", 20), ("dog/1", 30)] {
        var pixels = [UInt8](repeating: UInt8(value), count: 12 * 9)
        if value > 10 { pixels[50] = 255 }
        try writePNG(pixels, side: 12, height: 9, to: folder.appendingPathComponent(name + ".png"))
      }
      let broken = folder.appendingPathComponent("dog/broken.jpg")
      try Data("no picture".utf8).write(to: broken)
      let result = try check(workspace, folder.path)
      #expect(result.ending == .exited(0) && result.error == "", "\(result.error)")
      let lines = result.output.split(separator: "\n").map(String.init)
      #expect(lines[0].hasPrefix("\(folder.path): image-folder, "))
      #expect(lines[1] == "3 images of 64×64 pixels, 3 channels, 2 classes")
      #expect(lines[2] == "1 image has one colour all over")
      #expect(lines[3] == "1 of 4 pictures cannot be read and are left out")
      #expect(lines[4].hasPrefix("\(broken.path): content is text"))
      #expect(
        lines[5]
          == "--preset segmentation-folder takes these pictures too, to find regions in them")
      #expect(
        Array(lines[6...]) == ["class  train", "cat        2", "dog        1", "all        3"])
    }

    @Test func whatIsNotReadable() throws {
      let workspace = try Workspace()
      for (arguments, expected) in [
        ([workspace.url.path + "/none"], "/none: cannot be read: No such file or directory"),
        ([workspace.url.path], "it is no data set that is known here"),
        ([workspace.data.path, "--dataset", "cifar10"], "data set cifar10: "),
        ([workspace.data.path, "--dataset", "digits"], "data set digits comes with the program"),
      ] {
        let result = try workspace.run(["datasets", "check"] + arguments)
        #expect(result.ending == .exited(1) && result.output == "")
        #expect(result.error.hasPrefix("iic-tui: ") && result.error.contains(expected))
        #expect(result.error.count(where: { $0 == "\n" }) == 1)
      }
    }
  }
}
