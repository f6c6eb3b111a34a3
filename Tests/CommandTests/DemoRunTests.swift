import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// The recorded run that comes with the program.
  @Suite struct DemoRun {
    @Test func isThereToAskWithoutARunOfOnesOwn() throws {
      let workspace = try Workspace()
      let picture = workspace.url.appendingPathComponent("one.png")
      // A white stroke on black, as the digits are.
      let size = 28
      let pixels: [UInt8] = (0..<size * size).map { place in
        let (x, y) = (place % size, place / size)
        return (13...15).contains(x) && (5...22).contains(y) ? 255 : 0
      }
      try writePNG(pixels, to: picture)
      let predicted = try workspace.run(
        ["predict", "demo", picture.path, "--json"] + workspace.inRuns)
      #expect(predicted.ending == .exited(0), "\(predicted.error)")
      #expect(try predicted.objects().first?["class"] as? String == "1")
      let tree = try workspace.run(["clusters", "demo", "tree"] + workspace.inRuns)
      #expect(tree.ending == .exited(0), "\(tree.error)")
      #expect(tree.output.contains("10 classes stand out"))
      // A picture at each leaf: where the recorded samples have none, from the data.
      let file = workspace.url.appendingPathComponent("tree.svg")
      let drawn = try workspace.run(
        ["clusters", "demo", "tree", "--svg", file.path] + workspace.inRuns)
      #expect(drawn.ending == .exited(0) && drawn.error == "", "\(drawn.error)")
      #expect(try XMLDocumentCheck(contentsOf: file).elements["image"] == 24)
    }

    @Test func isNotWritten() throws {
      let workspace = try Workspace()
      let named = try workspace.run(
        ["clusters", "demo", "name", "B", "3", "threes"] + workspace.inRuns)
      #expect(named.ending == .exited(1))
      #expect(named.error.contains("comes with the program stays as it is"))
    }
  }
}
