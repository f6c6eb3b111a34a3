import Foundation
import Snapshots

/// A made-up run that learns: two heads, ten classes, the same numbers on every machine.
enum Fixture {
  static let stepsPerEpoch = 20

  static func description(clustersA: Int = 50, clustersB: Int = 10, epochs: Int = 12)
    -> RunDescription
  {
    RunDescription(
      name: "amber-falcon", preset: "digits-small", dataset: "digits",
      classNames: (0..<10).map(String.init), configuration: "seed: 7\n", seed: 7,
      heads: [
        HeadDescription(
          name: .a, clusters: clustersA, subHeads: 5, matching: .manyToOne, isMain: false),
        HeadDescription(
          name: .b, clusters: clustersB, subHeads: 5, matching: .oneToOne, isMain: true),
      ], epochs: epochs, plannedSteps: epochs * stepsPerEpoch,
      imagesPerStep: 1400, evaluationImages: 5000, parameterCount: 3_456_789, startedAt: 0)
  }

  /// The run after `steps` steps, evaluated at its start and after each epoch.
  static func history(
    steps: Int = 150, clustersA: Int = 50, clustersB: Int = 10, epochs: Int = 12
  ) -> RunHistory {
    history(
      description(clustersA: clustersA, clustersB: clustersB, epochs: epochs), steps: steps)
  }

  private static func history(_ description: RunDescription, steps: Int) -> RunHistory {
    var history = RunHistory(description: description, samples: samples())
    history.append(.evaluation(evaluation(step: 0, description)))
    if steps > 80 {
      history.append(
        .restart(RestartSnapshot(step: 80, epoch: 5, head: .b, subHeads: [3, 4])))
    }
    for step in 0..<max(0, steps) {
      history.append(.step(self.step(step + 1, description)))
      if (step + 1) % stepsPerEpoch == 0 {
        history.append(.evaluation(evaluation(step: step + 1, description)))
      }
    }
    return history
  }

  /// What is read of the run from disk when a screen looks back.
  static func moment(at step: Int, of description: RunDescription) -> Moment {
    history(description, steps: step).newest
  }

  /// How far a sub-head has come at `step`, 0...1.
  static func skill(_ step: Int, subHead: Int) -> Double {
    let pace = 30.0 + 14 * Double(subHead)
    let ceiling = [0.97, 0.985, 0.99, 0.88, 0.93][subHead % 5]
    return ceiling * (1 - exp(-Double(step) / pace))
  }

  static func step(_ step: Int, _ description: RunDescription) -> StepSnapshot {
    let epoch = (step - 1) / stepsPerEpoch + 1
    let head: HeadID = epoch % 3 == 1 ? .a : .b
    let clusters = description.heads.first { $0.name == head }?.clusters ?? 10
    let losses = (0..<5).map { subHead in
      -log(Double(clusters)) * skill(step, subHead: subHead) * (0.97 + 0.03 * noise(step, subHead))
    }
    let loss = losses.reduce(0, +) / 5
    return StepSnapshot(
      step: step, epoch: epoch, head: head, loss: loss, subHeadLosses: losses,
      mutualInformation: -loss, learningRate: 1e-4,
      imagesPerSecond: 2900 + 200 * noise(step, 9), elapsed: 0.5 * Double(step))
  }

  static func evaluation(step: Int, _ description: RunDescription) -> EvaluationSnapshot {
    EvaluationSnapshot(
      step: step, epoch: (step + stepsPerEpoch - 1) / stepsPerEpoch, elapsed: 0.5 * Double(step),
      images: description.evaluationImages,
      heads: description.heads.map { head in
        HeadEvaluation(
          head: head.name,
          subHeads: (0..<head.subHeads).map { subHead($0, of: head, step: step) },
          suggestion: head.name == .a && step > 60 ? SuggestedCount(clusters: 10, jump: 2.4) : nil)
      },
      warnings: step > 60
        ? [Warning(.merged, "cluster 3 of head B holds 2 groups that head A keeps apart")] : [])
  }

  /// Clusters of one class are merged first, then the classes: k with k + 5, and so on.
  private static func merges(_ classes: [Int]) -> [TreeMerge] {
    var merges: [TreeMerge] = []
    func merge(_ nodes: [Int], from cost: Double) -> Int {
      var left = nodes
      while left.count > 1 {
        merges.append(
          TreeMerge(
            first: left[0], second: left[1], cost: cost * (1 + 0.1 * Double(merges.count % 7))))
        left = [classes.count + merges.count - 1] + left.dropFirst(2)
      }
      return left[0]
    }
    let groups = Set(classes).sorted().map { label in
      merge(classes.indices.filter { classes[$0] == label }, from: 0.02)
    }
    let pairs = (0..<groups.count / 2).map {
      merge([groups[$0], groups[$0 + groups.count / 2]], from: 0.1)
    }
    _ = merge(pairs, from: 0.25)
    return merges
  }

