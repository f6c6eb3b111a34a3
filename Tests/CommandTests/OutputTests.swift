import Foundation
import Snapshots
import Testing

@testable import iic_tui

/// Tables and JSON lines.
@Suite struct OutputTests {
  /// Chinese takes two columns, an accent none of its own, and an escape sequence moves nothing.
  @Test func tablesLineUpOnTheTerminal() {
    var table = TextTable(["class", "n"], alignRight: [false, true])
    table.add(["漢字漢字", "1"])
    table.add(["e\u{301}te\u{301}", "12"])
    table.add(["a\u{1B}[2Jb", "3"])
    let lines = [
      "class      n", "漢字漢字   1", "e\u{301}te\u{301}       12", "a·[2Jb     3",
    ]
    #expect(table.text == lines.map { $0 + "\n" }.joined())
  }

  /// Of images without labels no column speaks of classes.
  @Test func aTableOfAnEvaluation() {
    let scores = ClassScores(
      accuracy: 0.5, nmi: 0.25, ari: 0.125, oneToOneAccuracy: 0.5, manyToOneAccuracy: 0.75,
      classOfCluster: [0, 1], contingency: [1, 1, 1, 1])
    let labelled = Format.table(evaluation(loss: -0.5, scores: scores)).split(separator: "\n")
    #expect(
      labelled[0]
        == "head  sub-head    loss  I(z,z')  accuracy  1 to 1  many to 1    NMI    ARI  agreement"
        + "  empty clusters")
    #expect(
      labelled[1]
        == "A            1  -0.500    0.250    50.0 %  50.0 %     75.0 %  0.250  0.125          –"
        + "               1  reported, lowest loss, best")
    let bare = Format.table(evaluation(loss: -0.5, scores: nil)).split(separator: "\n")
    #expect(bare[0] == "head  sub-head    loss  I(z,z')  agreement  empty clusters")
    #expect(
      bare[1]
        == "A            1  -0.500    0.250          –               1  reported, lowest loss")
  }

  private func evaluation(loss: Double, scores: ClassScores?) -> EvaluationSnapshot {
    EvaluationSnapshot(
      step: 3, epoch: 1, elapsed: 2, images: 6,
      heads: [HeadID.a, .b].map { head in
        HeadEvaluation(
          head: head,
          subHeads: [
            SubHeadEvaluation(
              index: 0, loss: loss, mutualInformation: 0.25, entropy: 0, conditionalEntropy: 0,
              scores: scores, joint: [1, 0, 0, 0], clusterShares: [1, 0], sampleProbabilities: [])
          ])
      })
  }

  @Test func whatJSONLacksIsNull() {
    let line = JSONEventLines.line(evaluation(loss: .nan, scores: nil), main: .b)
    let members = """
      "lowest_loss":{"index":1},"reported":{"index":1},"sub_heads":[{"empty_clusters":1,"index":1,"loss":null,\
      "mutual_information":0.25}]
      """
    #expect(
      line == """
        {"epoch":1,"event":"evaluation","head_A":{\(members)},"images":6,\
        \(members.replacingOccurrences(of: ",\"sub_heads\"", with: ",\"step\":3,\"sub_heads\""))}

        """)
  }

  @Test func numbersAndTextsKeepTheirTypes() throws {
    struct Line: Encodable {
      var number = JSONNumber(Float(0.1))
      var infinite = JSONNumber(-Double.infinity)
      var text = "a/b \"ü\"\n\u{2028}"
      var seed = UInt64.max
    }
    let text = JSONLine.text(Line())
    #expect(text.contains("\"number\":0.1}") || text.contains("\"number\":0.1,"))
    #expect(text.contains("\"seed\":18446744073709551615") && text.contains("a/b"))
    #expect(text.count(where: { $0 == "\n" }) == 1 && text.hasSuffix("\n"))
    let object = try #require(jsonObjects(text).first)
    #expect(object["text"] as? String == Line().text && object["infinite"] is NSNull)
  }
}
