import Foundation
import TestSupport
import Testing

/// A folder with data, a place for runs and a home, and the program to start in it. Removed with
/// the test.
final class Workspace {
  private let folder: TemporaryFolder
  var url: URL { folder.url }
  var data: URL { url.appendingPathComponent("data") }
  var runs: URL { url.appendingPathComponent("runs") }

  init() throws {
    folder = try TemporaryFolder()
    try SyntheticDigits(count: 120).writeMNIST(to: data)
  }

  /// With a finished run called `one` on its digits.
  static func withRun() throws -> Workspace {
    let workspace = try Workspace()
    let result = try workspace.run(
      workspace.smallTraining + ["--headless", "--steps", "2", "--name", "one"])
    try #require(result.ending == .exited(0), "\(result.error)")
    return workspace
  }

  /// A training of ten steps an epoch that takes milliseconds a step, even in a debug build.
  var smallTraining: [String] {
    let settings = [
      "network.width=2", "heads.A.clusters=12", "heads.A.sub_heads=2", "heads.B.sub_heads=2",
      "training.batch_pairs=60", "training.sample_repeats=5", "transform.input_size=8",
      "evaluation.samples=12",
    ]
    return ["train", "--dataset", "mnist", "--data", data.path] + inRuns
      + settings.flatMap { ["--set", $0] }
  }

  var inRuns: [String] { ["--runs", runs.path] }

  /// Arguments of a small training that does not end by itself.
  var longTraining: [String] { smallTraining + ["--epochs", "1000000"] }

  /// What the runs folder holds.
  var runNames: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: runs.path))?.sorted() ?? []
  }

  func weights(of run: String) throws -> Data {
    try Data(contentsOf: runs.appendingPathComponent("\(run)/latest.safetensors"))
  }

  /// - Parameter variables: beside a home, a language and a search path; nothing is inherited.
  func start(
    _ arguments: [String], variables: [String: String] = [:], terminal: PseudoTerminal? = nil,
    refusesWhenFull: Bool = false
  ) throws -> ChildProcess {
    try ChildProcess(
      Self.program(), arguments, environment: environment.merging(variables) { $1 },
      terminal: terminal, refusesWhenFull: refusesWhenFull)
  }

  /// Variables that move the wall clock of a program that is started with them, by as many seconds
  /// as the file `clock` in this folder says.
  func movingClock() throws -> [String: String] {
    let library = try URL(fileURLWithPath: Self.program()).deletingLastPathComponent()
      .appendingPathComponent("libClockShift.so")
    try #require(FileManager.default.fileExists(atPath: library.path))
    return ["LD_PRELOAD": library.path, "CLOCK_SHIFT": url.appendingPathComponent("clock").path]
  }

  func moveClock(by seconds: Int) throws {
    try Data("\(seconds)".utf8).write(to: url.appendingPathComponent("clock"), options: .atomic)
  }

  private var environment: [String: String] {
    [
      "HOME": url.path, "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "TMPDIR": url.path,
      "IIC_TUI_ASSETS": Self.checkout.appendingPathComponent("assets").path,
    ]
  }

  struct Result {
    var ending: ChildProcess.Ending
    var output: String
    var error: String

    /// Each line of the output as a JSON object.
    func objects() throws -> [[String: Any]] { try jsonObjects(output) }
  }

  /// Runs the program to its end.
  func run(_ arguments: [String], variables: [String: String] = [:]) throws -> Result {
    let child = try start(arguments, variables: variables)
    let ending = try child.waitForEnding(seconds: 120)
    return Result(ending: ending, output: child.text, error: child.errorText)
  }

  /// Runs the program to its end with a limit on the size of the files that it writes, which is
  /// what a full disk is.
  func run(_ arguments: [String], largestFile blocks: Int) throws -> Result {
    try runInShell("ulimit -f \(blocks); exec \"$0\" \"$@\"", arguments)
  }

  /// Runs the program to its end with its standard output on a disk that is full.
  func runIntoFullDisk(_ arguments: [String]) throws -> Result {
    try runInShell("exec \"$0\" \"$@\" > /dev/full", arguments)
  }

  /// Starts the program from a shell.
  ///
  /// - Parameters:
  ///   - script: starts the program, `$0`, with its arguments, `$@`.
  ///   - user: number of the user that it runs as, where the tests may choose one.
  func startInShell(
    _ script: String, _ arguments: [String], asUser user: Int? = nil,
    terminal: PseudoTerminal? = nil
  ) throws -> ChildProcess {
    guard let user, getuid() == 0 else {
      return try ChildProcess(
        "/bin/sh", ["-c", script, Self.program()] + arguments, environment: environment,
        terminal: terminal)
    }
    try FileManager.default.createDirectory(at: runs, withIntermediateDirectories: true)
    chmod(url.path, 0o777)
    chmod(runs.path, 0o777)
    return try ChildProcess(
      "/usr/bin/setpriv",
      ["--reuid", String(user), "--clear-groups", "/bin/sh", "-c", script, Self.program()]
        + arguments, environment: environment)
  }

  private func runInShell(_ script: String, _ arguments: [String]) throws -> Result {
    let child = try startInShell(script, arguments)
    let ending = try child.waitForEnding(seconds: 120)
    return Result(ending: ending, output: child.text, error: child.errorText)
  }

  /// The only run that `runs --json` lists.
  func onlyRun() throws -> [String: Any] {
    let runs = try run(["runs", "--json"] + inRuns).objects()
    try #require(runs.count == 1)
    return runs[0]
  }

  static let checkout = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The training and test files of a data set in MNIST's format.
  func write(_ digits: SyntheticDigits, labels: [UInt8], to folder: URL) throws {
    try digits.writeMNIST(to: folder, testCount: min(10, digits.count))
    let files = [
      ("train", labels), ("t10k", Array(labels.prefix(10))),
    ]
    for (part, labels) in files {
      try Data(idx([labels.count], labels))
        .write(to: folder.appendingPathComponent("\(part)-labels-idx1-ubyte"))
    }
  }

  /// The program that was built with these tests: in the folder of the test's own executable, or
  /// above it.
  private static func program() throws -> String {
    let own =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
    let starts = [own] + Bundle.allBundles.map(\.bundlePath)
    for start in starts {
      var folder = URL(fileURLWithPath: start).deletingLastPathComponent()
      for _ in 0..<4 {
        let candidate = folder.appendingPathComponent("iic-tui").path
        var isFolder = ObjCBool(false)
        if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder),
          !isFolder.boolValue, FileManager.default.isExecutableFile(atPath: candidate)
        {
          return candidate
        }
        folder.deleteLastPathComponent()
      }
    }
    throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: "iic-tui beside \(starts)"])
  }
}

/// Each line as a JSON object.
func jsonObjects(_ text: String) throws -> [[String: Any]] {
  try text.split(separator: "\n").map { line in
    let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
    return try #require(value as? [String: Any], "\(line)")
  }
}

/// Exit code 1, and one line on stderr with each of these texts.
func expectOneLine(
  _ result: Workspace.Result, _ expected: [String],
  _ sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(result.ending == .exited(1), "\(result.error)", sourceLocation: sourceLocation)
  #expect(result.output == "", sourceLocation: sourceLocation)
  #expect(result.error.hasPrefix("iic-tui: "), sourceLocation: sourceLocation)
  #expect(
    result.error.split(separator: "\n", omittingEmptySubsequences: false).count == 2
      && result.error.hasSuffix("\n"), "\(result.error)", sourceLocation: sourceLocation)
  for text in expected {
    #expect(result.error.contains(text), "\(result.error)", sourceLocation: sourceLocation)
  }
}
