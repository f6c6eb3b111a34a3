import Datasets
import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// Runs that cluster pixels, from a folder of pictures and masks to maps of other pictures.
  @Suite struct SegmentationCommands {
    /// Pictures of different sizes, dark above and light below, with masks and the meaning of their
    /// values.
    private func writePictures(to folder: URL, count: Int = 8, masks: Bool = true) throws {
      for part in ["images", "labels"] where masks || part == "images" {
        try FileManager.default.createDirectory(
          at: folder.appendingPathComponent(part), withIntermediateDirectories: true)
      }
      for image in 0..<count {
        let (width, height) = (24 + 3 * (image % 3), 20 + 2 * (image % 4))
        var (pixels, labels): ([UInt8], [UInt8]) = ([], [])
        for y in 0..<height {
          for x in 0..<width {
            let isLight = y > height / 2
            let value = (isLight ? 190 : 40) + (3 * x + 5 * y + image) % 30
            pixels += [UInt8(value), UInt8(value / 2), UInt8(255 - value)]
            labels.append(y == 0 ? 2 : isLight ? 1 : 0)
          }
        }
        let picture = Picture(width: width, height: height, channels: 3, pixels: pixels)
        let file = folder.appendingPathComponent("images/p\(image).png")
        try Data(picture.pngBytes(path: file.path)).write(to: file)
        guard masks else { continue }
        let mask = Picture(width: width, height: height, channels: 1, pixels: labels)
        let maskFile = folder.appendingPathComponent("labels/p\(image).png")
        try Data(
          mask.pngBytes(path: maskFile.path, colors: [(0, 0, 0), (9, 9, 9), (200, 0, 0)])
        ).write(to: maskFile)
      }
      guard masks else { return }
      try Data("classes: [dark, light]\nmap: {0: dark, 1: light}\nmasked: [2]\n".utf8)
        .write(to: folder.appendingPathComponent("classes.yaml"))
    }

    private let small = [
      "--set", "network.width=2", "--set", "transform.input_size=16", "--set",
      "training.batch_pairs=12", "--set", "training.sample_repeats=3", "--set",
      "segmentation.displacement=2", "--set", "heads.A.clusters=4", "--set", "heads.A.sub_heads=2",
      "--set", "heads.B.sub_heads=2", "--set", "pictures.longest=0", "--threads", "2",
    ]

    private func train(
      _ workspace: Workspace, _ data: URL, _ arguments: [String]
    ) throws -> Workspace.Result {
      try workspace.run(
        [
          "train", "--preset", "segmentation-folder", "--data", data.path, "--json", "--name",
          "one",
        ] + small + arguments + workspace.inRuns)
    }

    @Test func fromAFolderWithMasksToMaps() throws {
      let workspace = try Workspace()
      let data = workspace.url.appendingPathComponent("data")
      try writePictures(to: data)
      let run = try train(workspace, data, ["--set", "heads.B.clusters=2", "--steps", "3"])
      #expect(run.ending == .exited(0), "\(run.error)")
      let last = try #require(run.objects().last { $0["event"] as? String == "evaluation" })
      #expect((last["mean"] as? Double).map { (0...1).contains($0) } == true)
      let evaluated = try workspace.run(["evaluate", "one", "--json"] + workspace.inRuns).objects()
      #expect(evaluated.first?["mean"] as? Double == last["mean"] as? Double)
      let names = try workspace.run(
        ["clusters", "one", "name", "B", "0", "night"] + workspace.inRuns)
      #expect(names.ending == .exited(0), "\(names.error)")
      // Shares are those of pixels; a sheet counts the pictures with a segment.
      let clusters = try workspace.run(["clusters", "one"] + workspace.inRuns)
      #expect(clusters.output.contains("\ncluster  name   class"), "\(clusters.output)")
      let sheet = try workspace.run(
        ["clusters", "one", "sheet", workspace.url.appendingPathComponent("sheet.png").path]
          + workspace.inRuns)
      #expect(sheet.output.contains("pictures") && !sheet.output.contains("images"))

      let out = workspace.url.appendingPathComponent("maps")
      let predict =
        ["predict", "one", data.appendingPathComponent("images").path] + workspace.inRuns
      let result = try workspace.run(predict + ["--out", out.path, "--json"])
      #expect(result.ending == .exited(0), "\(result.error)")
      let lines = try result.objects()
      #expect(lines.count == 8)
      for line in lines {
        let map = try #require(line["map"] as? String)
        let shares = try #require(line["shares"] as? [Double])
        #expect(shares.count == 2 && abs(shares.reduce(0, +) - 1) < 1e-9)
        #expect((line["labels"] as? [String])?.contains("night") == true)
        let original = try PictureFile.decode(path: try #require(line["path"] as? String)).picture
        let written = try PictureFile.decode(path: map).picture
        #expect(written.width == original.width && written.height == original.height)
        let overlay = try PictureFile.decode(path: try #require(line["overlay"] as? String)).picture
        #expect(overlay.width == original.width)
      }
      // Nothing is replaced.
      let again = try workspace.run(predict + ["--out", out.path])
      #expect(again.ending == .exited(1) && again.error.contains("is there already"))
      // Two pictures whose names differ in their endings alone, and a map that is called so.
      let more = workspace.url.appendingPathComponent("more")
      try FileManager.default.createDirectory(at: more, withIntermediateDirectories: false)
      for name in ["x-overlay.png", "x.PNG", "x.png"] {
        try FileManager.default.copyItem(
          at: data.appendingPathComponent("images/p1.png"), to: more.appendingPathComponent(name))
      }
      let others = workspace.url.appendingPathComponent("others")
      let alike = try workspace.run(
        ["predict", "one", more.path, "--out", others.path] + workspace.inRuns)
      #expect(alike.ending == .exited(0), "\(alike.error)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: others.path).count == 6)
      // Among the run's own pictures they would be pictures the next time.
      for inside in [data.path, data.path + "/maps", data.path + "/images/../new"] {
        expectOneLine(
          try workspace.run(predict + ["--out", inside]), ["is in the folder of the run's pictures"]
        )
      }
      let own = data.appendingPathComponent("images/p0.png")
      let photograph = try Data(contentsOf: own)
      expectOneLine(
        try workspace.run(["clusters", "one", "sheet", own.path] + workspace.inRuns),
        ["is in the folder of the run's pictures"])
      #expect(try Data(contentsOf: own) == photograph)
      expectOneLine(
        try workspace.run(["evaluate", "one", "--labels", "10%"] + workspace.inRuns),
        ["--labels is for runs that cluster whole images"])
      let without = try workspace.run(predict)
      #expect(without.ending == .exited(1) && without.error.contains("--out names the folder"))

      let frame = workspace.url.appendingPathComponent("frame.txt")
      let export = try workspace.run(["export", "one", "--frame", frame.path] + workspace.inRuns)
      #expect(export.ending == .exited(0), "\(export.error)")
      #expect(try String(contentsOf: frame, encoding: .utf8).contains("night"))
      let assignments = try workspace.run(["clusters", "one", "assignments"] + workspace.inRuns)
      expectOneLine(assignments, ["clusters pixels"])
      let resumed = try workspace.run(
        ["train", "--resume", "one", "--steps", "4", "--json"] + workspace.inRuns)
      #expect(resumed.ending == .exited(0), "\(resumed.error)")
    }

    @Test func picturesWithoutMasks() throws {
      let workspace = try Workspace()
      let data = workspace.url.appendingPathComponent("photos")
      try writePictures(to: data, masks: false)
      let run = try train(workspace, data, ["--steps", "2"])
      #expect(run.ending == .exited(0), "\(run.error)")
      let last = try #require(run.objects().last { $0["event"] as? String == "evaluation" })
      #expect(last["mean"] == nil && last["sub_heads"] != nil)
      let shown = try workspace.run(["runs", "show", "one"] + workspace.inRuns)
      #expect(shown.ending == .exited(0), "\(shown.error)")
    }

    /// Fewer than a batch of the preset's.
    @Test func aFewPictures() throws {
      let workspace = try Workspace()
      let data = workspace.url.appendingPathComponent("few")
      try writePictures(to: data, count: 5, masks: false)
      for preset in ["segmentation-folder", "folder"] {
        let run = try workspace.run(
          [
            "train", "--preset", preset, "--data", data.path, "--headless", "--steps", "1",
            "--name", preset, "--set", "network.width=2", "--set", "transform.input_size=16",
            "--set", "heads.A.clusters=4", "--threads", "2",
          ] + workspace.inRuns)
        #expect(run.ending == .exited(0), "\(run.error)")
        #expect(run.error.contains("5 images are less than a batch of the preset's"))
      }
    }

    /// What has a fault is left out, in a line that training, its log and the check all have.
    @Test func whatIsLeftOut() throws {
      let workspace = try Workspace()
      let data = workspace.url.appendingPathComponent("pictures")
      try writePictures(to: data)
      // A mask of another size, and none.
      let mask = Picture(width: 3, height: 3, channels: 1, pixels: Array(repeating: 0, count: 9))
      let file = data.appendingPathComponent("labels/p3.png")
      try Data(mask.pngBytes(path: file.path)).write(to: file)
      try FileManager.default.removeItem(at: data.appendingPathComponent("labels/p5.png"))
      let run = try train(workspace, data, ["--steps", "1"])
      #expect(run.ending == .exited(0), "\(run.error)")
      let log = try String(
        contentsOf: workspace.url.appendingPathComponent("runs/one/run.log"), encoding: .utf8)
      let check = try workspace.run(["datasets", "check", data.path])
      #expect(check.ending == .exited(0), "\(check.error)")
      let lines = [
        "1 of 8 pictures has a label picture of another size and is left out: images/p3.png; "
          + "\(file.path): size is 3×3, expected 24×26 as ",
        "1 of 8 pictures has no label picture and is left out: images/p5.png\n",
      ]
      for line in lines {
        #expect(run.error.contains("iic-tui: " + line), "\(run.error)")
        #expect(log.contains("Z  " + line), "\(log)")
        #expect(check.output.contains("\n" + line), "\(check.output)")
      }
      #expect(check.output.contains("6 images of 24×20 to 30×24 pixels, 3 channels"))
    }

    /// One pixel of each picture has a class.
    @Test func hardlyAnyPixelCounts() throws {
      let workspace = try Workspace()
      let data = workspace.url.appendingPathComponent("pictures")
      try writePictures(to: data)
      var pixels = 0
      for image in 0..<8 {
        let (width, height) = (24 + 3 * (image % 3), 20 + 2 * (image % 4))
        var labels = [UInt8](repeating: 2, count: width * height)
        labels[image] = UInt8(image % 2)
        let file = data.appendingPathComponent("labels/p\(image).png")
        let mask = Picture(width: width, height: height, channels: 1, pixels: labels)
        try Data(mask.pngBytes(path: file.path)).write(to: file)
        pixels += width * height
      }
      let run = try train(workspace, data, ["--steps", "1"])
      #expect(run.ending == .exited(0), "\(run.error)")
      #expect(run.error.contains("iic-tui: 8 of \(pixels) pixels have a class: "), "\(run.error)")
    }

    @Test func whatCannotBeClustered() throws {
      let workspace = try Workspace()
      let data = workspace.url.appendingPathComponent("pictures")
      try writePictures(to: data)
      try Data("classes: [dark]\nmap: {0: dark}\n".utf8)
        .write(to: data.appendingPathComponent("classes.yaml"))
      expectOneLine(
        try train(workspace, data, ["--steps", "1"]),
        ["none of its 8 pictures", ".png", "classes.yaml"])
      expectOneLine(
        try train(workspace, workspace.url.appendingPathComponent("nowhere"), []), ["nowhere"])
      try FileManager.default.removeItem(at: data.appendingPathComponent("images"))
      expectOneLine(
        try workspace.run(["datasets", "check", data.path]),
        ["there is no images/; expected pictures in images/ and label pictures (PNG)"])
    }
  }
}
