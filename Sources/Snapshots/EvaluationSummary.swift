/// What is kept of every evaluation of a run, however many there are.
package struct EvaluationSummary: Sendable, Equatable {
  package var step: Int
  /// Accuracy of the reported sub-head of each head; none without labels.
  package var accuracies: [HeadID: Double]

  package init(step: Int, accuracies: [HeadID: Double]) {
    self.step = step
    self.accuracies = accuracies
  }

  package init(_ evaluation: EvaluationSnapshot) {
    step = evaluation.step
    accuracies = [:]
    for head in evaluation.heads {
      accuracies[head.head] = head.subHeads[head.reportedSubHead].accuracy
    }
  }
}
