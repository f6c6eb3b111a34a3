import Snapshots
import Testing

@testable import TerminalUI

@Suite struct JointTests {
  @Test(arguments: 2...70) func everyNumberOfClustersDrawsAtEverySize(_ clusters: Int) {
    let history = Fixture.history(steps: 20, clustersA: clusters, clustersB: clusters)
    for (width, height) in [(40, 12), (60, 40), (80, 24), (110, 36), (140, 45), (200, 60)] {
      for depth in ColorDepth.allCases {
        let state = DashboardState(
          history: history, mode: .live, width: width, height: height, colorDepth: depth)
        let text = Dashboard.frame(state).text
        #expect(text.contains("Joint P(z,z′)") != state.layout.joint.isEmpty)
        #expect(text.contains("C=\(clusters)"))
      }
    }
  }

  private func perfect(_ clusters: Int) -> SubHeadEvaluation {
    var joint = [Float](repeating: 0, count: clusters * clusters)
    for cluster in 0..<clusters { joint[cluster * clusters + cluster] = 1 / Float(clusters) }
    return SubHeadEvaluation(
      index: 0, loss: -1, mutualInformation: 1, entropy: 1, conditionalEntropy: 0,
      scores: ClassScores(
        accuracy: 1, nmi: 1, ari: 1, classOfCluster: Array(0..<clusters), contingency: []),
      joint: joint, clusterShares: Array(repeating: 1 / Float(clusters), count: clusters),
      sampleProbabilities: [])
  }

  @Test(arguments: [2, 3, 10, 50, 70]) func aPerfectClusteringIsAFullDiagonalAtEveryScale(
    _ clusters: Int
  ) {
    let subHead = perfect(clusters)
    let order = ClusterOrder(subHead, classNames: [])
    for groups in 1...clusters {
      let grid = JointGrid(subHead, order: order, groups: groups)
      for row in 0..<groups {
        #expect(abs(grid.marginals[row] - 1) <= 1e-5)
        for column in 0..<groups {
          let expected: Double = row == column ? 1 : 0
          #expect(abs(grid.levels[row * groups + column] - expected) <= 1e-5)
        }
      }
    }
  }

  /// A head that is trained with labels has no joint: its predictions by true class stand there.
  @Test(arguments: [(40, 12), (80, 24), (140, 45)]) func confusionOfAClassifier(
    width: Int, height: Int
  ) {
    var description = Fixture.description()
    let head = HeadID(rawValue: "classifier")
    description.heads = [
      HeadDescription(name: head, clusters: 3, subHeads: 1, matching: .identity, isMain: true)
    ]
    description.classNames = ["cat", "dog", "owl"]
    let counts = [6, 0, 0, 3, 8, 0, 0, 0, 1]
    let subHead = SubHeadEvaluation(
      index: 0, loss: 0.5,
      scores: ClassScores(
        accuracy: 15.0 / 18, nmi: 0.8, ari: 0.7, classOfCluster: [0, 1, 2], contingency: counts),
      clusterShares: [1.0 / 3, 11.0 / 18, 1.0 / 18], sampleProbabilities: [])
    let grid = JointGrid(subHead, order: ClusterOrder(subHead, classNames: []), groups: 3)
    for (level, count) in zip(grid.levels, counts) {
      #expect(abs(level - 3 * Double(count) / 18) <= 1e-6)
    }
    var history = RunHistory(description: description, samples: Fixture.samples())
    history.append(
      .step(
        StepSnapshot(
          step: 1, epoch: 1, head: head, loss: 0.5, subHeadLosses: [0.5], mutualInformation: .nan,
          learningRate: 1e-3, imagesPerSecond: 100, elapsed: 1)))
    history.append(
      .evaluation(
        EvaluationSnapshot(
          step: 1, epoch: 1, elapsed: 1, images: 18,
          heads: [HeadEvaluation(head: head, subHeads: [subHead])])))
    let state = DashboardState(history: history, mode: .live, width: width, height: height)
    let text = Dashboard.frame(state).text
    #expect(!text.contains("NaN") && !text.contains("z′") && !text.contains("ln 3"), "\(text)")
    #expect(text.contains("83.3"), "\(text)")
    #expect(text.contains("Confusion") != state.layout.joint.isEmpty, "\(text)")
  }

  @Test func clustersAreOrderedByMappedClassUnmappedLast() {
    var subHead = perfect(5)
    subHead.scores?.classOfCluster = [2, -1, 0, 2, 1]
    subHead.clusterShares = [0.1, 0.3, 0.2, 0.3, 0.1]
    let order = ClusterOrder(subHead, classNames: ["cat", "dog", "owl"])
    #expect(order.clusters == [2, 4, 3, 0, 1])
    #expect((0..<5).map(order.name) == ["cat", "dog", "owl", "owl", "?"])
    #expect(order.shortName(0, 2) == "ca")
    // Without classes the clusters keep their numbers.
    subHead.scores = nil
    let numbers = ClusterOrder(subHead, classNames: [])
    #expect(numbers.clusters == [0, 1, 2, 3, 4])
    #expect((0..<5).map(numbers.name) == ["0", "1", "2", "3", "4"])
  }

  /// The chosen sub-head's diagonal is brighter than the rest, in colours and in shades.
  @Test(arguments: ColorDepth.allCases) func theDiagonalStandsOut(_ depth: ColorDepth) {
    let pixels = PixelGrid(width: 4, height: 4) { x, y in
      let level: Float = x / 2 == y / 2 ? 1 : 0
      return .init(color: Theme.heat(level), level: level)
    }
    var buffer = CellBuffer(width: 4, height: 2, colorDepth: depth)
    pixels.draw(in: buffer.area, into: &buffer)
    if depth == .palette256 {
      #expect(buffer.text == "▀▀▀▀\n▀▀▀▀")
      #expect(buffer[0, 0].style == Style(.palette(230), on: .palette(230)))
      #expect(buffer[3, 0].style == Style(.palette(233), on: .palette(233)))
    } else {
      #expect(buffer.text == "██\n  ██")
    }
  }

  @Test func aJointOfNaNDraws() throws {
    var history = Fixture.history(steps: 20)
    var evaluation = try #require(history.newest.evaluation)
    for head in evaluation.heads.indices {
      for subHead in 0..<5 {
        var broken = evaluation.heads[head].subHeads[subHead]
        broken.joint = broken.joint.map { _ in .nan }
        broken.clusterShares = broken.clusterShares.map { _ in .nan }
        broken.sampleProbabilities = broken.sampleProbabilities.map { _ in .nan }
        (broken.loss, broken.entropy) = (.nan, .infinity)
        broken.scores?.accuracy = .nan
        (broken.mutualInformation, broken.conditionalEntropy) = (.nan, .nan)
        evaluation.heads[head].subHeads[subHead] = broken
      }
    }
    history.append(.evaluation(evaluation))
    for (width, height) in [(80, 24), (140, 45)] {
      let state = DashboardState(history: history, mode: .live, width: width, height: height)
      #expect(Dashboard.frame(state).text.contains("NaN"))
    }
  }
}
