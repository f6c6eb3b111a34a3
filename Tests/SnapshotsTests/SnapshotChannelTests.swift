import Foundation
import Snapshots
import Testing

/// What each lane keeps of what the trainer sends.
@Suite struct SnapshotChannelTests {
  private static let mixed: [TrainingEvent] = [
    .started(SnapshotFixture.description(), SnapshotFixture.samples),
    .evaluation(SnapshotFixture.evaluation(0)), .step(SnapshotFixture.step(1)),
    .checkpoint(SnapshotFixture.checkpoint(1)), .paused(true), .paused(false),
    .evaluation(SnapshotFixture.evaluation(1)), .step(SnapshotFixture.step(2)),
    .checkpoint(SnapshotFixture.checkpoint(2)), .ended(.completed, step: 2, message: nil),
  ]

  @Test func losslessKeepsAll() {
    let lane = SnapshotLane.lossless()
    let channel = SnapshotChannel(lanes: [lane])
    for event in Self.mixed { channel.send(event) }
    #expect(lane.drain() == Self.mixed)
    #expect(lane.drain() == [])
  }

  @Test func newestKeepsWhatAScreenNeeds() {
    let lane = SnapshotLane.newest()
    let channel = SnapshotChannel(lanes: [lane])
    for event in Self.mixed { channel.send(event) }
    #expect(
      lane.drain() == [
        .started(SnapshotFixture.description(), SnapshotFixture.samples),
        .step(SnapshotFixture.step(1)), .checkpoint(Self.bare(1)), .paused(true), .paused(false),
        .evaluation(SnapshotFixture.evaluation(1)), .step(SnapshotFixture.step(2)),
        .checkpoint(Self.bare(2)), .ended(.completed, step: 2, message: nil),
      ])
    // One that has been taken is not replaced by one that comes later.
    channel.send(.evaluation(SnapshotFixture.evaluation(3)))
    #expect(lane.drain() == [.evaluation(SnapshotFixture.evaluation(3))])
  }

  /// A screen that takes nothing for days costs a bounded amount of memory, and none once it is
  /// left.
  @Test func whatNobodyTakesIsBounded() {
    let lane = SnapshotLane.newest()
    let channel = SnapshotChannel(lanes: [lane])
    channel.send(.paused(true))
    for step in 1...30_000 { channel.send(.step(SnapshotFixture.step(step))) }
    let kept = lane.drain()
    #expect((10_000...20_000).contains(kept.count), "\(kept.count)")
    let steps = kept.compactMap { event in
      if case .step(let step) = event { step.step } else { nil }
    }
    #expect(kept.first == .paused(true) && steps.count == kept.count - 1)
    #expect(steps == steps.sorted() && steps.first == 1 && steps.last == 30_000)
    channel.send(.paused(false))
    lane.abandon()
    channel.send(.paused(true))
    #expect(lane.next() == nil)
  }

  /// A checkpoint without its tensors.
  private static func bare(_ step: Int) -> CheckpointSnapshot {
    var checkpoint = SnapshotFixture.checkpoint(step)
    #expect(!checkpoint.weights.isEmpty)
    checkpoint.weights = []
    checkpoint.optimizer = []
    return checkpoint
  }

  @Test func everyLaneHasAll() {
    let lanes = [SnapshotLane.lossless(), .lossless()]
    let channel = SnapshotChannel(lanes: lanes)
    for event in Self.mixed { channel.send(event) }
    #expect(lanes[0].drain() == Self.mixed)
    #expect(lanes[1].drain() == Self.mixed)
  }

  @Test func nextHandsOutTheRestAfterCloseAndThenNil() {
    let lane = SnapshotLane.lossless()
    let channel = SnapshotChannel(lanes: [lane])
    channel.send(.paused(true))
    channel.close()
    #expect(lane.next() == [.paused(true)])
    #expect(lane.next() == nil)
    #expect(lane.next() == nil)
  }

  @Test func closeLetsAWaitingListenerGo() {
    let lane = SnapshotLane.newest()
    let channel = SnapshotChannel(lanes: [lane])
    Thread.detachNewThread { channel.close() }
    #expect(lane.next() == nil)
  }

  @Test func orderAcrossThreads() {
    let count = 5_000
    let recorder = SnapshotLane.lossless()
    let screen = SnapshotLane.newest()
    let channel = SnapshotChannel(lanes: [recorder, screen])
    Thread.detachNewThread {
      for step in 1...count {
        channel.send(.step(SnapshotFixture.step(step)))
        if step % 50 == 0 { channel.send(.evaluation(SnapshotFixture.evaluation(step))) }
        if step % 100 == 0 { channel.send(.checkpoint(SnapshotFixture.checkpoint(step))) }
      }
      channel.close()
    }
    var recorded: [TrainingEvent] = []
    while let events = recorder.next() { recorded += events }
    #expect(steps(recorded) == Array(1...count))
    #expect(evaluations(recorded) == Array(stride(from: 50, through: count, by: 50)))
    #expect(recorded.count == count + count / 50 + count / 100)
    var shown: [TrainingEvent] = []
    while let events = screen.next() { shown += events }
    #expect(steps(shown) == Array(1...count))
    #expect(evaluations(shown) == [count])
  }

  private func steps(_ events: [TrainingEvent]) -> [Int] {
    events.compactMap { if case .step(let step) = $0 { step.step } else { nil } }
  }

  private func evaluations(_ events: [TrainingEvent]) -> [Int] {
    events.compactMap { if case .evaluation(let evaluation) = $0 { evaluation.step } else { nil } }
  }
}
