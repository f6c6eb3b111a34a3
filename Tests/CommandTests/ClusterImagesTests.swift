import Datasets
import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// A clustering taken away: assignments, a contact sheet, sorted folders.
  @Suite struct ClusterImages {
    /// A run called `one` on a folder of pictures, two of them of one name, `pictures`.
    private static func withPictures() throws -> (workspace: Workspace, pictures: URL) {
      let workspace = try Workspace()
      let pictures = workspace.url.appendingPathComponent("pictures")
      let digits = SyntheticDigits(count: 40)
      for image in 0..<40 {
        let name = image < 2 ? "\(image)/same.png" : "\(image % 2)/\(100 + image).png"
        try writePNG(
          Array(digits.pixels[image * 784..<(image + 1) * 784]),
          to: pictures.appendingPathComponent(name))
      }
      let settings = [
        "network.kind=net6c", "network.width=2", "heads.A.clusters=12", "heads.A.sub_heads=2",
        "heads.B.clusters=3", "heads.B.sub_heads=2", "training.sample_repeats=2",
        "training.batch_pairs=20", "transform.input_size=8", "evaluation.samples=4",
      ]
      let result = try workspace.run(
        [
          "train", "--data", pictures.path, "--headless",
          "--steps", "2", "--name", "one", "--seed", "3",
        ] + workspace.inRuns
          + settings.flatMap { ["--set", $0] })
      try #require(result.ending == .exited(0), "\(result.error)")
      return (workspace, pictures)
    }

    private func clusters(_ workspace: Workspace, _ arguments: [String]) throws -> Workspace.Result
    {
      try workspace.run(["clusters", "one"] + arguments + workspace.inRuns)
    }

    @Test func assignmentsAgreeWithTheEvaluation() throws {
      let workspace = try Workspace.withRun()
      _ = try clusters(workspace, ["name", "B", "0", "null, zero", "--sub-head", "2"])
      let result = try clusters(workspace, ["assignments", "--json", "--sub-head", "2"])
      #expect(result.ending == .exited(0), "\(result.error)")
      let rows = try result.objects()
      let splits = rows.compactMap { $0["split"] as? String }
      let indices = rows.compactMap { $0["index"] as? Int }
      let training = splits.count { $0 == "train" }
      #expect(splits == splits.sorted { $0 > $1 } && training > 0 && training < splits.count)
      #expect(indices == Array(0..<training) + Array(0..<splits.count - training))
      #expect(rows.allSatisfy { $0["sub_head"] as? Int == 2 && $0["path"] == nil })
      let found = rows.compactMap { $0["cluster"] as? Int }
      #expect(found.count == rows.count)
      for row in rows {
        let cluster = try #require(row["cluster"] as? Int)
        let probability = try #require(row["probability"] as? Double)
        #expect(probability >= 0.1 && probability <= 1)
        if cluster == 0 { #expect(row["name"] as? String == "null, zero") }
      }
      // The shares that the run's own evaluation measured.
      let shown = try clusters(workspace, ["show", "--json", "--sub-head", "2"]).objects()
      for (cluster, row) in shown.enumerated() {
        let share = try #require(row["share"] as? Double)
        let counted = Double(found.count { $0 == cluster }) / Double(found.count)
        #expect(abs(share - counted) < 1e-6)
      }

      // All sub-heads, as a table, into a file.
      let file = workspace.url.appendingPathComponent("all.csv")
      let written = try clusters(
        workspace, ["assignments", "--sub-heads", "--output", file.path])
      #expect(written.output == "wrote \(file.path)\n")
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      #expect(lines[0] == "split,index,sub_head,cluster,name,probability")
      #expect(lines.count == 1 + 2 * rows.count)
      let second = lines.filter { $0.split(separator: ",")[2] == "2" }
      #expect(second.compactMap { Int($0.split(separator: ",")[3]) } == found)
      let quoted = lines.contains { $0.contains(",0,\"null, zero\",") }
      #expect(quoted == found.contains(0))
    }

    @Test func assignmentsOfPicturesAndOfOtherData() throws {
      let (workspace, pictures) = try Self.withPictures()
      let result = try clusters(workspace, ["assignments"])
      #expect(result.ending == .exited(0), "\(result.error)")
      let lines = result.output.split(separator: "\n")
      #expect(lines[0] == "path,sub_head,cluster,name,probability" && lines.count == 41)
      #expect(lines[1].hasPrefix("\(pictures.path)/0/100.png,") || lines[1].contains("/0/"))
      let other = workspace.url.appendingPathComponent("other")
      try writePNG(
        Array(SyntheticDigits(count: 1).pixels.prefix(784)),
        to: other.appendingPathComponent("only.png"))
      let one = try clusters(
        workspace, ["assignments", "--data", other.path, "--json", "--data-changed"])
      #expect(one.ending == .exited(0), "\(one.error)")
      let row = try #require(one.objects().first)
      #expect(row["path"] as? String == "\(other.path)/only.png")
    }

    @Test func refusals() throws {
      let workspace = try Workspace.withRun()
      for arguments in [
        ["assignments", "--sub-heads", "--sub-head", "1"], ["assignments", "--csv", "--json"],
        ["sheet"], ["sheet", "x.jpg"], ["sheet", "x.png", "--columns", "0"], ["sort"],
      ] {
        #expect(try clusters(workspace, arguments).ending == .exited(2), "\(arguments)")
      }
      expectOneLine(
        try clusters(workspace, ["sort", workspace.url.path + "/sorted"]),
        ["one: its images are not files of their own", "clusters one assignments", "sheet"])
      expectOneLine(
        try clusters(workspace, ["assignments", "--output", "/nowhere/x.csv"]),
        ["/nowhere/x.csv: cannot write: No such file"])
      expectOneLine(
        try clusters(workspace, ["sheet", "/nowhere/x.png"]),
        ["/nowhere/x.png: cannot write: No such file"])
      let file = workspace.url.appendingPathComponent("small.csv")
      let full = try workspace.run(
        ["clusters", "one", "assignments", "--output", file.path] + workspace.inRuns,
        largestFile: 1)
      expectOneLine(full, ["small.csv: cannot write: "])
      let left = try FileManager.default.contentsOfDirectory(atPath: workspace.url.path)
      #expect(!left.contains { $0.contains("small.csv") || $0.contains("sorted") }, "\(left)")
    }

    @Test func aSheet() throws {
      let workspace = try Workspace.withRun()
      _ = try clusters(workspace, ["name", "B", "3", "cats 猫", "--sub-head", "1"])
      let file = workspace.url.appendingPathComponent("sheet.png")
      let result = try clusters(
        workspace, ["sheet", file.path, "--columns", "4", "--sub-head", "1"])
      #expect(result.ending == .exited(0), "\(result.error)")
      #expect(result.output.hasPrefix("wrote \(file.path)\n"))
      let row = try #require(result.output.split(separator: "\n").first { $0.contains("cats 猫") })
      #expect(row.contains("3: cats 猫"))
      let (picture, warnings) = try PictureFile.decode(path: PathBytes(file.path))
      #expect(warnings.isEmpty && picture.channels == 3)
      // 28 × 28 pixels twice as large, eight of them across.
      let bright = stride(from: 0, to: picture.pixels.count, by: 3).count {
        picture.pixels[$0] == 240
      }
      #expect(picture.width == 2 * 8 + 8 * 58 - 4 + 16 && bright > 100)
      // A heading over each half.
      let headings = (0..<picture.width).filter { x in
        (8..<22).contains { y in picture.pixels[3 * (y * picture.width + x)] == 150 }
      }
      #expect(headings.contains { $0 < 236 } && headings.contains { $0 > 256 })
    }

    private func files(in folder: URL) throws -> [String: [String]] {
      var result: [String: [String]] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
        result[name] = try FileManager.default.contentsOfDirectory(
          atPath: folder.appendingPathComponent(name).path
        ).sorted()
      }
      return result
    }

    /// By the sub-head that is shown; a folder that has something in it is refused there too.
    @Test func sortedFromTheScreen() throws {
      let (workspace, _) = try Self.withPictures()
      let terminal = try PseudoTerminal(columns: 120, rows: 30)
      let child = try workspace.start(
        ["replay", "one"] + workspace.inRuns, variables: ["TERM": "xterm-256color"],
        terminal: terminal)
      try child.wait(for: "the dashboard") { $0.text.contains("loss") }
      terminal.type(".2s")
      try child.wait(for: "the question") { $0.text.contains("by B2 into the folder") }
      terminal.type("~/by cluster\r")
      try child.wait(for: "the answer") { $0.text.contains("linked into") }
      let folder = workspace.url.appendingPathComponent("by cluster")
      let sorted = try files(in: folder)
      #expect(sorted.values.joined().count == 40)
      let other = workspace.url.appendingPathComponent("other")
      let result = try clusters(workspace, ["sort", other.path, "--sub-head", "2"])
      #expect(result.ending == .exited(0), "\(result.error)")
      #expect(try files(in: other) == sorted)
      terminal.type("s~/by cluster\r")
      try child.wait(for: "the refusal") { $0.text.contains("is not empty") }
      terminal.type("q")
      #expect(try child.waitForEnding() == .exited(0))
      #expect(child.errorText == "")
    }

    @Test(arguments: [false, true]) func sorted(copies: Bool) throws {
      let (workspace, pictures) = try Self.withPictures()
      for cluster in 0..<3 {
        _ = try clusters(workspace, ["name", "B", "\(cluster)", "../my/cats", "--sub-head", "1"])
      }
      let before = try Set(
        FileManager.default.subpathsOfDirectory(atPath: pictures.path))
      let folder = workspace.url.appendingPathComponent("sorted")
      let result = try clusters(
        workspace, ["sort", folder.path, "--sub-head", "1"] + (copies ? ["--copy"] : []))
      #expect(result.ending == .exited(0), "\(result.error)")
      let sorted = try files(in: folder)
      // Three clusters of one name are three folders.
      #expect(sorted.keys.allSatisfy { $0.hasPrefix("__my_cats-cluster-") }, "\(sorted.keys)")
      let names = sorted.values.joined().sorted()
      #expect(names.count == 40)

      // Each where `assignments` says, with what its picture holds.
      let rows = try clusters(workspace, ["assignments", "--json", "--sub-head", "1"]).objects()
      for row in rows {
        let path = try #require(row["path"] as? String)
        let cluster = try #require(row["cluster"] as? Int)
        let own = folder.appendingPathComponent("__my_cats-cluster-\(cluster)")
        let name = URL(fileURLWithPath: path).lastPathComponent
        let candidates = try FileManager.default.contentsOfDirectory(atPath: own.path)
          .filter { $0 == name || $0 == "same-2.png" && name == "same.png" }
        let original = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(
          try candidates.contains {
            try Data(contentsOf: own.appendingPathComponent($0)) == original
          }, "\(path)")
        for candidate in candidates {
          let link = try? FileManager.default.destinationOfSymbolicLink(
            atPath: own.appendingPathComponent(candidate).path)
          #expect((link == nil) == copies)
          if let link { #expect(link.hasPrefix("/")) }
        }
      }
      #expect(
        try Set(FileManager.default.subpathsOfDirectory(atPath: pictures.path)) == before)

      // Never over what is there.
      expectOneLine(
        try clusters(workspace, ["sort", folder.path]),
        ["sorted: is not empty, expected a new or an empty folder"])
      #expect(try files(in: folder) == sorted)
      let left = try FileManager.default.contentsOfDirectory(atPath: workspace.url.path)
      #expect(!left.contains { $0.hasSuffix(".partial") })
    }

    @Test func foldersThatAreNot() throws {
      let (workspace, pictures) = try Self.withPictures()
      let link = workspace.url.appendingPathComponent("link")
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: pictures)
      let empty = workspace.url.appendingPathComponent("empty")
      try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
      let file = workspace.url.appendingPathComponent("file")
      try Data("x".utf8).write(to: file)
      let before = try Set(FileManager.default.subpathsOfDirectory(atPath: workspace.url.path))
      for (folder, expected) in [
        (pictures.path, "is not empty"),
        (pictures.path + "/new", "is in the data folder"),
        (pictures.path + "/0/new", "is in the data folder"),
        (link.path + "/new", "is in the data folder"),
        (workspace.url.path, "is not empty"),
        (file.path, "is a file, expected a new or an empty folder"),
        (file.path + "/new", "is in a file, expected a new or an empty folder"),
        (workspace.url.path + "/no/new", "the folder above it: No such file or directory"),
        ("/proc/new", "cannot make it"),
      ] {
        expectOneLine(try clusters(workspace, ["sort", folder]), [expected])
      }
      // A copy that finds no room leaves nothing.
      let full = try workspace.run(
        ["clusters", "one", "sort", empty.path, "--copy"] + workspace.inRuns, largestFile: 0)
      expectOneLine(full, ["cannot write in it"])
      #expect(
        try Set(FileManager.default.subpathsOfDirectory(atPath: workspace.url.path)) == before)
      let filled = try clusters(workspace, ["sort", empty.path])
      #expect(filled.ending == .exited(0), "\(filled.error)")
      #expect(try files(in: empty).values.joined().count == 40)
    }
  }
}
