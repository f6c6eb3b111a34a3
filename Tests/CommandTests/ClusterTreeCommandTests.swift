import Foundation
import TestSupport
import Testing

extension CommandTests {
  /// `clusters RUN tree` of a run that the program has trained.
  @Suite struct ClusterTreeCommand {
    @Test func asTextAsJSONAndAsAPicture() throws {
      let workspace = try Workspace()
      let trained = try workspace.run(
        workspace.smallTraining + ["--headless", "--epochs", "2", "--name", "one"])
      #expect(trained.ending == .exited(0), "\(trained.error)")
      func tree(_ arguments: String...) throws -> Workspace.Result {
        try workspace.run(["clusters", "one", "tree"] + arguments + workspace.inRuns)
      }
      let text = try tree("--leaves", "5")
      #expect(text.ending == .exited(0), "\(text.error)")
      #expect(text.output.hasPrefix("one: head A, sub-head "))
      let lines = text.output.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines[1].contains("classes") || lines[1].contains("no number of classes"))
      #expect(lines[2...6].allSatisfy { $0.contains("%") })

      let object = try #require(tree("--json", "--sub-head", "2").objects().first)
      #expect(object["head"] as? String == "A" && object["sub_head"] as? Int == 2)
      let clusters = try #require(object["clusters"] as? Int)
      let merges = try #require(object["merges"] as? [[String: Any]])
      #expect(merges.count < clusters && merges.count > 1)
      #expect((object["merge_costs"] as? [Double])?.isEmpty == false)

      let file = workspace.runs.deletingLastPathComponent()
        .appendingPathComponent("tree.svg")
      let drawn = try tree("--svg", file.path)
      #expect(drawn.ending == .exited(0), "\(drawn.error)")
      let svg = try XMLDocumentCheck(contentsOf: file)
      #expect(svg.elements["path"] == 2 * min(merges.count, 23))
      #expect(svg.elements["text"] == min(merges.count, 23) + 1 + 3)

      for (arguments, problem) in [
        (["--sub-head", "9"], "--sub-head is 9, expected 1…"),
        (["--leaves", "1"], "--leaves is 1, expected 2 to 1000"),
        (["--svg", "tree.png"], "expected a name that ends in .svg"),
      ] {
        let refused = try workspace.run(
          ["clusters", "one", "tree"] + arguments + workspace.inRuns)
        #expect(refused.ending != .exited(0))
        #expect(refused.error.contains(problem), "\(refused.error)")
      }
    }
  }
}

/// Counts the elements of an XML file by name. Throws if it is not well-formed.
struct XMLDocumentCheck {
  var elements: [String: Int] = [:]

  init(contentsOf url: URL) throws {
    let text = try String(contentsOf: url, encoding: .utf8)
    var open: [String] = []
    for match in text.matches(of: /<(\/?)([a-z]+)[^>]*?(\/?)>/) {
      let name = String(match.2)
      if match.1.isEmpty {
        elements[name, default: 0] += 1
        if match.3.isEmpty { open.append(name) }
      } else {
        #expect(open.popLast() == name)
      }
    }
    #expect(open.isEmpty)
  }
}
