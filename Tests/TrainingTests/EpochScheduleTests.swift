import Methods
import Testing

/// Steps and epochs of different lengths, against a list of them all.
@Suite struct EpochScheduleTests {
  @Test(arguments: [[5], [8, 4], [1, 3, 2], [2, 2, 2]]) func everyStep(cycle: [Int]) {
    let schedule = EpochSchedule(cycle: cycle)
    var step = 0
    #expect(schedule.epoch(after: 0) == 0 && !schedule.isEpochEnd(after: 0))
    for epoch in 1...7 {
      #expect(schedule.steps(ofEpochs: epoch - 1) == step)
      let steps = cycle[(epoch - 1) % cycle.count]
      for stepInEpoch in 0..<steps {
        #expect(
          schedule.index(ofStep: step)
            == StepIndex(step: step, epoch: epoch, stepInEpoch: stepInEpoch))
        step += 1
        #expect(schedule.epoch(after: step) == epoch)
        #expect(schedule.isEpochEnd(after: step) == (stepInEpoch == steps - 1))
      }
    }
  }
}
