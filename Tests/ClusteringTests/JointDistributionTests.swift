import Foundation
import Testing

@testable import Clustering

@Suite struct JointDistributionTests {
  @Test func sumsWhatTheDefinitionSays() {
    for pairs in 1...9 {
      for clusters in 1...6 {
        let fixture = PairFixture(pairs: pairs, clusters: clusters, seed: UInt64(pairs))
        let sum = fixture.sum()
        #expect(sum.pairs == pairs)
        for row in 0..<clusters {
          for column in 0..<clusters {
            let expected = (0..<pairs).reduce(0.0) {
              $0 + Double(fixture.firstView[$1 * clusters + row])
                * Double(fixture.secondView[$1 * clusters + column])
            }
            let error = abs(sum.sums[row * clusters + column] - expected)
            #expect(error <= 1e-12)
          }
        }
      }
    }
  }

  @Test func piecesGiveTheWhole() {
    let fixture = PairFixture(pairs: 50, clusters: 11, seed: 4)
    let whole = fixture.sum()
    for cut in 0...50 {
      var inOrder = fixture.sum(0..<cut)
      fixture.accumulate(cut..<50, into: &inOrder)
      #expect(inOrder == whole)
      var added = fixture.sum(0..<cut)
      added.accumulate(fixture.sum(cut..<50))
      #expect(added.pairs == 50)
      let errors = zip(added.sums, whole.sums).map { abs($0 - $1) }
      #expect(errors.allSatisfy { $0 <= 1e-12 })
    }
  }

  @Test func isSymmetricAndSumsToOne() {
    let joint = JointDistribution(PairFixture(pairs: 33, clusters: 7, seed: 5).sum())
    let totalError = abs(joint.probabilities.reduce(0, +) - 1)
    #expect(totalError <= 1e-12)
    let marginalError = abs(joint.marginal.reduce(0, +) - 1)
    #expect(marginalError <= 1e-12)
    for row in 0..<7 {
      for column in 0..<7 {
        #expect(joint.probabilities[row * 7 + column] == joint.probabilities[column * 7 + row])
      }
    }
  }

  @Test func informationIsEntropyLessConditionalEntropy() {
    for seed in 0..<20 {
      let fixture = PairFixture(
        pairs: 40, clusters: 2 + seed % 9, agreement: Float(seed), seed: UInt64(seed))
      let joint = JointDistribution(fixture.sum())
      let error = abs(joint.mutualInformation() - (joint.entropy - joint.conditionalEntropy))
      #expect(error <= 1e-9)
      #expect(joint.mutualInformation() >= -1e-9)
      #expect(joint.mutualInformation() <= log(Double(joint.clusters)) + 1e-9)
    }
  }

  @Test func lambdaWeighsTheEntropy() {
    let joint = JointDistribution(PairFixture(pairs: 40, clusters: 6, seed: 2).sum())
    // I_λ = I + (λ − 1) · 2 H(z), for equal marginals.
    let expected = joint.mutualInformation() + 0.5 * 2 * joint.entropy
    let error = abs(joint.mutualInformation(lambda: 1.5) - expected)
    #expect(error <= 1e-9)
  }

  @Test func extremes() {
    for clusters in [2, 3, 10, 50] {
      var fixture = PairFixture(pairs: 4 * clusters, clusters: clusters, seed: 1)
      for pair in 0..<fixture.pairs {
        for cluster in 0..<clusters {
          let isOwn = cluster == pair % clusters
          fixture.firstView[pair * clusters + cluster] = isOwn ? 1 : 0
          fixture.secondView[pair * clusters + cluster] = isOwn ? 1 : 0
        }
      }
      let perfect = JointDistribution(fixture.sum())
      let perfectError = abs(perfect.mutualInformation() - log(Double(clusters)))
      #expect(perfectError <= 1e-9)
      #expect(abs(perfect.conditionalEntropy) <= 1e-9)
      for pair in 0..<fixture.pairs {
        for cluster in 0..<clusters {
          fixture.firstView[pair * clusters + cluster] = cluster == 1 ? 1 : 0
          fixture.secondView[pair * clusters + cluster] = cluster == 1 ? 1 : 0
        }
      }
      let collapsed = JointDistribution(fixture.sum())
      #expect(abs(collapsed.mutualInformation()) <= 1e-9)
      #expect(abs(collapsed.entropy) <= 1e-9)
    }
  }
}
