import Foundation
import Snapshots
import Testing

@testable import Training

/// The numbers of one evaluation agree with each other.
@Suite struct EvaluatorTests {
  @Test(arguments: ["1", "1.5"]) func numbersAgree(lambda: String) throws {
    let events = try TrainingFixture.train(
      TrainingFixture.configuration("training.steps=11", "training.lambda=\(lambda)"))
    #expect(events.evaluations.count == 2)
    for evaluation in events.evaluations {
      #expect(evaluation.heads.map(\.head) == [.a, .b])
      #expect(evaluation.heads.map(\.subHeads.count) == [3, 2])
      for head in evaluation.heads {
        for (index, subHead) in head.subHeads.enumerated() {
          #expect(subHead.index == index)
          try check(subHead, clusters: head.head == .a ? 6 : 3, lambda: Double(lambda) ?? .nan)
        }
      }
      let main = try #require(evaluation[.b])
      for subHead in main.subHeads {
        #expect(
          Set(try #require(subHead.scores).classOfCluster) == [0, 1, 2], "one cluster a class")
      }
    }
  }

  private func check(_ subHead: SubHeadEvaluation, clusters: Int, lambda: Double) throws {
    let images = TrainingFixture.dataset.count
    let scores = try #require(subHead.scores)
    #expect(subHead.clusters == clusters)
    #expect(scores.contingency.count == clusters * 3)
    #expect(scores.contingency.reduce(0, +) == images)
    for label in 0..<3 {
      let members = (0..<clusters).reduce(0) { $0 + scores.contingency[$1 * 3 + label] }
      #expect(members == images / 3)
    }
    #expect(abs(sum(subHead.clusterShares) - 1) <= 1e-6)
    for cluster in 0..<clusters {
      let members = scores.contingency[cluster * 3..<cluster * 3 + 3].reduce(0, +)
      let share = Double(subHead.clusterShares[cluster])
      #expect(abs(share - Double(members) / Double(images)) <= 1e-6)
    }
    let empty = (0..<clusters).filter { cluster in
      scores.contingency[cluster * 3..<cluster * 3 + 3].allSatisfy { $0 == 0 }
    }
    #expect(subHead.emptyClusters == empty.count)
    let correct = (0..<clusters).reduce(0) { total, cluster in
      let label = scores.classOfCluster[cluster]
      return total + (label < 0 ? 0 : scores.contingency[cluster * 3 + label])
    }
    #expect(abs(scores.accuracy - Double(correct) / Double(images)) <= 1e-12)
    #expect(scores.nmi >= 0 && scores.nmi <= 1)
    #expect(scores.ari >= -1 && scores.ari <= 1)

    #expect(abs(sum(subHead.joint) - 1) <= 1e-5)
    for row in 0..<clusters {
      for column in 0..<row {
        #expect(subHead.joint[row * clusters + column] == subHead.joint[column * clusters + row])
      }
    }
    let information = subHead.entropy - subHead.conditionalEntropy
    #expect(abs(subHead.mutualInformation - information) <= 1e-6)
    #expect(subHead.entropy >= 0 && subHead.entropy <= log(Double(clusters)) + 1e-9)
    // I_λ = I + 2 (λ − 1) H.
    let expected = -(subHead.mutualInformation + 2 * (lambda - 1) * subHead.entropy)
    #expect(abs(subHead.loss - expected) <= 1e-6)

    #expect(subHead.sampleProbabilities.count == 7 * clusters)
    for sample in 0..<7 {
      let row = subHead.sampleProbabilities[sample * clusters..<(sample + 1) * clusters]
      #expect(abs(sum(row) - 1) <= 1e-5)
    }
  }

  private func sum(_ values: some Sequence<Float>) -> Double {
    values.reduce(0) { $0 + Double($1) }
  }
}
