import Datasets
import Settings
import Testing

@testable import Sessions

/// References in YAML: a few are a convenience, many may stand for more than any memory holds.
@Suite struct YAMLAliasTests {
  /// Lists of nine references to the list before: 9¹² elements in some hundred letters.
  private static let bomb: String = {
    let levels = (1...12).map { level in
      let references = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      return "a\(level): &a\(level) [\(references)]"
    }
    return (["a0: &a0 x"] + levels).joined(separator: "\n") + "\n"
  }()

  @Test func bombsAreRefused() {
    #expect(YAMLAliases.count(in: Self.bomb) == 108)
    #expect(throws: SettingsError.self) {
      try Experiment(yaml: Self.bomb, name: "own", source: "own.yaml")
    }
    do throws(SettingsError) {
      _ = try YAMLTree.members(of: Self.bomb + "? [*a12]\n: x\n", source: "own.yaml")
      Issue.record("accepted")
    } catch {
      #expect("\(error)" == "own.yaml: refers to anchors 109 times, expected at most 16")
    }
    do throws(DatasetError) {
      _ = try ClassMap(yaml: Self.bomb, source: "classes.yaml")
      Issue.record("accepted")
    } catch {
      #expect(
        "\(error)"
          == "classes.yaml: the number of references to anchors is 108, expected at most 16")
    }
  }

  @Test func aFewAreTaken() throws {
    let text = "variants:\n  a: &s {settings: {network: {width: 8}}}\n  b: *s\n"
    let experiment = try Experiment(yaml: text, name: "own", source: "own.yaml")
    #expect(experiment.variants.map(\.name) == ["a", "b"])
    #expect(experiment.variants[0].settings == experiment.variants[1].settings)
  }

  @Test(arguments: [
    ("", 0), ("a: 2 * 3 & 4", 0), ("a: *b", 0), ("a: &b 1\nc: *b\nd: [*b,*b]", 3),
    ("a: &b 1\nc: *bb", 0), ("a: &", 0),
  ])
  func counts(_ yaml: String, _ count: Int) {
    #expect(YAMLAliases.count(in: yaml) == count)
  }
}
