import Testing

@testable import Snapshots

/// Which sub-head speaks for its head, and whose names its clusters take over.
@Suite struct ReportedSubHeadTests {
  private func head(_ standings: [(loss: Double, agreement: Double?)]) -> HeadEvaluation {
    HeadEvaluation(
      head: .b,
      subHeads: standings.enumerated().map { index, standing in
        var subHead = SubHeadEvaluation(
          index: index, loss: standing.loss, scores: nil, clusterShares: [0.5, 0.5],
          sampleProbabilities: [])
        subHead.agreement = standing.agreement
        return subHead
      })
  }

  @Test func agreementCountsWhereLossesHardlyDiffer() {
    #expect(head([(-1.80, 0.96), (-1.79, 0.99), (-1.78, 0.98)]).reportedSubHead == 1)
    #expect(head([(-1.80, 0.96), (-1.70, 0.99)]).reportedSubHead == 0)
    // Of equal agreements the lower loss, of equal losses the first.
    #expect(head([(-1.79, 0.9), (-1.80, 0.9), (-1.80, 0.9)]).reportedSubHead == 1)
    #expect(head([(0.50, 0.9), (0.505, 0.95), (0.52, 0.99)]).reportedSubHead == 1)
  }

  @Test func withoutAgreementsOrNumbersTheLossDecides() {
    #expect(head([(-1.79, nil), (-1.80, nil)]).reportedSubHead == 1)
    #expect(head([(-1.80, nil)]).reportedSubHead == 0)
    #expect(head([(.nan, 0.99), (-1.80, 0.5)]).reportedSubHead == 1)
    #expect(head([(.nan, 0.5), (.nan, 0.9)]).reportedSubHead == 0)
    #expect(head([(0, 0.5), (0, 0.9)]).reportedSubHead == 1)
  }

  @Test func namesGoOverToTheSameClustersOfOtherSubHeads() {
    var evaluation = head([(-1, 0.9), (-1, 0.9), (-1, 0.9)])
    evaluation.subHeads[0].alignment = [0, 1]
    evaluation.subHeads[1].alignment = [1, 0]
    evaluation.subHeads[2].alignment = [-1, 1]
    var names = ClusterNames()
    names[ClusterID(head: .b, subHead: 1, cluster: 0)] = "cats"
    names[ClusterID(head: .b, subHead: 1, cluster: 1)] = "dogs"
    names[ClusterID(head: .a, subHead: 0, cluster: 0)] = "ants"
    func shown(_ names: ClusterNames) -> [[String?]] {
      let carried = names.carried(by: evaluation)
      return (0..<3).map { carried.names(head: .b, subHead: $0, clusters: 2) }
    }
    #expect(shown(names) == [["dogs", "cats"], ["cats", "dogs"], [nil, "cats"]])
    #expect(names.carried(by: nil) == names)
    #expect(names.carried(by: evaluation)[ClusterID(head: .a, subHead: 1, cluster: 0)] == nil)
    // One's own name comes first, and stands once.
    names[ClusterID(head: .b, subHead: 0, cluster: 0)] = "cats"
    #expect(shown(names)[0] == ["cats", nil])
    names[ClusterID(head: .b, subHead: 0, cluster: 0)] = "wolves"
    #expect(shown(names) == [["wolves", "cats"], ["cats", "dogs"], [nil, "cats"]])
  }
}
