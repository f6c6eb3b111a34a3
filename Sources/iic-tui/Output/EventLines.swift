import Foundation
import RunStorage
import Snapshots
import Training

/// Training events as JSON, one object a line. Sub-heads are numbered from 1, as on the screen; times are
/// seconds of training.
struct JSONEventLines {
  let runName: String
  let runPath: String
  let configuration: Configuration

  /// The line of an event, nil for one that has none; checkpoints are told by `line(checkpoint:)`.
  ///
  /// - Parameter main: the head that speaks for the run.
  func line(_ event: TrainingEvent, main: HeadID?) -> String? {
    switch event {
    case .started(let description, _):
      JSON.object([
        ("event", .string("start")), ("run", .string(description.name)),
        ("path", .string(runPath)), ("configuration", .raw(configuration.json)),
        ("parameters", .integer(description.parameterCount)),
        ("steps", .integer(description.plannedSteps)),
      ]).text
    case .step(let step): line(step)
    case .evaluation(let evaluation): JSONEventLines.line(evaluation, main: main)
    case .checkpoint, .paused: nil
    case .ended(let status, let step, let message):
      JSON.object(
        [
          ("event", .string("end")), ("status", .string(status.rawValue)),
          ("step", .integer(step)), ("run", .string(runName)),
        ] + (message.map { [("message", .string($0))] } ?? [])
      ).text
    }
  }

  func line(checkpoint: RecordedCheckpoint) -> String {
    JSON.object([
      ("event", .string("checkpoint")), ("step", .integer(checkpoint.step)),
      ("path", .string(checkpoint.path)),
    ]).text
  }

  private func line(_ step: StepSnapshot) -> String {
    JSON.object([
      ("event", .string("step")), ("step", .integer(step.step)), ("epoch", .integer(step.epoch)),
      ("head", .string(step.head.rawValue)), ("loss", .number(step.loss)),
      ("mutual_information", .number(step.mutualInformation)),
      ("learning_rate", .number(step.learningRate)),
      ("images_per_second", .number(step.imagesPerSecond)), ("elapsed", .number(step.elapsed)),
    ]).text
  }

  /// An evaluation: the members of the main head, then each other head as an object of its own.
  static func line(_ evaluation: EvaluationSnapshot, main: HeadID?) -> String {
    var members: [(String, JSON)] = [
      ("event", .string("evaluation")), ("step", .integer(evaluation.step)),
      ("epoch", .integer(evaluation.epoch)), ("images", .integer(evaluation.images)),
    ]
    if let main, let head = evaluation[main] { members += self.members(head) }
    for head in evaluation.heads where head.head != main {
      members.append(("head_\(head.head.rawValue)", .object(self.members(head))))
    }
    return JSON.object(members).text
  }

  private static func members(_ head: HeadEvaluation) -> [(String, JSON)] {
    let lowest = head.subHeads[head.lowestLossSubHead]
    return [
      (
        "sub_heads",
        .array(
          head.subHeads.map { subHead in
            .object(
              [("index", .integer(subHead.index + 1)), ("loss", .number(subHead.loss))]
                + measured([
                  ("accuracy", subHead.accuracy), ("nmi", subHead.nmi), ("ari", subHead.ari),
                ]) + [
                  ("mutual_information", .number(subHead.mutualInformation)),
                  ("empty_clusters", .integer(subHead.emptyClusters)),
                ])
          })
      ),
      (
        "lowest_loss",
        .object([("index", .integer(lowest.index + 1))] + measured([("accuracy", lowest.accuracy)]))
      ),
    ] + measured([("mean", head.meanAccuracy), ("std", head.accuracyDeviation)])
  }

  /// What images without labels do not have is left out.
  private static func measured(_ members: [(String, Double?)]) -> [(String, JSON)] {
    members.compactMap { name, value in value.map { (name, .number($0)) } }
  }
}
