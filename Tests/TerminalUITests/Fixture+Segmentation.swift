import Foundation
import Snapshots

/// A made-up run that clusters pixels: landscapes of sky, ground and what stands upright on it.
extension Fixture {
  static let frame = (width: 48, height: 36)
  static let sceneCount = 6
  /// d of the displacements.
  static let reach = 10

  private static let labels = scenes(hasLabels: true).labelMaps

  static func segmentationDescription(hasLabels: Bool = true) -> RunDescription {
    RunDescription(
      name: "quiet-meadow", preset: "scenes-small", dataset: "scenes",
      classNames: hasLabels ? ["sky", "ground", "upright"] : [],
      configuration: "seed: 7\n", seed: 7,
      heads: [
        HeadDescription(
          name: .a, clusters: 8, subHeads: 2, matching: .manyToOne, isMain: false, lambda: 1.5),
        HeadDescription(
          name: .b, clusters: 3, subHeads: 2, matching: .oneToOne, isMain: true, lambda: 1.5),
      ], epochs: 8, plannedSteps: 8 * stepsPerEpoch, imagesPerStep: 120, evaluationImages: 200,
      parameterCount: 345_678, startedAt: 0)
  }

  static func segmentationHistory(steps: Int = 90, hasLabels: Bool = true) -> RunHistory {
    let description = segmentationDescription(hasLabels: hasLabels)
    var history = RunHistory(description: description, samples: scenes(hasLabels: hasLabels))
    history.append(.evaluation(segmentationEvaluation(step: 0, description)))
    for step in 0..<steps {
      history.append(.step(self.step(step + 1, description)))
      if (step + 1) % stepsPerEpoch == 0 {
        history.append(.evaluation(segmentationEvaluation(step: step + 1, description)))
      }
    }
    return history
  }

  static func segmentationEvaluation(
    step: Int, _ description: RunDescription
  ) -> EvaluationSnapshot {
    var evaluation = evaluation(step: step, description)
    evaluation.warnings = []
    for (place, head) in description.heads.enumerated() {
      evaluation.heads[place].suggestion = nil
      for index in 0..<head.subHeads {
        evaluation.heads[place].subHeads[index] = segmentationSubHead(
          evaluation.heads[place].subHeads[index], of: head, step: step,
          hasLabels: description.hasClasses)
      }
    }
    return evaluation
  }

  /// Cluster c of head B is class (c + 2) % 3; of head A's the last one has no class.
  private static func segmentationSubHead(
    _ plain: SubHeadEvaluation, of head: HeadDescription, step: Int, hasLabels: Bool
  ) -> SubHeadEvaluation {
    var subHead = plain
    let classes = (0..<head.clusters).map { cluster in
      head.isMain ? (cluster + 2) % 3 : cluster == head.clusters - 1 ? -1 : cluster % 3
    }
    subHead.merges = []
    subHead.sampleProbabilities = []
    subHead.scores?.classOfCluster = classes
    subHead.scores?.contingency = Array(repeating: 900, count: head.clusters * 3)
    if !hasLabels { subHead.scores = nil }
    let skill = skill(step, subHead: plain.index)
    let matching = (0..<3).map { label in classes.indices.filter { classes[$0] == label } }
    subHead.sampleMaps = labels.enumerated().map { place, label in
      guard label != SampleImages.noClass else {
        // What is masked by its class is predicted all the same; the frame's edge is not.
        return place % frame.width == 0 ? label : 0
      }
      // Mistakes come in blocks of 4×4 pixels, as in a real run.
      let (x, y) = (place % frame.width / 4, place / frame.width / 4)
      let isRight = noise(x * 31 + plain.index, y) < 0.4 + 0.6 * skill
      let choice = matching[isRight ? Int(label) : (Int(label) + 1) % 3]
      return UInt8(choice[Int(noise(x, y + 99) * Double(choice.count))])
    }
    let side = 2 * reach + 1
    subHead.displacementInformation = (0..<side * side).map { place in
      let (vertical, horizontal) = (place / side - reach, place % side - reach)
      let distance = Double(vertical * vertical * 2 + horizontal * horizontal)
      return Float(plain.mutualInformation * exp(-distance / 80))
    }
    return subHead
  }

  /// A slanted horizon with a gradient of sky, one block upright; the left edge is outside of the
  /// picture and a square near the right is masked.
  static func scenes(hasLabels: Bool) -> SampleImages {
    let (width, height) = frame
    var pixels: [UInt8] = []
    var maps: [UInt8] = []
    for sample in 0..<sceneCount {
      let left = 6 + Int(noise(sample, 1) * 24)
      let top = 8 + Int(noise(sample, 2) * 8)
      for y in 0..<height {
        for x in 0..<width {
          let horizon = height / 2 + (x - width / 2) * (sample - 2) / 12
          let isUpright = (left..<left + 9).contains(x) && (top..<horizon + 6).contains(y)
          let label: UInt8 = isUpright ? 2 : y < horizon ? 0 : 1
          let isMasked = (40..<45).contains(x) && (28..<33).contains(y)
          maps.append(x == 0 || isMasked ? SampleImages.noClass : label)
          let shade = UInt8(noise(x, y + sample) * 24)
          let color: [UInt8] =
            switch x == 0 ? 3 : label {
            case 0: [90 + shade, 130 + shade + UInt8(y), 215]
            case 1: [105 + shade, 85 + shade, 50]
            case 2: [150 + shade, 40, 45 + shade]
            default: [0, 0, 0]
            }
          pixels += color
        }
      }
    }
    return SampleImages(
      width: width, height: height, channels: 3, pixels: pixels,
      labels: Array(repeating: -1, count: sceneCount), labelMaps: hasLabels ? maps : [])
  }
}
