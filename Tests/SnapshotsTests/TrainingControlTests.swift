import Foundation
import Snapshots
import Testing

/// Requests reach the trainer once, or until they are taken back.
@Suite struct TrainingControlTests {
  @Test func nothingAsked() {
    let requests = TrainingControl().take()
    #expect(!requests.paused && !requests.stop && !requests.evaluate && !requests.checkpoint)
    #expect(requests.learningRate == nil)
  }

  @Test func onceAndLasting() {
    let control = TrainingControl()
    control.evaluate()
    control.checkpoint()
    control.setLearningRate(0.1)
    control.setLearningRate(0.2)
    control.setPaused(true)
    control.stop()
    let first = control.take()
    #expect(first.evaluate && first.checkpoint && first.learningRate == 0.2)
    #expect(first.paused && first.stop)
    let second = control.take()
    #expect(!second.evaluate && !second.checkpoint && second.learningRate == nil)
    #expect(second.paused && second.stop)
    control.setPaused(false)
    #expect(!control.take().paused)
  }

  @Test func fromManyThreads() async {
    let control = TrainingControl()
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<100 {
        group.addTask {
          control.evaluate()
          control.setLearningRate(Double(index))
        }
      }
    }
    let taken = control.take()
    #expect(taken.evaluate)
    #expect(taken.learningRate.map { (0..<100).contains(Int($0)) } == true)
    #expect(!control.take().evaluate)
  }
}
