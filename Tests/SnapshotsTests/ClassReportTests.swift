import Snapshots
import Testing

@Suite struct ClassReportTests {
  @Test func precisionAndRecallByHand() {
    // Clusters 0 and 2 stand for class 0, cluster 1 for class 1, nothing for class 2.
    let scores = ClassScores(
      accuracy: 0, nmi: 0, ari: 0, classOfCluster: [0, 1, 0],
      contingency: [6, 2, 0, 1, 3, 4, 3, 0, 1])
    let reports = scores.classReports
    #expect(reports.map(\.images) == [10, 5, 5])
    #expect(reports[0].precision == 9.0 / 12)
    #expect(reports[0].recall == 0.9)
    #expect(reports[0].f1 == 2 * 0.75 * 0.9 / 1.65)
    #expect(reports[1].precision == 3.0 / 8)
    #expect(reports[1].recall == 0.6)
    #expect(reports[2].precision == nil)
    #expect(reports[2].recall == 0)
    #expect(reports[2].f1 == nil)
    // Of the pixels of the class or in its clusters, those that are both.
    #expect(reports.map(\.intersectionOverUnion) == [9.0 / 13, 3.0 / 10, 0])
  }

  @Test func aClassWithoutImages() {
    let scores = ClassScores(
      accuracy: 0, nmi: 0, ari: 0, classOfCluster: [0, 1], contingency: [2, 0, 1, 0])
    #expect(
      scores.classReports[1]
        == ClassReport(images: 0, precision: 0, recall: nil, intersectionOverUnion: 0))
    #expect(scores.classReports[1].f1 == nil)
  }

  @Test func bestAndMeanCostsOfAHead() {
    func subHead(_ index: Int, _ accuracy: Double?, _ costs: [Double]) -> SubHeadEvaluation {
      SubHeadEvaluation(
        index: index, loss: 0, mutualInformation: 0, entropy: 0, conditionalEntropy: 0,
        scores: accuracy.map {
          ClassScores(
            accuracy: $0, nmi: 0, ari: 0, classOfCluster: [0, 0, 0, 0], contingency: [0, 0, 0, 0])
        },
        joint: Array(repeating: 0, count: 16), clusterShares: Array(repeating: 0, count: 4),
        sampleProbabilities: [],
        merges: costs.map { TreeMerge(first: 0, second: 1, cost: $0) })
    }
    let head = HeadEvaluation(
      head: .a,
      subHeads: [
        subHead(0, 0.5, [1, 2, 4]), subHead(1, 0.75, [4, 8]), subHead(2, 0.75, []),
        subHead(3, .nan, []),
      ])
    #expect(head.bestSubHead == 1)
    #expect(head.meanMergeCosts == [1, 3, 6])
    #expect(HeadEvaluation(head: .a, subHeads: [subHead(0, nil, [])]).bestSubHead == nil)
  }
}
