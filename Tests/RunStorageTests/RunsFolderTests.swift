import Foundation
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

struct RunsFolderTests {
  @Test func whichFolder() {
    func path(_ path: String?, _ environment: [String: String]) -> String {
      RunsFolder(path: path, environment: environment).url.path
    }
    let all = ["IIC_TUI_RUNS": "/i", "XDG_DATA_HOME": "/x", "HOME": "/h"]
    #expect(path("/e", all) == "/e")
    #expect(path(nil, all) == "/i")
    #expect(path(nil, ["IIC_TUI_RUNS": "", "XDG_DATA_HOME": "/x"]) == "/x/iic-tui/runs")
    #expect(path(nil, ["XDG_DATA_HOME": "x", "HOME": "/h"]) == "/h/.local/share/iic-tui/runs")
    #expect(path(nil, ["HOME": "/h"]) == "/h/.local/share/iic-tui/runs")
    #expect(path(nil, [:]).hasSuffix("/.local/share/iic-tui/runs"))
  }

  /// As the system follows them: `..` behind a link leads above what the link means.
  @Test func pathsWithDots() throws {
    try withTemporaryFolder { url in
      let real = url.resolvingSymlinksInPath().path
      try FileManager.default.createDirectory(
        atPath: real + "/a/b", withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: real + "/link", withDestinationPath: "a/b")
      for (path, expected) in [
        ("link/../x", "/a/x"), ("link/x", "/link/x"), ("link/../../a/./", "/a"), ("no/../x", "/x"),
        ("a//b/", "/a/b"), ("a/\u{301}b", "/a/\u{301}b"),
      ] {
        #expect(RunFolder(URL(fileURLWithPath: real + "/" + path)).url.path == real + expected)
      }
      #expect(RunFolder(URL(fileURLWithPath: "/../..")).url.path == "/")
    }
  }

