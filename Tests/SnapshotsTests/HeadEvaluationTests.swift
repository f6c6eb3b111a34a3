import Foundation
import Snapshots
import Testing

/// Which sub-head is reported, and what is said of all of them.
@Suite struct HeadEvaluationTests {
  private func head(losses: [Double], accuracies: [Double]? = nil) -> HeadEvaluation {
    HeadEvaluation(
      head: .b,
      subHeads: losses.indices.map {
        SnapshotFixture.subHead($0, loss: losses[$0], accuracy: accuracies?[$0] ?? 0.5)
      })
  }

  @Test func lowestLoss() {
    #expect(head(losses: [-0.5]).lowestLossSubHead == 0)
    #expect(head(losses: [-0.5, -0.9, -0.7]).lowestLossSubHead == 1)
    // Labels have no say.
    #expect(head(losses: [-0.9, -0.5], accuracies: [0.1, 0.9]).lowestLossSubHead == 0)
    // A loss that is no number is never the lowest.
    #expect(head(losses: [.nan, -0.5]).lowestLossSubHead == 1)
    #expect(head(losses: [-0.5, .nan]).lowestLossSubHead == 0)
    #expect(head(losses: [-0.9, -0.9]).lowestLossSubHead == 0)
    #expect(head(losses: [.nan, .infinity]).lowestLossSubHead == 1)
    #expect(head(losses: [.nan, .nan]).lowestLossSubHead == 0)
    #expect(head(losses: [.infinity, -0.1, 2]).lowestLossSubHead == 1)
  }

  @Test func meanAndDeviation() throws {
    let evaluation = head(losses: [0, 0, 0, 0], accuracies: [0.2, 0.4, 0.4, 0.6])
    #expect(abs(try #require(evaluation.meanAccuracy) - 0.4) <= 1e-15)
    #expect(abs(try #require(evaluation.accuracyDeviation) - 0.02.squareRoot()) <= 1e-15)
    let one = head(losses: [0], accuracies: [0.7])
    #expect(one.meanAccuracy == 0.7 && one.accuracyDeviation == 0)
    var unlabelled = evaluation
    for index in unlabelled.subHeads.indices { unlabelled.subHeads[index].scores = nil }
    #expect(unlabelled.meanAccuracy == nil && unlabelled.accuracyDeviation == nil)
  }

  @Test func emptyClusters() {
    #expect(SnapshotFixture.subHead(clusterShares: [0.5, 0.5]).emptyClusters == 0)
    let uneven = SnapshotFixture.subHead(clusterShares: [0, 1, 0])
    #expect(uneven.emptyClusters == 2 && uneven.clusters == 3)
  }

  @Test func headsByName() {
    let evaluation = SnapshotFixture.evaluation(1)
    #expect(evaluation[.b]?.head == .b)
    #expect(evaluation[.a] == nil)
  }

  @Test func storedAsJSONAndBack() throws {
    let evaluation = SnapshotFixture.evaluation(7, elapsed: 1.0 / 3)
    let data = try JSONEncoder().encode(evaluation)
    #expect(try JSONDecoder().decode(EvaluationSnapshot.self, from: data) == evaluation)
  }
}
