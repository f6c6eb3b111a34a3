import Foundation
import Snapshots
import Testing

@testable import RunStorage

/// Small made-up snapshots, all different from each other.
enum Fixture {
  static func description(name: String = "small", seed: UInt64 = .max) -> RunDescription {
    RunDescription(
      name: name, preset: "digits-small", dataset: "digits",
      classNames: ["zero", "one, or \"I\"", "zwölf"], configuration: "a: 1\nb: 'two'\n",
      seed: seed,
      heads: [
        HeadDescription(
          name: .a, clusters: 4, subHeads: 2, matching: .manyToOne, isMain: false),
        HeadDescription(
          name: .b, clusters: 3, subHeads: 2, matching: .oneToOne, isMain: true),
      ], epochs: 2, plannedSteps: 20, imagesPerStep: 64, evaluationImages: 6,
      parameterCount: 1234, startedAt: 1_700_000_000.25)
  }

  static let samples = SampleImages(
    width: 2, height: 3, channels: 1, pixels: (0..<12).map { UInt8($0 * 20) }, labels: [2, 0])

  static func started(_ name: String = "small") -> TrainingEvent {
    .started(description(name: name), samples)
  }

  static func step(_ step: Int, loss: Double? = nil) -> StepSnapshot {
    let loss = loss ?? -0.1 * Double(step)
    return StepSnapshot(
      step: step, epoch: 1 + (step - 1) / 10, head: step % 2 == 0 ? .a : .b, loss: loss,
      subHeadLosses: [loss, loss / 3], mutualInformation: 0.3 * Double(step), learningRate: 1e-4,
      imagesPerSecond: 1000.5, elapsed: Double(step) / 7)
  }

  static func subHead(
    _ index: Int, clusters: Int, loss: Double, accuracy: Double
  ) -> SubHeadEvaluation {
    SubHeadEvaluation(
      index: index, loss: loss, mutualInformation: 0.7, entropy: 1.01,
      conditionalEntropy: 0.31,
      scores: ClassScores(
        accuracy: accuracy, nmi: 0.4, ari: -0.01, oneToOneAccuracy: accuracy / 2,
        manyToOneAccuracy: accuracy, classOfCluster: (0..<clusters).map { $0 - 1 },
        contingency: (0..<clusters * 3).map { $0 * 1000 }),
      joint: (0..<clusters * clusters).map { Float($0) / 100 },
      clusterShares: (0..<clusters).map { Float($0) / 6 },
      sampleProbabilities: (0..<2 * clusters).map { Float($0) * 0.1 },
      merges: clusters == 4 ? tree : [], agreement: 0.875,
      alignment: (0..<clusters).map { $0 - 1 })
  }

  static let tree = [
    TreeMerge(first: 1, second: 3, cost: 0.01), TreeMerge(first: 0, second: 2, cost: 0.02),
    TreeMerge(first: 5, second: 4, cost: 0.3),
  ]

  static func restart(_ step: Int) -> RestartSnapshot {
    RestartSnapshot(step: step, epoch: (step + 9) / 10 + 1, head: .b, subHeads: [0, step % 3])
  }

  static func evaluation(
    _ step: Int, losses: [Double] = [-0.5, -0.9], accuracies: [Double] = [0.5, 0.75],
    images: Int = 6
  ) -> EvaluationSnapshot {
    EvaluationSnapshot(
      step: step, epoch: (step + 9) / 10, elapsed: Double(step) / 7, images: images,
      heads: [
        HeadEvaluation(
          head: .a, subHeads: (0..<2).map { subHead($0, clusters: 4, loss: -2, accuracy: 0.9) },
          suggestion: SuggestedCount(clusters: 2, jump: 2.5)),
        HeadEvaluation(
          head: .b,
          subHeads: (0..<2).map {
            subHead($0, clusters: 3, loss: losses[$0], accuracy: accuracies[$0])
          }),
      ], warnings: [Warning(.skewed, "the \"largest\" holds 90 %")])
  }

  static func checkpoint(_ step: Int, isBest: Bool = false) -> CheckpointSnapshot {
    let value = Float(step)
    return CheckpointSnapshot(
      step: step,
      weights: [
        NamedTensor(name: "a.bias", shape: [2], values: [value, -value]),
        NamedTensor(name: "b.weight", shape: [1, 2, 1], values: [0.5, value / 3]),
      ],
      optimizer: [NamedTensor(name: "a.bias.exp_avg", shape: [2], values: [value / 7, 0])],
      trainerState: #"{"epoch": 1, "note": "é\#(step)\n"}"#, isBest: isBest)
  }

  /// A folder for the run that `description` describes: a run is called what its folder is.
  static func run(in folder: URL) throws -> RunFolder {
    let run = RunFolder(folder.appendingPathComponent(description().name, isDirectory: true))
    try FileManager.default.createDirectory(at: run.url, withIntermediateDirectories: false)
    return run
  }

  static func runs(in folder: URL) -> RunsFolder {
    RunsFolder(folder.appendingPathComponent("runs"))
  }
}

extension EvaluationSnapshot {
  /// This evaluation as programs recorded it that knew no trees, warnings and agreement.
  var withoutTrees: EvaluationSnapshot {
    var copy = self
    copy.warnings = []
    for head in copy.heads.indices {
      copy.heads[head].suggestion = nil
      for subHead in copy.heads[head].subHeads.indices {
        copy.heads[head].subHeads[subHead].merges = []
        copy.heads[head].subHeads[subHead].agreement = nil
        copy.heads[head].subHeads[subHead].alignment = nil
        copy.heads[head].subHeads[subHead].scores?.oneToOneAccuracy = nil
        copy.heads[head].subHeads[subHead].scores?.manyToOneAccuracy = nil
      }
    }
    return copy
  }

  /// This evaluation as it would be on images without labels.
  var withoutLabels: EvaluationSnapshot {
    var copy = self
    for head in heads.indices {
      for subHead in heads[head].subHeads.indices {
        copy.heads[head].subHeads[subHead].scores = nil
      }
    }
    return copy
  }
}

/// Every step and evaluation of a run.
func everything(
  _ run: RunFolder
) throws -> (steps: [StepSnapshot], evaluations: [EvaluationSnapshot]) {
  var steps: [StepSnapshot] = []
  var evaluations: [EvaluationSnapshot] = []
  try RunHistoryReader(run).forEach(
    step: { steps.append($0) }, evaluation: { evaluations.append($0) })
  return (steps, evaluations)
}

/// The one line that `body` fails with.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
  } catch let error as StorageError {
    #expect(!error.description.contains("\n"))
    return error.description
  } catch {
    Issue.record("threw \(type(of: error)): \(error)")
    return ""
  }
  Issue.record("did not throw")
  return ""
}

/// The files in `folder` and their bytes.
func contents(_ folder: URL) throws -> [String: Data] {
  var result: [String: Data] = [:]
  for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
    result[name] = try Data(contentsOf: folder.appendingPathComponent(name))
  }
  return result
}