  @Test func newRuns() throws {
    try withTemporaryFolder { url in
      let runs = Fixture.runs(in: url)
      #expect(try runs.list().isEmpty)
      let named = try runs.createRun(name: "mine", preset: "p")
      #expect(named.url.path == runs.url.appendingPathComponent("mine").path)
      #expect(try contents(named.url).keys.sorted() == ["history.sqlite"])
      // A process that was killed before it recorded anything has left no run.
      #expect(try runs.createRun(name: "mine", preset: "p").url == named.url)
      let recorder = try RunRecorder(named)
      try recorder.record([Fixture.started()])
      recorder.close()
      #expect(
        message { _ = try runs.createRun(name: "mine", preset: "p") }
          == "\(named.url.path): a run of this name exists; choose another, or resume it")
      let date = Date(timeIntervalSince1970: 1_700_000_000)
      let first = try runs.createRun(name: nil, preset: "../odd preset", date: date)
      let second = try runs.createRun(name: nil, preset: "../odd preset", date: date)
      #expect(first.name.wholeMatch(of: /odd-preset-\d{8}-\d{6}/) != nil)
      #expect(second.name == first.name + "-2")
    }
  }

  @Test func names() throws {
    try withTemporaryFolder { url in
      let runs = Fixture.runs(in: url)
      for name in ["", ".", "..", ".a", "-a", "a/b", "/", "a\nb", "last", "\(Array(0...99))"] {
        #expect(message { _ = try runs.createRun(name: name, preset: "p") }.contains("name"))
      }
      let files = try contents(url)
      #expect(files.isEmpty)
      for name in ["a b", "zwölf", "a.b-c_d", "a.."] {
        #expect(try runs.createRun(name: name, preset: "p").name == name)
      }
    }
  }

  #if os(Linux)
    /// Swift takes the two ways to write an accent for one.
    @Test func namesThatLookAlike() throws {
      try withTemporaryFolder { url in
        let runs = Fixture.runs(in: url)
        let names = ["caf\u{E9}", "cafe\u{301}"]
        for name in names { _ = try runs.createRun(name: name, preset: "p") }
        for name in names {
          #expect(Array(try runs.resolve(name).name.utf8) == Array(name.utf8))
          #expect(Array(try runs.exactly(name).name.utf8) == Array(name.utf8))
        }
        try runs.delete(runs.exactly(names[0]))
        #expect(try runs.has(names[1]) && !runs.has(names[0]))
      }
    }
  #endif

  @Test func unwritableFolder() throws {
    try withTemporaryFolder { url in
      try Data().write(to: url.appendingPathComponent("file"))
      let runs = RunsFolder(url.appendingPathComponent("file/runs"))
      let text = message { _ = try runs.createRun(name: nil, preset: "p") }
      #expect(text.hasPrefix("\(runs.url.path): cannot make the runs folder: "), "\(text)")
      #expect(message { _ = try runs.list() }.contains("cannot list the runs: Not a directory"))
      #expect(try contents(url).keys.sorted() == ["file"])
      let run = RunFolder(url.appendingPathComponent("file/run"))
      #expect(message { _ = try RunRecorder(run) }.contains("running.lock: Not a directory"))
    }
  }

  /// Three runs, a folder that is none, and a file.
  private func withRuns(_ body: (RunsFolder) throws -> Void) throws {
    try withTemporaryFolder { url in
      let runs = Fixture.runs(in: url)
      for name in ["digits-2", "digits-1", "other"] {
        let recorder = try RunRecorder(try runs.createRun(name: name, preset: "p"))
        try recorder.record([
          Fixture.started(name), .step(Fixture.step(11)),
          .evaluation(Fixture.evaluation(11, losses: [-0.5, -0.9], accuracies: [0.5, 0.8])),
          .evaluation(Fixture.evaluation(12, losses: [-0.6, -0.5], accuracies: [0.6, 0.9])),
        ])
        if name == "other" {
          try recorder.record([.ended(.completed, step: 11, message: nil)])
        }
      }
      let folder = runs.url.appendingPathComponent("folder")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data().write(to: runs.url.appendingPathComponent("file"))
      try body(runs)
    }
  }

  @Test func listing() throws {
    try withRuns { runs in
      let list = try runs.list()
      #expect(list.map(\.name) == ["digits-2", "digits-1", "other"])
      #expect(list.map(\.status) == [.interrupted, .interrupted, .completed])
      let run = list[2]
      #expect(run.preset == "digits-small" && run.dataset == "digits" && run.error == nil)
      #expect(run.steps == 11 && run.epoch == 2 && run.plannedSteps == 20)
      #expect(run.accuracy == 0.6 && run.bestAccuracy == 0.8)
      #expect(run.startedAt == Fixture.description().startedAt)
    }
  }

  /// Whatever place a loss that is not a number has, the list names the sub-head that an evaluation
  /// names.
  @Test(arguments: [
    ([Double.nan, -0.5], 0.8), ([-0.5, .nan], 0.5), ([.nan, .nan], 0.5), ([.nan, .infinity], 0.8),
  ]) func theListChoosesTheSubHeadThatTheEvaluationChooses(_ losses: [Double], _ accuracy: Double)
    throws
  {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      let recorder = try RunRecorder(run)
      let evaluation = Fixture.evaluation(11, losses: losses, accuracies: [0.5, 0.8])
      try recorder.record([Fixture.started(), .step(Fixture.step(11)), .evaluation(evaluation)])
      recorder.close()
      let head = try #require(evaluation[.b])
      #expect(run.summary().accuracy == accuracy)
      #expect(head.subHeads[head.lowestLossSubHead].accuracy == accuracy)
      #expect(run.summary().bestAccuracy == (losses.allSatisfy(\.isNaN) ? nil : accuracy))
    }
  }

  /// The head that speaks for a run is the one its description says, whatever it is called.
  @Test func theMainHeadMayHaveAnyName() throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      let recorder = try RunRecorder(run)
      var description = Fixture.description()
      description.heads[0].isMain = true
      description.heads[1].isMain = false
      try recorder.record([
        .started(description, Fixture.samples), .evaluation(Fixture.evaluation(11)),
      ])
      recorder.close()
      #expect(run.summary().accuracy == 0.9)
    }
  }

  @Test func resolving() throws {
    try withRuns { runs in
      func name(_ text: String) throws -> String { try runs.resolve(text).name }
      #expect(try name("other") == "other")
      #expect(try name("o") == "other")
      #expect(try name("digits-1") == "digits-1")
      #expect(try name("last") == "other")
      #expect(try name(runs.url.path + "/digits-2") == "digits-2")
      #expect(try name(runs.url.path + "/digits-2/") == "digits-2")
      #expect(
        message { _ = try name("digits") }
          == "\(runs.url.path): 'digits' could be digits-1, digits-2")
      #expect(message { _ = try name("x") }.contains("there are digits-1, digits-2, folder, other"))
      #expect(message { _ = try name("") }.contains("no run ''"))
      #expect(message { _ = try name("/nowhere/run") } == "/nowhere/run: no such run")
      #expect(message { _ = try name(runs.url.path) }.hasSuffix("it has no history.sqlite"))
      // An exact name wins over the longer names that begin with it.
      _ = try runs.createRun(name: "digits", preset: "p")
      #expect(try name("digits") == "digits")
      // Resuming makes a run the last.
      try RunRecorder(try runs.resolve("digits-2")).record([Fixture.started("digits-2")])
      #expect(try name("last") == "digits-2")
      let none = RunsFolder(runs.url.appendingPathComponent("none"))
      #expect(message { _ = try none.resolve("last") }.hasSuffix("there are no runs here yet"))
      #expect(message { _ = try none.resolve("a") }.hasSuffix("there are no runs here yet"))
    }
  }

  @Test func deleting() throws {
    try withRuns { runs in
      let run = try runs.resolve("other")
      let recorder = try RunRecorder(run)
      #expect(run.summary().status == .completed && run.isRunning)
      let text = message { try runs.delete(run) }
      #expect(text == "\(run.url.path): the run is being written by process \(getpid())")
      recorder.close()
      try runs.delete(run)
      #expect(!run.url.isFolder)
      #expect(
        message { _ = try runs.delete(RunFolder(runs.url.appendingPathComponent("folder"))) }
          .contains("is not a run"))
      #expect(message { try runs.delete(RunFolder(runs.url)) }.contains("is not a run"))
      let left = try FileManager.default.contentsOfDirectory(atPath: runs.url.path).sorted()
      #expect(left == ["digits-1", "digits-2", "file", "folder"])
    }
  }
}
