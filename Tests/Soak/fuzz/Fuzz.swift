import ArgumentParser
import Foundation
import Fuzzing

/// Feeds damaged files to a reader for as long as one likes. Not a part of the program.
@main
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Feed damaged files to a reader, and tell what it did.",
    discussion: "Targets: " + FuzzTarget.all.map(\.name).joined(separator: ", ")
      + ". An input hangs on the target, the seed and its number alone.")

  @Argument(help: "The reader.")
  var target: String
  @Option(help: "How many inputs.")
  var count = 1000
  @Option(help: "The seed of all of them.")
  var seed: UInt64 = 1
  @Option(help: "The number of the first.")
  var first = 0
  @Option(
    help: "A folder of files that are read as they are, and mutated beside the built-in ones.")
  var corpus: String?
  @Option(help: "A folder in which an input is written down before it is read.")
  var save: String?
  @Option(help: "An input that takes longer ends the program, in seconds.")
  var limit: UInt32 = 20

  func validate() throws {
    guard FuzzTarget.all.contains(where: { $0.name == target }) else {
      throw ValidationError("there is no target '\(target)'")
    }
    guard count >= 0, first >= 0, limit > 0 else {
      throw ValidationError("expected --count and --first from 0 on, and --limit above 0")
    }
  }

  func run() throws {
    guard let target = FuzzTarget.all.first(where: { $0.name == target }) else { return }
    let place = try FuzzPlace()
    let files = try corpusFiles()
    let corpus = try target.seeds() + files
    var session = FuzzSession(target: target, place: place, limit: limit, save: try saveFile())
    for bytes in corpus { session.read(bytes, "a file of the corpus") }
    for number in 0..<count {
      let number = first + number
      let bytes = try target.input(number, seed: seed, corpus: corpus, at: place)
      session.read(bytes, "input \(number) of seed \(seed)")
    }
    print(session.report)
    if session.findings > 0 { throw ExitCode(1) }
  }

  private func corpusFiles() throws -> [[UInt8]] {
    guard let corpus else { return [] }
    let names = try FileManager.default.contentsOfDirectory(atPath: corpus).sorted()
    return try names.map {
      [UInt8](try Data(contentsOf: URL(fileURLWithPath: corpus).appendingPathComponent($0)))
    }
  }

  private func saveFile() throws -> URL? {
    guard let save else { return nil }
    let folder = URL(fileURLWithPath: save, isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.appendingPathComponent(target)
  }
}

/// What became of the inputs so far.
struct FuzzSession {
  let target: FuzzTarget
  let place: FuzzPlace
  let limit: UInt32
  /// Where the input in hand lies; what is found is kept beside it under a number.
  let save: URL?
  private(set) var findings = 0
  private var inputs = 0
  private var accepted = 0
  private var slowest = (seconds: 0.0, name: "none")
  private let start = ContinuousClock.now

  init(target: FuzzTarget, place: FuzzPlace, limit: UInt32, save: URL?) {
    (self.target, self.place, self.limit, self.save) = (target, place, limit, save)
  }

  /// Reads one input. A crash, or the alarm's signal after `limit` seconds, ends the process and
  /// leaves it on disk.
  mutating func read(_ bytes: [UInt8], _ name: String) {
    if let save { try? Data(bytes).write(to: save) }
    let before = ContinuousClock.now
    alarm(limit)
    do throws(FuzzFinding) {
      if try target.run(bytes, at: place) == .accepted { accepted += 1 }
    } catch {
      findings += 1
      print("\(name): \(error)")
      if let save { try? Data(bytes).write(to: save.appendingPathExtension("\(findings)")) }
    }
    alarm(0)
    let (seconds, attoseconds) = before.duration(to: .now).components
    let time = Double(seconds) + Double(attoseconds) / 1e18
    if time > slowest.seconds { slowest = (time, name) }
    inputs += 1
  }

  var report: String {
    let (whole, attoseconds) = start.duration(to: .now).components
    let seconds = Double(whole) + Double(attoseconds) / 1e18
    var usage = rusage()
    // Kilobytes, but for macOS, which counts bytes.
    #if canImport(Darwin)
      getrusage(RUSAGE_SELF, &usage)
      let peak = Double(usage.ru_maxrss) / 1e6
    #else
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      let peak = Double(usage.ru_maxrss) * 1024 / 1e6
    #endif
    return String(
      format: "%@: %d inputs in %.1f s (%.0f a second), %d accepted, %d findings, peak memory "
        + "%.0f MB, slowest %.3f s (%@)", target.name, inputs, seconds,
      Double(inputs) / max(seconds, 1e-9), accepted, findings, peak, slowest.seconds, slowest.name)
  }
}
