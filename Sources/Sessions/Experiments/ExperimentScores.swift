import Foundation
import Snapshots

/// What one finished run or baseline has come to. Shares are 0...1; nil where there are no labels,
/// or nothing of the kind.
package struct ExperimentScores: Sendable, Codable, Hashable {
  /// Of the sub-head with the lowest loss, which was chosen without labels, as are `nmi` and `ari`.
  package var accuracy: Double?
  package var nmi: Double?
  package var ari: Double?
  /// Of that sub-head, in nats.
  package var loss: Double?
  /// Of all sub-heads of the main head.
  package var meanAccuracy: Double?
  /// Of the sub-head with the most right, which only labels can tell.
  package var bestAccuracy: Double?
  /// Seconds of training.
  package var seconds = 0.0
  /// Accuracy with each of the experiment's label shares, in their order.
  package var labelShares: [Double]?
}

extension ExperimentScores {
  init(_ head: HeadEvaluation, seconds: Double) {
    let chosen = head.subHeads[head.lowestLossSubHead]
    accuracy = chosen.accuracy
    nmi = chosen.nmi
    ari = chosen.ari
    loss = chosen.loss
    meanAccuracy = head.meanAccuracy
    bestAccuracy = head.subHeads.compactMap(\.accuracy).max()
    self.seconds = seconds
  }
}

/// Mean and standard deviation of one figure over seeds.
package struct Spread: Sendable, Equatable, Codable {
  package var mean: Double
  /// Around the mean, divided by their number; nil for one value alone.
  package var deviation: Double?

  /// nil without values.
  package init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = values.count > 1 ? (squares / Double(values.count)).squareRoot() : nil
  }
}