  static func subHead(_ index: Int, of head: HeadDescription, step: Int) -> SubHeadEvaluation {
    let count = head.clusters
    let skill = skill(step, subHead: index)
    let confused = 0.04 / Double(count)
    var joint = [Float](repeating: 0, count: count * count)
    for row in 0..<count {
      for column in 0..<count {
        let chance = (1 - skill) / Double(count * count)
        let agreement = row == column ? skill / Double(count) : 0
        let neighbour = (row * 7 + column * 7) % count == 3 ? confused * (1 - skill) * 6 : 0
        joint[row * count + column] = Float(agreement + chance + neighbour)
      }
    }
    let total = joint.reduce(0, +)
    joint = joint.map { $0 / total }
    let clusterShares = (0..<count).map { row in
      joint[row * count..<(row + 1) * count].reduce(0, +) * (0.9 + 0.2 * Float(noise(row, 3)))
    }
    let entropy = log(Double(count)) * (0.9 + 0.1 * skill)
    let conditional = entropy * (1 - skill)
    // Neighbouring clusters belong to scattered classes, as in a real run.
    let classes = (0..<count).map { ($0 * 7 + 3) % 10 }
    return SubHeadEvaluation(
      index: index, loss: -(entropy - conditional), mutualInformation: entropy - conditional,
      entropy: entropy, conditionalEntropy: conditional,
      scores: ClassScores(
        accuracy: min(1, 0.1 + 0.9 * skill * skill), nmi: skill * 0.95, ari: skill * 0.9,
        classOfCluster: classes,
        contingency: Array(repeating: 5000 / (count * 10), count: count * 10)),
      joint: joint, clusterShares: clusterShares,
      sampleProbabilities: probabilities(count, classes: classes, skill: skill),
      merges: head.isMain ? [] : merges(classes), agreement: 0.5 + 0.5 * skill)
  }

  private static func probabilities(_ count: Int, classes: [Int], skill: Double) -> [Float] {
    var all: [Float] = []
    for sample in 0..<sampleCount {
      let label = sample % 10
      let isHard = sample % 4 == 3
      let truth = classes.firstIndex(of: label) ?? 0
      let other = classes.firstIndex(of: (label + 4) % 10) ?? 0
      var values = (0..<count).map { 0.02 + 0.1 * (1 - skill) * noise(sample, $0) }
      values[truth] += isHard ? 0.35 : skill
      values[other] += isHard ? 0.55 : 0.1
      let sum = values.reduce(0, +)
      all += values.map { Float($0 / sum) }
    }
    return all
  }

  /// A fixed number in 0...1 for two numbers.
  static func noise(_ first: Int, _ second: Int) -> Double {
    var value = UInt64(bitPattern: Int64(first &* 7919 &+ second &* 104_729 &+ 12_345))
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return Double((value ^ (value >> 31)) >> 11) / Double(1 << 53)
  }

  static let sampleCount = 40

  /// Seven-segment digits with soft edges, 28×28.
  static func samples() -> SampleImages {
    let segments: [[Int]] = [
      [0, 1, 2, 4, 5, 6], [2, 5], [0, 2, 3, 4, 6], [0, 2, 3, 5, 6], [1, 2, 3, 5],
      [0, 1, 3, 5, 6], [0, 1, 3, 4, 5, 6], [0, 2, 5], [0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 5, 6],
    ]
    let lines: [(Double, Double, Double, Double)] = [
      (8, 4, 19, 4), (8, 4, 8, 13), (19, 4, 19, 13), (8, 13, 19, 13), (8, 13, 8, 23),
      (19, 13, 19, 23), (8, 23, 19, 23),
    ]
    var pixels: [UInt8] = []
    for sample in 0..<sampleCount {
      let lean = 0.25 * (noise(sample, 1) - 0.3)
      for y in 0..<28 {
        for x in 0..<28 {
          let (px, py) = (Double(x) + lean * (Double(y) - 14), Double(y))
          let nearest =
            segments[sample % 10].map { index in
              let line = lines[index]
              let dx = max(line.0 - px, 0, px - line.2)
              let dy = max(line.1 - py, 0, py - line.3)
              return (dx * dx + dy * dy).squareRoot()
            }.min() ?? 99
          pixels.append(UInt8(255 * min(1, max(0, 2.4 - nearest))))
        }
      }
    }
    return SampleImages(
      width: 28, height: 28, channels: 1, pixels: pixels,
      labels: (0..<sampleCount).map { $0 % 10 })
  }
}
