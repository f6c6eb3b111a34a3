import Foundation

/// What the trainer remembers between two steps beside weights and moments. Batches and transforms
/// need nothing here: they follow from the seed and the step.
struct TrainerState: Codable, Equatable {
  /// Steps taken.
  var step = 0
  /// Seconds of training.
  var elapsed = 0.0
  /// The configured one, or what was asked for since; before it decays.
  var learningRate: Double
  /// An evaluation was due and given up because of a request to stop; it comes first when the run
  /// goes on.
  var owesEvaluation = false
  /// The lowest loss that a sub-head of the main head has had in an evaluation; nil before the
  /// first.
  var lowestLoss: Double?
  /// How many images that evaluation measured; nil in checkpoints from before some measured a
  /// sample: as many as any other.
  var lowestLossImages: Int?

  /// Whether an evaluation's loss is the lowest so far. Losses on other images cannot be compared:
  /// the last evaluation, which may measure more than the others, then counts only if it is the
  /// first, and what it has measured is not held against those of a run that goes on.
  func isBest(loss: Double, images: Int, isFinal: Bool) -> Bool {
    guard let lowestLoss, !loss.isNaN else { return loss < .infinity }
    if images == lowestLossImages ?? images { return loss < lowestLoss }
    return !isFinal
  }

  var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    // Numbers and an optional number: encoding them cannot fail.
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  /// - Throws: `TrainingError` if the text is not what `text` wrote.
  init(text: String) throws(TrainingError) {
    do {
      self = try JSONDecoder().decode(TrainerState.self, from: Data(text.utf8))
    } catch {
      throw TrainingError(description: "the checkpoint's trainer state is not readable: \(text)")
    }
  }

  init(learningRate: Double) { self.learningRate = learningRate }
}

/// Why a training cannot start or go on.
package struct TrainingError: Error, CustomStringConvertible {
  package var description: String
}
