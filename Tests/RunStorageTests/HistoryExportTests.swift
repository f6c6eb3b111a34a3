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
          .step(step), .evaluation(evaluation), .restart(Fixture.restart(2)),
          .step(Fixture.step(3)),
        ], in: url)
      try run.changeClusterNames {
        $0[ClusterID(head: .b, subHead: 1, cluster: 2)] = "owls, mostly"
        $0[ClusterID(head: .a, subHead: 0, cluster: 3)] = "猫"
      }
      let folder = url.appendingPathComponent("a/b")
      let written = try HistoryExport.writeCSV(RunHistoryReader(run), to: folder)
      let names = [
        "steps", "evaluations", "heads", "classes", "clusters", "trees", "warnings", "restarts",
        "cluster-names", "joint-B-1", "confusion-B-1", "samples-B-1", "joint-B-2",
        "confusion-B-2", "samples-B-2",
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

  /// What evaluations have beside the scores of sub-heads.
  @Test func seriesOfEvaluations() throws {
    try withTemporaryFolder { url in
      let run = try recorded(
        [
          Fixture.started(), .evaluation(Fixture.evaluation(0)), .step(Fixture.step(1)),
          .evaluation(Fixture.evaluation(1)), .restart(Fixture.restart(1)),
        ], in: url)
      try HistoryExport.writeCSV(RunHistoryReader(run), to: url)
      func lines(_ name: String) throws -> [String] {
        try String(contentsOf: url.appendingPathComponent("\(name).csv"), encoding: .utf8)
          .split(separator: "\n").map(String.init)
      }
      #expect(
        try lines("heads") == [
          "step,epoch,head,reported_sub_head,lowest_loss_sub_head,mean_accuracy,"
            + "accuracy_deviation,suggested_clusters,jump",
          "0,0,A,1,1,0.9,0.0,2,2.5", "0,0,B,2,2,0.625,0.125,,",
          "1,1,A,1,1,0.9,0.0,2,2.5", "1,1,B,2,2,0.625,0.125,,",
        ])
      // Of 45,000 images 12,000 are of class 0; its cluster 1 holds 12,000, 3,000 of them its own.
      let classes = try lines("classes")
      #expect(classes.count == 1 + 2 * (2 + 2) * 3)
      #expect(
        classes[0]
          == "step,epoch,head,sub_head,class,images,precision,recall,f1,intersection_over_union")
      #expect(
        classes[7] == "0,0,B,1,zero,9000,0.25,\(1.0 / 3),\(2 * 0.25 / 3 / (0.25 + 1.0 / 3)),"
          + "\(3000.0 / 18000)")
      #expect(classes[8].hasPrefix("0,0,B,1,\"one, or \"\"I\"\"\",12000,"))
      let clusters = try lines("clusters")
      #expect(clusters.count == 1 + 2 * 2 * (4 + 3))
      #expect(clusters[0] == "step,epoch,head,sub_head,cluster,share,class,corresponds_to")
      #expect(clusters[1] == "0,0,A,1,0,0.0,," && clusters[2] == "0,0,A,1,1,\(Float(1) / 6),zero,0")
      let trees = try lines("trees")
      #expect(trees.count == 1 + 2 * 2 * 3)
      #expect(trees[0] == "step,epoch,head,sub_head,node,first,second,cost")
      #expect(trees[12] == "1,1,A,2,6,5,4,0.3")
      #expect(
        try lines("warnings") == [
          "step,epoch,kind,text", "0,0,skewed,\"the \"\"largest\"\" holds 90 %\"",
          "1,1,skewed,\"the \"\"largest\"\" holds 90 %\"",
        ])
      #expect(try lines("restarts") == ["step,epoch,head,sub_head", "1,2,B,1", "1,2,B,2"])
      #expect(
        try lines("samples-B-1") == [
          "sample,class,0,1,2", "0,zwölf,0.0,0.1,0.2", "1,zero,\(Float(3) * 0.1),0.4,0.5",
        ])
    }
  }

  /// Where one table cannot be written, all are as they were, and nothing lies beside them.
  @Test func allTablesOrNone() throws {
    try withTemporaryFolder { url in
      let run = try recorded([Fixture.started(), .step(Fixture.step(1))], in: url)
      let folder = url.appendingPathComponent("tables")
      // The last table of this run: a folder has its name.
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("cluster-names.csv"), withIntermediateDirectories: true)
      try Data("old".utf8).write(to: folder.appendingPathComponent("steps.csv"))
      let text = message { try HistoryExport.writeCSV(RunHistoryReader(run), to: folder) }
      #expect(text == "\(folder.path)/cluster-names.csv: cannot write: Is a directory")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
          "cluster-names.csv", "steps.csv",
        ])
      #expect(
        try String(contentsOf: folder.appendingPathComponent("steps.csv"), encoding: .utf8)
          == "old")
      rmdir(folder.appendingPathComponent("cluster-names.csv").path)
      try HistoryExport.writeCSV(RunHistoryReader(run), to: folder)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 9)
    }
  }

  /// A table that is a link leads where it did, with the mode that it had there; one that is a pipe
  /// is written into.
  @Test func linksModesAndPipes() throws {
    try withTemporaryFolder { url in
      let run = try recorded([Fixture.started(), .step(Fixture.step(1))], in: url)
      let folder = url.appendingPathComponent("tables")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      let target = url.appendingPathComponent("target")
      try Data("old".utf8).write(to: target)
      chmod(target.path, 0o640)
      let link = folder.appendingPathComponent("steps.csv")
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
      let pipe = folder.appendingPathComponent("heads.csv")
      try #require(mkfifo(pipe.path, 0o600) == 0)
      let reader = open(pipe.path, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      try HistoryExport.writeCSV(RunHistoryReader(run), to: folder)
      #expect(FolderEntry(link)?.kind == .link && FolderEntry(pipe)?.kind == .pipe)
      #expect(try String(contentsOf: target, encoding: .utf8).hasPrefix("step,epoch,head,loss,"))
      var status = stat()
      #expect(stat(target.path, &status) == 0 && status.st_mode & 0o7777 == 0o640)
      var bytes = [UInt8](repeating: 0, count: 100)
      let count = read(reader, &bytes, bytes.count)
      #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).hasPrefix("step,epoch,"))
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
