import Foundation
import Snapshots
import Testing

@Suite struct HeadDescriptionTests {
  /// The definition, summed over the joint of pairs that always fall into one of C equal clusters.
  @Test(arguments: [(3, 1.5), (10, 1.0), (2, 1.0), (7, 0.75), (1, 1.0)])
  func leastLoss(clusters: Int, lambda: Double) {
    let head = HeadDescription(
      name: .b, clusters: clusters, subHeads: 1, matching: .oneToOne, isMain: true, lambda: lambda)
    let share = 1 / Double(clusters)
    var information = 0.0
    for _ in 0..<clusters {
      information += share * (log(share) - lambda * log(share) - lambda * log(share))
    }
    #expect(abs(head.leastLoss + information) < 1e-12)
  }

  @Test func headsThatKnowOfNoInformation() throws {
    let classifier = HeadDescription(
      name: .b, clusters: 5, subHeads: 1, matching: .identity, isMain: true, lambda: 2)
    #expect(classifier.leastLoss == 0)
    // What was recorded before heads had a weight.
    let old = Data(#"{"name":"A","clusters":50,"subHeads":5}"#.utf8)
    let head = try JSONDecoder().decode(HeadDescription.self, from: old)
    #expect(head.lambda == 1 && head.leastLoss == -log(50))
    let back = try JSONDecoder().decode(
      HeadDescription.self, from: JSONEncoder().encode(classifier))
    #expect(back == classifier)
  }
}
