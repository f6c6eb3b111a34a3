import Sessions
import ArgumentParser
import Foundation
import RunStorage
import Snapshots
import TestSupport
import Testing

@testable import TerminalUI
@testable import iic_tui

@Suite struct ExportFrameTests {
  private static let events: [TrainingEvent] = {
    let description = RunDescription(
      name: "frame", preset: "test", dataset: "digits", classNames: ["a & b", "<c>"],
      configuration: "", seed: 1,
      heads: [
        HeadDescription(
          name: .b, clusters: 2, subHeads: 1, matching: .oneToOne, isMain: true)
      ],
      epochs: 1, plannedSteps: 20, imagesPerStep: 10, evaluationImages: 10,
      parameterCount: 10, startedAt: 0)
    let samples = SampleImages(width: 1, height: 1, channels: 1, pixels: [9], labels: [0])
    let steps = (1...20).map { step in
      StepSnapshot(
        step: step, epoch: 1, head: .b, loss: -0.1 * Double(step),
        subHeadLosses: [-0.1 * Double(step)], mutualInformation: 0.1 * Double(step),
        learningRate: 0.001, imagesPerSecond: 100, elapsed: Double(step))
    }
    return [.started(description, samples)] + steps.map { .step($0) }
      + [.ended(.completed, step: 20, message: nil)]
  }()

  /// The run after the first steps of the events; all of them if nil.
  private static func history(steps: Int? = nil) throws -> RunHistory {
    guard case .started(let description, let samples) = try #require(events.first) else {
      throw CancellationError()
    }
    var history = RunHistory(description: description, samples: samples)
    for event in events.dropFirst().prefix(steps ?? events.count) { history.append(event) }
    return history
  }

  private func state(step: Int?, width: Int, height: Int) throws -> DashboardState {
    var state = DashboardState(
      history: try Self.history(), mode: .watch, width: width, height: height)
    state.position = step
    if let step { state.recall(try Self.history(steps: step).newest, at: step) }
    return state
  }

  @Test func writesTheFrame() throws {
    try withTemporaryFolder { folder in
      let runs = folder.appendingPathComponent("runs")
      let run = try RunsFolder(runs).createRun(name: "frame", preset: "test")
      let recorder = try RunRecorder(run)
      try recorder.record(Self.events)
      recorder.close()
      let file = folder.appendingPathComponent("frame.txt")
      let cases: [(arguments: [String], step: Int?, width: Int, height: Int)] = [
        ([], nil, 140, 45), (["--step", "20"], nil, 140, 45),
        (["--step", "7", "--size", "80x24"], 7, 80, 24),
      ]
      for (arguments, step, width, height) in cases {
        let base = ["frame", "--runs", runs.path, "--frame"]
        try ExportCommand.parse(base + [file.path] + arguments).run()
        let frame = Dashboard.frame(try state(step: step, width: width, height: height))
        #expect(try String(contentsOf: file, encoding: .utf8) == frame.text + "\n")
        let picture = folder.appendingPathComponent("frame.SVG")
        try ExportCommand.parse(base + [picture.path] + arguments).run()
        let data = try Data(contentsOf: picture)
        #expect(String(decoding: data, as: UTF8.self) == frame.svg)
      }
      let late = try ExportCommand.parse(
        ["frame", "--runs", runs.path, "--frame", file.path, "--step", "21"])
      #expect {
        try late.run()
      } throws: {
        "\($0)" == "frame: --step is 21, expected 0…20"
      }
      let nowhere = try ExportCommand.parse(
        ["frame", "--runs", runs.path, "--frame", folder.path + "/none/frame.txt"])
      #expect(throws: StorageError.self) { try nowhere.run() }
    }
  }

  @Test(arguments: [
    ["--frame", "frame.png"], ["--frame", "frame"], ["--step", "3"], ["--size", "80x24"], [],
    ["--frame", "f.txt", "--size", "80"], ["--frame", "f.txt", "--size", "39x12"],
    ["--frame", "f.txt", "--size", "80x24x2"], ["--frame", "f.svg", "--size", "1001x50"],
  ]) func wrongUsage(_ arguments: [String]) {
    #expect {
      try ExportCommand.parse(["run"] + arguments)
    } throws: {
      ExportCommand.exitCode(for: $0) == .validationFailure
    }
  }
}
