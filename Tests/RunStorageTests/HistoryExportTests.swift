import Foundation
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

struct HistoryExportTests {
  @Test func quoting() {
    for (field, expected) in [
      ("", ""), ("plain text", "plain text"), ("a,b", "\"a,b\""), ("\"", "\"\"\"\""),
      ("a\nb", "\"a\nb\""), ("a\r\nb", "\"a\r\nb\""),
    ] {
      #expect(CSV.quoted(field) == expected)
    }
  }

  private func recorded(_ events: [TrainingEvent], in url: URL) throws -> RunFolder {
    let run = RunFolder(url.appendingPathComponent("run"))
    try FileManager.default.createDirectory(at: run.url, withIntermediateDirectories: true)
    let recorder = try RunRecorder(run)
    try recorder.record(events)
    recorder.close()
    return run
  }

  /// A table is written in pieces, and nothing is lost or doubled between them.
  @Test func aTableLongerThanItsBuffer() throws {
    try withTemporaryFolder { url in
      let steps = (1...5000).map { Fixture.step($0) }
      let run = try recorded([Fixture.started()] + steps.map { .step($0) }, in: url)
      let written = try HistoryExport.writeCSV(RunHistoryReader(run), to: url)
      let text = try String(contentsOf: written[0], encoding: .utf8)
      #expect(text.utf8.count > 3 << 16)
      let lines = text.split(separator: "\n")
      #expect(lines.count == 5001)
      #expect(
        zip(lines.dropFirst(), steps).allSatisfy { $0.hasPrefix("\($1.step),\($1.epoch),") })
    }
  }

  @Test func files() throws {
    try withTemporaryFolder { url in
      var step = Fixture.step(2)
      step.subHeadLosses = [.nan]
      var evaluation = Fixture.evaluation(2)
      evaluation.heads.removeFirst()
      let run = try recorded(
        [
          Fixture.started(), .evaluation(Fixture.evaluation(0)), .step(Fixture.step(1)),
          .step(step), .evaluation(evaluation), .step(Fixture.step(3)),
        ], in: url)
      try run.changeClusterNames {
        $0[ClusterID(head: .b, subHead: 1, cluster: 2)] = "owls, mostly"
        $0[ClusterID(head: .a, subHead: 0, cluster: 3)] = "猫"
      }
      let folder = url.appendingPathComponent("a/b")
      let written = try HistoryExport.writeCSV(RunHistoryReader(run), to: folder)
      let names = [
        "steps", "evaluations", "cluster-names", "joint-B-1", "confusion-B-1", "joint-B-2",
        "confusion-B-2",
      ]
      #expect(written.map(\.lastPathComponent) == names.map { "\($0).csv" })
      func lines(_ name: String) throws -> [String] {
        try String(contentsOf: folder.appendingPathComponent("\(name).csv"), encoding: .utf8)
          .components(separatedBy: "\n")
      }
      let steps = try lines("steps")
      #expect(
        steps[0] == "step,epoch,head,loss,loss_1,loss_2,mutual_information,learning_rate,"
          + "images_per_second,elapsed_seconds")
      #expect(
        steps[1]
          == "1,1,B,-0.1,-0.1,-0.03333333333333333,0.3,0.0001,1000.5,0.14285714285714285")
      #expect(steps[2].hasPrefix("2,1,A,-0.2,nan,,0.6,"))
      #expect(steps.count == 5 && steps[4] == "")
      let evaluations = try lines("evaluations")
      #expect(evaluations.count == 1 + 4 + 2 + 1)
      #expect(evaluations[5].hasPrefix("2,1,0.2857142857142857,6,B,1,0,-0.5,0.7,1.01,0.31,0.5,"))
      #expect(evaluations[6].hasPrefix("2,1,0.2857142857142857,6,B,2,1,-0.9,"))
      #expect(evaluations[0].hasPrefix("step,epoch,elapsed_seconds,images,head,sub_head,"))
      #expect(
        try lines("cluster-names") == [
          "head,sub_head,cluster,name", "A,1,3,猫", "B,2,2,\"owls, mostly\"", "",
        ])
      #expect(
        try lines("joint-B-2") == [
          "cluster,0,1,2", "0,0.0,0.01,0.02", "1,0.03,0.04,0.05",
          "2,0.06,0.07,0.08", "",
        ])
      #expect(
        try lines("confusion-B-1") == [
          "cluster,mapped_class,zero,\"one, or \"\"I\"\"\",zwölf", "0,,0,1000,2000",
          "1,zero,3000,4000,5000", "2,\"one, or \"\"I\"\"\",6000,7000,8000", "",
        ])
    }
  }

  @Test func unwritable() throws {
    try withTemporaryFolder { url in
      let file = url.appendingPathComponent("file")
      try Data().write(to: file)
      let run = try recorded([Fixture.started()], in: url)
      let text = message {
        try HistoryExport.writeCSV(RunHistoryReader(run), to: file.appendingPathComponent("x"))
      }
      #expect(text.hasPrefix("\(file.path)/x: cannot make the folder: "), "\(text)")
    }
  }
}
