import Foundation
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

/// Runs in one file, and files that only look like one.
@Suite struct RunArchiveTests {
  /// A run with two checkpoints, a name and a log.
  private func trainedRun(in folder: URL) throws -> RunFolder {
    let run = try Fixture.runs(in: folder).createRun(name: "small", preset: "x")
    let recorder = try RunRecorder(run)
    try recorder.record(
      [
        Fixture.started(), .evaluation(Fixture.evaluation(0)), .step(Fixture.step(1)),
        .checkpoint(Fixture.checkpoint(1, isBest: true)), .step(Fixture.step(2)),
        .evaluation(Fixture.evaluation(2)), .checkpoint(Fixture.checkpoint(2)),
        .step(Fixture.step(3)),
      ])
    recorder.close()
    try run.changeClusterNames { $0[ClusterID(head: .b, subHead: 0, cluster: 1)] = "owls" }
    RunLog(run).add("hello")
    return run
  }

  private func system(_ arguments: [String]) throws -> String {
    let child = try ChildProcess("/bin/tar", arguments, environment: ["PATH": "/usr/bin:/bin"])
    let ending = try child.waitForEnding()
    try #require(ending == .exited(0), "tar \(arguments): \(child.errorText)")
    return child.text
  }

  private static let names = [
    "best.safetensors", "cluster-names.json", "history.sqlite",
    "latest-optimizer-1.safetensors", "latest-optimizer-2.safetensors", "latest.safetensors",
    "previous.safetensors", "run.log",
  ]

  @Test func thereAndBack() throws {
    try withTemporaryFolder { url in
      let run = try trainedRun(in: url)
      let archive = url.appendingPathComponent("x.tar")
      try RunArchive.write(run, to: archive)
      let runs = RunsFolder(url.appendingPathComponent("elsewhere/runs"))
      #expect(try runs.importRun(from: archive, name: nil).name == "small")
      let copy = try runs.importRun(from: archive, name: "zwei")
      #expect(copy.url.path == runs.url.path + "/zwei")
      let (before, after) = (try contents(run.url), try contents(copy.url))
      #expect(after.keys.sorted() == Self.names)
      for name in Self.names where name != "history.sqlite" {
        #expect(before[name] == after[name], "\(name)")
      }
      #expect(try everything(copy) == everything(run))
      #expect(try copy.loadLatest() == run.loadLatest())
      #expect(try copy.clusterNames() == run.clusterNames())
      #expect(copy.previousCheckpointStep == 1)
      #expect(Int(copy.measure.writtenAt) == Int(run.measure.writtenAt))
      #expect(try FileManager.default.contentsOfDirectory(atPath: runs.url.path).count == 2)
    }
  }

  /// While a process has it open, most of its history is in SQLite's log.
  @Test func aRunInTraining() throws {
    try withTemporaryFolder { url in
      let run = try Fixture.run(in: url)
      let recorder = try RunRecorder(run)
      defer { recorder.close() }
      try recorder.record([Fixture.started(), .step(Fixture.step(1))])
      let archive = url.appendingPathComponent("x.tar")
      try RunArchive.write(run, to: archive)
      try recorder.record([.step(Fixture.step(2))])
      let copy = try Fixture.runs(in: url).importRun(from: archive, name: "copy")
      #expect(try contents(copy.url).keys.sorted() == ["history.sqlite"])
      #expect(copy.summary().status == .interrupted && run.summary().status == .running)
      #expect(try everything(copy).steps == [Fixture.step(1)])
      #expect(try everything(run).steps.count == 2)
    }
  }

