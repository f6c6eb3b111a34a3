import Testing
import Training

@testable import iic_tui

/// Which settings `runs compare` names.
@Suite struct CompareTests {
  private func differences(_ texts: [String]) throws -> [String] {
    let runs = try texts.map { try Configuration(recorded: $0, source: "test") }
    return RunsCommand.Compare.differences(runs).map {
      "\($0.key): \($0.values.joined(separator: " | "))"
    }
  }

  @Test func sameLinesInOtherPlacesDiffer() throws {
    let first = "heads:\n  A:\n    epochs: 1\n  B:\n    epochs: 2\n"
    let second = "heads:\n  A:\n    epochs: 2\n  B:\n    epochs: 1\n"
    #expect(
      try differences([first, second]) == ["heads.A.epochs: 1 | 2", "heads.B.epochs: 2 | 1"])
    #expect(try differences([first, first]) == [])
  }

  /// What a text leaves out has its default; lists and texts are compared whole.
  @Test func everyKindOfSetting() throws {
    let texts = [
      "training:\n  seed: 7\n", "training:\n  epochs: 30\n  seed: 7\n",
      "data: 'a b'\ntransform:\n  transformed_crops: [16, 20]\ntraining:\n  seed: 7\n",
    ]
    #expect(
      try differences(texts) == [
        #"data: "" | "" | "a b""#,
        "transform.transformed_crops: [16, 20, 24] | [16, 20, 24] | [16, 20]",
      ])
  }
}
