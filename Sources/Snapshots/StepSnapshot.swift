/// One optimiser step, as it was just taken.
package struct StepSnapshot: Sendable, Codable, Equatable {
  /// The number of steps taken so far, this one included: the first step is 1.
  package var step: Int
  /// The epoch that the step belongs to, from 1.
  package var epoch: Int
  /// The head that the step trained.
  package var head: HeadID
  /// −I with the configured λ, in nats, mean over the head's sub-heads; of a head that is trained
  /// with labels, the cross-entropy.
  package var loss: Double
  /// The loss of each sub-head, in nats.
  package var subHeadLosses: [Double]
  /// I(z, z′) of the batch at λ = 1, in nats, mean over the sub-heads; NaN for a method without
  /// pairs of views.
  package var mutualInformation: Double
  package var learningRate: Double
  /// Both sides of every pair count; measured over the step with its augmentation.
  package var imagesPerSecond: Double
  /// Seconds since the run began, evaluations included; pauses and times in which the process stood
  /// still are left out.
  package var elapsed: Double

  package init(
    step: Int, epoch: Int, head: HeadID, loss: Double, subHeadLosses: [Double],
    mutualInformation: Double, learningRate: Double, imagesPerSecond: Double, elapsed: Double
  ) {
    self.step = step
    self.epoch = epoch
    self.head = head
    self.loss = loss
    self.subHeadLosses = subHeadLosses
    self.mutualInformation = mutualInformation
    self.learningRate = learningRate
    self.imagesPerSecond = imagesPerSecond
    self.elapsed = elapsed
  }
}
