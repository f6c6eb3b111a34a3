import Foundation
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

struct RunDeletionTests {
  /// A finished run with a checkpoint.
  private func makeRun(_ name: String, in runs: RunsFolder) throws -> RunFolder {
    let run = try runs.createRun(name: name, preset: "p")
    let recorder = try RunRecorder(run)
    try recorder.record([
      Fixture.started(name), .step(Fixture.step(1)), .evaluation(Fixture.evaluation(1)),
      .checkpoint(Fixture.checkpoint(1, isBest: true)), .ended(.completed, step: 1, message: nil),
    ])
    recorder.close()
    return run
  }

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func whatIsARunsFile() throws {
    try withTemporaryFolder { url in
      let own = [
        ".best.safetensors.partial", ".cluster-names.json.partial", "best.safetensors",
        "cluster-names.json", "cluster-names.lock", "history.sqlite", "history.sqlite-journal",
        "history.sqlite-shm", "history.sqlite-wal", "latest-optimizer-12.safetensors",
        "latest.safetensors", "run.log", "running.lock",
      ]
      let foreign = [
        ".notes.partial", "History.sqlite", "control", "history.sqlite.bak", "latest-optimizer-",
        "latest-optimizer-.safetensors", "latest-optimizer-1a.safetensors",
        "latest-optimizer-٣.safetensors", "notes.txt", "other.safetensors",
      ]
      for name in own + foreign { try Data("x".utf8).write(to: url.appendingPathComponent(name)) }
      let folder = url.appendingPathComponent("latest-optimizer-3.safetensors")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      let entries = RunFolder(url).entries
      #expect(entries.own.map(\.name) == own.sorted())
      #expect(
        entries.foreign.map(\.name) == (foreign + ["latest-optimizer-3.safetensors"]).sorted())
      #expect(RunFolder(url).measure.bytes == own.count)
    }
  }

  @Test func aRunGoesWithItsFolder() throws {
    try withTemporaryFolder { url in
      let runs = Fixture.runs(in: url)
      let run = try makeRun("one", in: runs)
      _ = try makeRun("two", in: runs)
      try Data("x".utf8).write(to: run.url.appendingPathComponent(".latest.safetensors.partial"))
      try run.changeClusterNames { $0[ClusterID(head: .b, subHead: 0, cluster: 1)] = "cats" }
      let bytes = try contents(run.url).values.reduce(0) { $0 + $1.count }
      #expect(try runs.delete(run) == RunDeletion(path: run.url.path, bytes: bytes))
      #expect(try names(runs.url) == ["two"])
    }
  }

  /// What processes left that were killed while they deleted or imported.
  @Test func remainsAreClearedAway() throws {
    try withTemporaryFolder { url in
      let runs = Fixture.runs(in: url)
      let gone = try ChildProcess("/bin/true", [], environment: [:])
      _ = try gone.waitForEnding()
      func remain(_ process: pid_t, _ suffix: String, files: [String]) throws -> String {
        let run = try makeRun("left", in: runs)
        for file in files { try Data("x".utf8).write(to: run.url.appendingPathComponent(file)) }
        let name = ".iic-tui-\(process)-\(suffix)"
        let hidden = runs.url.appendingPathComponent(name)
        try FileManager.default.moveItem(at: run.url, to: hidden)
        return name
      }
      let old = try remain(gone.identifier, "AAAA", files: ["latest.safetensors"])
      let foreign = try remain(gone.identifier, "BBBB", files: ["notes.txt"])
      let living = try remain(getpid(), "CCCC", files: [])
      let odd = ".iic-tui-x"
      try FileManager.default.createDirectory(
        at: runs.url.appendingPathComponent(odd), withIntermediateDirectories: false)
      #expect(try runs.list().isEmpty)
      runs.clearRemains()
      #expect(try names(runs.url) == [old, foreign, living, odd].sorted())
      runs.clearRemains(now: Date(timeIntervalSinceNow: 4000))
      #expect(try names(runs.url) == [foreign, living, odd].sorted())
      #expect(
        try names(runs.url.appendingPathComponent(foreign)) == ["notes.txt"])
    }
  }

  @Test func aForeignFileStaysAndIsNamed() throws {
    try withTemporaryFolder { url in
      let runs = Fixture.runs(in: url)
      let run = try makeRun("one", in: runs)
      let folder = run.url.appendingPathComponent("plots")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      try Data("mine".utf8).write(to: folder.appendingPathComponent("history.sqlite"))
      try Data("mine".utf8).write(to: run.url.appendingPathComponent("notes.txt"))
      #expect(try runs.delete(run).kept == ["notes.txt", "plots"])
      #expect(try names(run.url) == ["notes.txt", "plots"])
      #expect(try names(folder) == ["history.sqlite"])
      // What is left is no run, neither to list nor to delete.
      #expect(try runs.list().isEmpty)
      #expect(message { try runs.delete(run) }.hasSuffix("no history.sqlite in it); not deleted"))
    }
  }

  @Test(arguments: ["empty", "text", "cut", "scrambled", "gone"])
  func aDamagedRunCanBeDeletedWhereRunsAre(_ damage: String) throws {
    try withTemporaryFolder { url in
      for parent in ["runs", "elsewhere"] {
        let runs = RunsFolder(url.appendingPathComponent(parent))
        let run = try makeRun("one", in: runs)
        var history = try Data(contentsOf: run.historyURL)
        switch damage {
        case "empty": history = Data()
        case "text": history = Data("hello".utf8)
        case "cut": history = history.prefix(5000)
        case "scrambled": for place in 100..<history.count { history[place] ^= 0x5A }
        default: break
        }
        try history.write(to: run.historyURL)
        if damage == "gone" { try FileManager.default.removeItem(at: run.historyURL) }
      }
      let runs = Fixture.runs(in: url)
      #expect(try runs.list().map(\.status) == [.broken])
      let elsewhere = RunFolder(url.appendingPathComponent("elsewhere/one"))
      if ["cut", "scrambled"].contains(damage) {
        // Its first bytes still say what it is.
        try runs.delete(elsewhere)
      } else {
        #expect(message { try runs.delete(elsewhere) }.contains("is not a run ("))
        #expect(try names(elsewhere.url).contains("latest.safetensors"))
      }
      try runs.delete(runs.exactly("one"))
      #expect(try names(runs.url) == [])
    }
  }

  @Test func linksAreNeverFollowed() throws {
    try withTemporaryFolder { url in
      let runs = Fixture.runs(in: url)
      let target = try makeRun("one", in: runs)
      let alias = runs.url.appendingPathComponent("alias")
      try FileManager.default.createSymbolicLink(at: alias, withDestinationURL: target.url)
      // Somebody trains the run that the link leads to; the link can go all the same.
      let recorder = try RunRecorder(target)
      let deletion = try runs.delete(runs.exactly("alias"))
      recorder.close()
      let place = target.url.resolvingSymlinksInPath().path
      #expect(deletion == RunDeletion(path: alias.path, linkedTo: place))
      #expect(try names(runs.url) == ["one"])
      #expect(target.summary().status == .completed)

      let outside = url.appendingPathComponent("outside")
      try Data("mine".utf8).write(to: outside)
      for name in ["best.safetensors", "running.lock"] {
        let link = target.url.appendingPathComponent(name)
        try? FileManager.default.removeItem(at: link)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: outside)
      }
      #expect(try runs.delete(target).kept == [])
      #expect(try names(runs.url) == [])
      #expect(try Data(contentsOf: outside) == Data("mine".utf8))
    }
  }

  @Test func whatIsNoFileIsNoRun() throws {
    try withTemporaryFolder { url in
      let runs = Fixture.runs(in: url)
      let run = RunFolder(runs.url.appendingPathComponent("pipe"))
      try FileManager.default.createDirectory(at: run.url, withIntermediateDirectories: true)
      try #require(mkfifo(run.historyURL.path, 0o600) == 0)
      #expect(try runs.list().isEmpty)
      #expect(message { try runs.delete(run) }.contains("is not a run ("))
    }
  }

  @Test func onlyExactNames() throws {
    try withTemporaryFolder { url in
      let runs = Fixture.runs(in: url)
      for name in ["digits-1", "digits-2"] { _ = try makeRun(name, in: runs) }
      #expect(try runs.exactly("digits-1").name == "digits-1")
      #expect(try runs.exactly(runs.url.path + "/digits-2/").name == "digits-2")
      #expect(
        message { _ = try runs.exactly("digits-") }
          == "\(runs.url.path): no run 'digits-'; an exact name is needed here, and there are digits-1, "
          + "digits-2")
      #expect(
        message { _ = try runs.exactly("last") }.hasSuffix(
          "no run 'last'; an exact name is needed here"))
      #expect(message { _ = try runs.exactly("") }.hasSuffix("no run ''"))
      #expect(message { _ = try runs.exactly("./x") }.hasSuffix("/x: no such run"))
    }
  }

  /// A run that was copied, renamed or reached through a link has its folder's name.
  @Test func aRunIsCalledWhatItsFolderIs() throws {
    try withTemporaryFolder { url in
      let runs = Fixture.runs(in: url)
      let run = try makeRun("one", in: runs)
      let copy = RunFolder(runs.url.appendingPathComponent("two"))
      try FileManager.default.copyItem(at: run.url, to: copy.url)
      #expect(try RunHistoryReader(run).description().name == "one")
      #expect(try RunHistoryReader(copy).description().name == "two")
      #expect(try RunHistoryReader(copy).outline().description.name == "two")
      #expect(copy.summary().name == "two")
      var follower = RunFollower(copy)
      guard case .history(let history) = try follower.poll() else {
        Issue.record("no history")
        return
      }
      #expect(history.description.name == "two")
    }
  }

  @Test func checkpointFiles() throws {
    try withTemporaryFolder { url in
      let run = try makeRun("one", in: Fixture.runs(in: url))
      try Data("x".utf8).write(to: run.bestWeightsURL)
      let files = run.checkpointFiles
      #expect(
        files.map(\.name) == [
          "latest-optimizer-1.safetensors", "latest.safetensors", "best.safetensors",
        ])
      #expect(files.map(\.step) == [1, 1, nil])
      #expect(files.last?.bytes == 1)
    }
  }
}