  @Test func theSystemsTarReadsIt() throws {
    try withTemporaryFolder { url in
      let run = try trainedRun(in: url)
      let archive = url.appendingPathComponent("x.tar")
      try RunArchive.write(run, to: archive)
      let names = ["history.sqlite"] + Self.names.filter { $0 != "history.sqlite" }
      #expect(
        try system(["-tf", archive.path])
          == (names + ["archive-checksums.txt"]).map { "small/\($0)\n" }.joined())
      let folder = url.appendingPathComponent("unpacked")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      _ = try system(["-xf", archive.path, "-C", folder.path])
      let unpacked = RunFolder(folder.appendingPathComponent("small"))
      #expect(try everything(unpacked) == everything(run))
      #expect(try unpacked.loadLatest() == run.loadLatest())
      // Its checksums are a file of the run, and go when its files change.
      #expect(unpacked.entries.foreign.isEmpty)
      try RunRecorder(unpacked).close()
      #expect(try contents(unpacked.url)["archive-checksums.txt"] == nil)
    }
  }

  @Test(arguments: ["small", "./small"]) func itReadsTheSystemsTar(_ path: String) throws {
    try withTemporaryFolder { url in
      let run = try trainedRun(in: url)
      let archive = url.appendingPathComponent("x.tar")
      let runs = Fixture.runs(in: url)
      for (place, format) in ["gnu", "ustar"].enumerated() {
        _ = try system(["--format", format, "-cf", archive.path, "-C", runs.url.path, path])
        let copy = try runs.importRun(from: archive, name: "copy-\(place)")
        #expect(try everything(copy) == everything(run))
        #expect(try copy.loadLatest() == run.loadLatest())
      }
    }
  }

  @Test func aNameThatIsTaken() throws {
    try withTemporaryFolder { url in
      let run = try trainedRun(in: url)
      let archive = url.appendingPathComponent("x.tar")
      try RunArchive.write(run, to: archive)
      let runs = Fixture.runs(in: url)
      let taken = "a run of this name exists; choose another with --name"
      for name in ["small", nil] {
        let text = message { _ = try runs.importRun(from: archive, name: name) }
        #expect(text == "\(run.url.path): \(taken)")
      }
      #expect(
        message { _ = try runs.importRun(from: archive, name: "a/b") }.contains("contain '/'"))
      #expect(message { _ = try runs.importRun(from: url, name: nil) }.contains("directory"))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: runs.url.path) == ["small"])
    }
  }

  /// Cut anywhere, or with a byte changed anywhere but in the zeros between files, it is refused,
  /// and nothing stays.
  @Test func damage() throws {
    try withTemporaryFolder { url in
      let run = try trainedRun(in: url)
      let archive = url.appendingPathComponent("x.tar")
      try RunArchive.write(run, to: archive)
      let whole = [UInt8](try Data(contentsOf: archive))
      let runs = RunsFolder(url.appendingPathComponent("others"))
      func refusal(_ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: archive)
        let text = message { _ = try runs.importRun(from: archive, name: nil) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: runs.url.path) == [])
        return text
      }
      for length in [0, 1, 511, 512, 700, whole.count / 2, whole.count - 1025, whole.count - 1] {
        let text = try refusal(Array(whole[..<length]))
        #expect(text == "\(archive.path): is cut short: it ends after \(length) bytes")
      }
      var place = 0
      var files = 0
      while let entry = try TarEntry.read(Array(whole[place..<place + 512])) {
        files += 1
        var damaged = whole
        damaged[place + files] ^= 4
        #expect(try refusal(damaged).contains("byte \(place): a header whose checksum is wrong"))
        if entry.size > 0 {
          damaged = whole
          damaged[place + 512 + entry.size / 2] ^= 1
          let text = try refusal(damaged)
          #expect(text.hasPrefix(archive.path) && !text.contains("cut"), "\(entry.path): \(text)")
        }
        place += 512 + entry.size + TarEntry.padding(entry.size)
      }
      #expect(files == Self.names.count + 1 && place + 1024 == whole.count)
    }
  }

  /// An archive with these entries beside a history that is whole.
  private func archive(
    _ entries: [(entry: TarEntry, flag: UInt8?)], history: Data, to url: URL
  ) throws {
    var bytes = Data()
    func add(_ entry: TarEntry, _ data: Data, flag: UInt8? = nil) {
      var header = [UInt8](entry.header)
      if let flag {
        let sum = header[148..<154].reduce(0) { $0 << 3 | Int($1 - 0x30) } - Int(header[156])
        header[156] = flag
        let digits = String(sum + Int(flag), radix: 8)
        let text = String(repeating: "0", count: 6 - digits.count) + digits
        header.replaceSubrange(148..<154, with: text.utf8)
      }
      bytes += header + data + Data(count: TarEntry.padding(data.count))
    }
    add(TarEntry(path: "run/history.sqlite", size: history.count), history)
    for (entry, flag) in entries { add(entry, Data(count: entry.size), flag: flag) }
    try (bytes + Data(count: 1024)).write(to: url)
  }

  @Test func whatIsNotARun() throws {
    try withTemporaryFolder { url in
      let history = try Data(contentsOf: trainedRun(in: url).historyURL)
      let file = url.appendingPathComponent("x.tar")
      let runs = RunsFolder(url.appendingPathComponent("others"))
      let link = UInt8(ascii: "2")
      let cases: [(path: String, flag: UInt8?, text: String)] = [
        ("run/../../evil", nil, "'run/../../evil' is not in a run's folder"),
        ("../run.log", nil, "'../run.log' is not in a run's folder"),
        ("/run.log", nil, "'/run.log' is not in a run's folder"),
        ("run.log", nil, "'run.log' is not in a run's folder"),
        ("run/", nil, "'run/' is not in a run's folder"),
        ("other/run.log", nil, "'other/run.log' is not in the folder 'run'"),
        ("run/notes.txt", nil, "'run/notes.txt' is not a file that a run has"),
        ("run/.run.log.partial", nil, "is not a file that a run has"),
        ("run/history.sqlite", nil, "'run/history.sqlite' is in it twice"),
        ("run/run.log", link, "'run/run.log' is a link, expected files and a folder alone"),
        ("run/run.log", UInt8(ascii: "6"), "'run/run.log' is a pipe"),
        ("run/run.log", UInt8(ascii: "S"), "'run/run.log' is an entry of kind 0x53"),
        ("run/run.log", UInt8(ascii: "x"), "an entry of attributes that is damaged"),
        ("run/latest.safetensors", nil, "'latest.safetensors' is damaged: "),
      ]
      for (path, flag, expected) in cases {
        try archive([(TarEntry(path: path, size: 3), flag)], history: history, to: file)
        let text = message { _ = try runs.importRun(from: file, name: nil) }
        #expect(text.hasPrefix("\(file.path): ") && text.contains(expected), "\(text)")
      }
      try archive([], history: Data("SQLite format 3".utf8), to: file)
      #expect(
        message { _ = try runs.importRun(from: file, name: nil) }
          .contains("'history.sqlite' is damaged: "))
      try Data(count: 1024).write(to: file)
      #expect(message { _ = try runs.importRun(from: file, name: nil) }.contains("holds nothing"))
      try Data(repeating: 7, count: 2048).write(to: file)
      #expect(
        message { _ = try runs.importRun(from: file, name: nil) }
          .contains("byte 0: no header of a tar archive"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: runs.url.path) == [])
      // A lock is passed over.
      try archive(
        [(TarEntry(path: "run/running.lock", size: 3), nil)], history: history, to: file)
      let run = try runs.importRun(from: file, name: nil)
      #expect(try contents(run.url).keys.sorted() == ["history.sqlite"])
    }
  }

  @Test func headers() throws {
    for path in [
      "a", "run/latest.safetensors", "é/\(String(repeating: "x", count: 97))",
      String(repeating: "f", count: 155) + "/" + String(repeating: "n", count: 100),
      "a/" + String(repeating: "b", count: 100),
    ] {
      for size in [0, 1, 511, 0o77777777777, 0o77777777777 + 1, 1 << 50] {
        let entry = TarEntry(path: path, size: size, modified: 1_700_000_000)
        #expect(try TarEntry.read([UInt8](entry.header)) == entry)
      }
      if path.utf8.count < 100 {
        let folder = TarEntry(path: path, kind: .folder, modified: 9)
        #expect(try TarEntry.read([UInt8](folder.header)) == folder)
      }
    }
    #expect(TarEntry.padding(0) == 0 && TarEntry.padding(1) == 511 && TarEntry.padding(512) == 0)
  }

  /// Longer than tar's fields, it is in records of the pax format; GNU's tar reads and writes it.
  @Test func aLongName() throws {
    try withTemporaryFolder { url in
      let name = String(repeating: "ü", count: 99)
      let run = RunFolder(url.appendingPathComponent(name))
      try FileManager.default.createDirectory(at: run.url, withIntermediateDirectories: false)
      let recorder = try RunRecorder(run)
      try recorder.record([Fixture.started()])
      recorder.close()
      let archive = url.appendingPathComponent("x.tar")
      try RunArchive.write(run, to: archive)
      let copy = try Fixture.runs(in: url).importRun(from: archive, name: nil)
      #expect(copy.name == name)
    }
  }

  /// What tar programs write beside ustar: the dates and long names of pax, and GNU's long names.
  @Test(arguments: ["pax", "gnu", "ustar"]) func otherPrograms(format: String) throws {
    try withTemporaryFolder { url in
      let name = String(repeating: "n", count: format == "ustar" ? 80 : 130)
      let run = RunFolder(url.appendingPathComponent("made/\(name)"))
      try FileManager.default.createDirectory(at: run.url, withIntermediateDirectories: true)
      let recorder = try RunRecorder(run)
      try recorder.record([Fixture.started()])
      recorder.close()
      // What a process that was killed leaves behind.
      #expect(mkfifo(run.url.appendingPathComponent("control").path, 0o600) == 0)
      let archive = url.appendingPathComponent("x.tar")
      let tar = try ChildProcess(
        "/usr/bin/env",
        ["tar", "--format=\(format)", "-C", url.path + "/made", "-cf", archive.path, name],
        environment: ProcessInfo.processInfo.environment)
      #expect(try tar.waitForEnding() == .exited(0), "\(tar.errorText)")
      let copy = try Fixture.runs(in: url).importRun(from: archive, name: nil)
      #expect(copy.name == name)
      #expect(try contents(copy.url).keys.sorted() == ["history.sqlite"])
      #expect(
        try Data(contentsOf: copy.historyURL) == Data(contentsOf: run.historyURL))
    }
  }

  @Test func attributes() throws {
    func read(_ text: String) throws -> TarEntry {
      var attributes = TarAttributes()
      try attributes.add(records: Data(text.utf8))
      return attributes.applied(to: TarEntry(path: "short", size: 3, modified: 5))
    }
    // The length counts its own digits: 99 bytes behind two of them make three.
    for length in [1, 89, 90, 91, 92, 988, 989, 990, 100_000] {
      let path = String(repeating: "p", count: length)
      let record = String(decoding: TarAttributes.record("path", path), as: UTF8.self)
      #expect(record.split(separator: " ")[0] == "\(record.utf8.count)")
      #expect(try read(record) == TarEntry(path: path, size: 3, modified: 5))
    }
    #expect(
      try read("12 size=800\n20 mtime=1700000.75\n11 user=me\n")
        == TarEntry(path: "short", size: 800, modified: 1_700_000))
    #expect(try read("").path == "short")
    for text in [
      "9 size=3", "90 size=3\n", "size=3\n", "0 size=3\n", "2 \n", "8 sizes\n", "-3 a=b\n",
      "10 size=-3\n", "9 size=x\n", "99999999999999999999 size=3\n",
    ] {
      #expect(throws: TarEntry.Problem.self, "\(text)") { _ = try read(text) }
    }
  }
}

private func == (
  first: (steps: [StepSnapshot], evaluations: [EvaluationSnapshot]),
  second: (steps: [StepSnapshot], evaluations: [EvaluationSnapshot])
) -> Bool { first.steps == second.steps && first.evaluations == second.evaluations }
