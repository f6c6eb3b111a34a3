import Datasets
import Testing

@testable import Sessions

@Suite struct LabelSharesTests {
  /// 200 training images of two classes in turn, 100 test images.
  private static let labels = (0..<300).map { Int32($0 % 2) }
  private static let splits: [Split: Range<Int>] = [.train: 0..<200, .test: 200..<300]

  private func accuracies(
    _ clusterOfImage: [Int], clusters: Int, splits: [Split: Range<Int>] = splits,
    labels: [Int32] = labels, seed: UInt64 = 1
  ) -> [Double] {
    let shares = LabelShares(
      clusters: clusters, labels: labels, classes: 2, splits: splits, seed: seed)
    return [100, 50, 10, 1].map {
      shares.accuracy(share: $0, clusterOfImage: clusterOfImage, labels: labels)
    }
  }

  @Test func clustersThatAreTheClassesNeedOneLabelEach() {
    #expect(accuracies(Self.labels.map { 1 - Int($0) }, clusters: 2) == [1, 1, 1, 1])
  }

  @Test func everyClusterNeedsALabelOfItsOwn() {
    // Fifty clusters of one class each: two images a class name at most four of them.
    let clusterOfImage = (0..<300).map { $0 % 50 }
    let found = accuracies(clusterOfImage, clusters: 50)
    #expect(found[0] == 1)
    #expect(found[1] > found[2] && found[2] > found[3])
    // One label a class: two clusters of fifty are named.
    #expect(found[3] == 0.04)
  }

  @Test func onlyTrainingLabelsName() {
    // In the test images the clusters are exchanged.
    let clusterOfImage = (0..<300).map { $0 < 200 ? $0 % 2 : 1 - $0 % 2 }
    #expect(accuracies(clusterOfImage, clusters: 2) == [0, 0, 0, 0])
  }

  @Test func withoutTestImagesAFifthStandsIn() {
    let all: [Split: Range<Int>] = [.train: 0..<300]
    #expect(accuracies(Self.labels.map(Int.init), clusters: 2, splits: all) == [1, 1, 1, 1])
    // A cluster an image: those that are tested are in clusters that nobody names.
    #expect(
      accuracies(Array(0..<300), clusters: 300, splits: all) == [0, 0, 0, 0])
  }

  @Test func imagesWithoutLabelsAreLeftOut() {
    var labels = Self.labels
    for image in stride(from: 0, to: 300, by: 3) { labels[image] = -1 }
    #expect(
      accuracies(Self.labels.map(Int.init), clusters: 2, labels: labels) == [1, 1, 1, 1])
  }

  @Test func theSeedDrawsTheLabels() {
    let clusterOfImage = (0..<300).map { $0 % 7 == 0 ? 2 : $0 % 2 }
    let clusters = (0..<300).map { $0 * $0 % 40 }
    #expect(
      accuracies(clusters, clusters: 40, seed: 1) == accuracies(clusters, clusters: 40, seed: 1))
    #expect(
      accuracies(clusters, clusters: 40, seed: 1) != accuracies(clusters, clusters: 40, seed: 2))
    #expect(accuracies(clusterOfImage, clusters: 3)[0] > 0.8)
  }
}
