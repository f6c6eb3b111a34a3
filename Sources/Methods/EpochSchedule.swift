/// One step of a run, told by number.
package struct StepIndex: Sendable, Equatable {
  /// From 0, over the whole run.
  package var step: Int
  /// From 1.
  package var epoch: Int
  /// From 0, within the epoch.
  package var stepInEpoch: Int

  package init(step: Int, epoch: Int, stepInEpoch: Int) {
    self.step = step
    self.epoch = epoch
    self.stepInEpoch = stepInEpoch
  }
}

/// How many steps each epoch has. Heads that take turns may train on different images, so epochs
/// differ; what repeats is the cycle of all turns.
package struct EpochSchedule: Sendable, Equatable {
  /// Steps of each epoch of a cycle, in order.
  package let cycle: [Int]
  private let stepsPerCycle: Int

  /// Requires at least one epoch, and a step in each.
  package init(cycle: [Int]) {
    precondition(!cycle.isEmpty && cycle.allSatisfy { $0 >= 1 }, "steps of epochs: \(cycle)")
    self.cycle = cycle
    stepsPerCycle = cycle.reduce(0, +)
  }

  /// Where step `step`, from 0, stands.
  package func index(ofStep step: Int) -> StepIndex {
    var epoch = step / stepsPerCycle * cycle.count + 1
    var rest = step % stepsPerCycle
    for steps in cycle {
      if rest < steps { break }
      rest -= steps
      epoch += 1
    }
    return StepIndex(step: step, epoch: epoch, stepInEpoch: rest)
  }

  /// The epoch of the last of so many steps; 0 before the first.
  package func epoch(after steps: Int) -> Int {
    steps == 0 ? 0 : index(ofStep: steps - 1).epoch
  }

  /// Whether the last of so many steps is the last of its epoch.
  package func isEpochEnd(after steps: Int) -> Bool {
    steps > 0 && index(ofStep: steps).stepInEpoch == 0
  }

  /// The steps of the first `epochs` epochs.
  package func steps(ofEpochs epochs: Int) -> Int {
    epochs / cycle.count * stepsPerCycle + cycle.prefix(epochs % cycle.count).reduce(0, +)
  }
}
