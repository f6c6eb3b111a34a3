import Foundation
import RunStorage
import Snapshots
import TestSupport

extension FuzzTarget {
  /// The files of a run.
  static let runs: [FuzzTarget] = [
    FuzzTarget("safetensors", seeds: { try RunSeeds.safetensors() }, errors: isStorageError) {
      let file = try SafetensorsFile(contentsOf: URL(fileURLWithPath: $1.write($0)))
      var problem: StorageError?
      for name in file.names {
        let values: (floats: [Float], doubles: [Double])
        do throws(StorageError) {
          values = (try file.floats(name), try file.doubles(name))
        } catch {
          problem = error
          continue
        }
        let counts = [values.floats.count, values.doubles.count]
        guard try counts == Array(repeating: file.shape(of: name).reduce(1, *), count: 2) else {
          throw FuzzFinding("\(counts) values of a shape \(try file.shape(of: name))")
        }
      }
      if let problem { throw problem }
    },
    FuzzTarget("checkpoint", seeds: { try RunSeeds.checkpoint() }, errors: isStorageError) {
      let run = RunFolder($1.folder.url)
      _ = try $1.write($0, "latest.safetensors")
      try $1.keep("latest-optimizer-7.safetensors") { try RunSeeds.optimizer() }
      _ = run.checkpointFiles
      _ = try run.loadLatest()
    },
    FuzzTarget("cluster-names", seeds: { try RunSeeds.clusterNames() }, errors: isStorageError) {
      _ = try $1.write($0, "cluster-names.json")
      _ = try RunFolder($1.folder.url).clusterNames()
    },
    FuzzTarget(
      "history", seeds: { try RunSeeds.histories() }, errors: isStorageError,
      change: { try HistoryChange.apply($1, to: $0, $2) }
    ) {
      try putHistory($0, log: nil, $1)
      try readHistory($1)
    },
    FuzzTarget("history-log", seeds: { [try RunSeeds.logged.get().log] }, errors: isStorageError) {
      try putHistory(RunSeeds.logged.get().database, log: $0, $1)
      try readHistory($1)
    },
    FuzzTarget(
      "history-resumed", seeds: { try RunSeeds.histories() }, errors: isStorageError,
      change: { try HistoryChange.apply($1, to: $0, $2) }
    ) {
      try putHistory($0, log: nil, $1)
      let recorder = try RunRecorder(RunFolder($1.folder.url))
      defer { recorder.close() }
      try recorder.record(RunSeeds.events(hasLabels: true))
    },
    FuzzTarget("archive", seeds: { try RunSeeds.archives() }, errors: isStorageError) {
      let archive = URL(fileURLWithPath: try $1.write($0, "run.tar"))
      let runs = RunsFolder($1.folder.url.appendingPathComponent("runs"))
      let before = try? FileManager.default.contentsOfDirectory(atPath: $1.folder.path)
      defer { try? FileManager.default.removeItem(at: runs.url) }
      let run = try runs.importRun(from: archive, name: nil)
      let around = try FileManager.default.contentsOfDirectory(atPath: $1.folder.path)
      guard run.url.deletingLastPathComponent().path == runs.url.path,
        Set(around).subtracting(before ?? []).subtracting(["runs"]).isEmpty
      else { throw FuzzFinding("a run outside of its folder: \(run.url.path), \(around)") }
    },
  ]

  private static let isStorageError: @Sendable (any Error) -> Bool = { $0 is StorageError }

  /// - Parameter log: what lies beside it after a kill; nil for nothing.
  @Sendable private static func putHistory(
    _ bytes: [UInt8], log: [UInt8]?, _ place: FuzzPlace
  ) throws {
    let name = RunFolder(place.folder.url).historyURL.lastPathComponent
    // What SQLite would take for a part of this history belongs to the last one.
    for suffix in ["-wal", "-shm", "-journal"] { unlink("\(place.folder.path)/\(name)\(suffix)") }
    _ = try place.write(bytes, name)
    if let log { _ = try place.write(log, name + "-wal") }
  }

  /// Asks everything of a history that commands and screens ask, in as few views of it as do: to
  /// open it costs more than to read it.
  @Sendable private static func readHistory(_ place: FuzzPlace) throws {
    let run = RunFolder(place.folder.url)
    let reader = RunHistoryReader(run)
    var answers = Answers(problem: run.summary().error)
    // What steps refuse hides the evaluations, so these come by themselves then.
    try answers.ask {
      do {
        try reader.forEach(step: { _ in }, evaluation: { _ in })
      } catch {
        try reader.forEachEvaluation { _ in }
        throw error
      }
    }
    // Its first answer is the whole outline.
    try answers.ask {
      var follower = RunFollower(run)
      _ = try follower.poll()
    }
    if let problem = answers.problem { throw problem }
  }

  /// One question that is refused leaves the others.
  private struct Answers {
    var problem: StorageError?

    mutating func ask(_ question: () throws -> Void) throws {
      do {
        try question()
      } catch let error as StorageError {
        if error.description.contains(where: \.isNewline) { throw error }
        problem = error
      }
    }
  }
}

/// A run's files in small, made by the program's own writers.
enum RunSeeds {
  private static let weights = [
    NamedTensor(
      name: "trunk.features.0.weight", shape: [2, 1, 3], values: [0, -1, 2, 0.5, 3, -0]),
    NamedTensor(name: "head_B.heads.0.0.bias", shape: [2], values: [.infinity, 1e-30]),
    NamedTensor(name: "ünusual \"name\"", shape: [], values: [4]),
  ]

  private static func file(
    _ tensors: [NamedTensor], metadata: [String: String]
  ) throws -> [UInt8] {
    let place = try FuzzPlace()
    let url = place.folder.url.appendingPathComponent("x.safetensors")
    try Safetensors.write(tensors, metadata: metadata, to: url)
    return [UInt8](try Data(contentsOf: url))
  }

  static func safetensors() throws -> [[UInt8]] {
    [try file(weights, metadata: ["format": "pt", "step": "7"]), try file([], metadata: [:])]
  }

  static func checkpoint() throws -> [[UInt8]] {
    [try file(weights, metadata: ["format": "pt", "step": "7", "is_best": "true"])]
  }

  static func optimizer() throws -> [UInt8] {
    try file(
      [NamedTensor(name: "m", shape: [1], values: [1])],
      metadata: ["step": "7", "is_best": "true", "trainer_state": "{}"])
  }

  static func clusterNames() throws -> [[UInt8]] {
    let place = try FuzzPlace()
    let run = RunFolder(place.folder.url)
    try run.changeClusterNames { names in
      names[ClusterID(head: .a, subHead: 1, cluster: 3)] = "cats, \"mostly\""
      names[ClusterID(head: .b, subHead: 0, cluster: 0)] = "⚡️訓練"
    }
    return [[UInt8](try Data(contentsOf: run.clusterNamesURL))]
  }

  /// A run with labels that has ended, and one without that goes on; in pages of 1 KiB.
  static func histories() throws -> [[UInt8]] {
    try [true, false].map { hasLabels in
      let place = try FuzzPlace()
      let run = RunFolder(place.folder.url)
      let recorder = try RunRecorder(run)
      try recorder.record(events(hasLabels: hasLabels))
      recorder.close()
      try HistoryChange.shrinkPages(run.historyURL)
      return [UInt8](try Data(contentsOf: run.historyURL))
    }
  }

  /// The archive of a run with a checkpoint; in pages of 1 KiB.
  static func archives() throws -> [[UInt8]] {
    let place = try FuzzPlace()
    let run = RunFolder(place.folder.url.appendingPathComponent("seed"))
    try FileManager.default.createDirectory(at: run.url, withIntermediateDirectories: false)
    let recorder = try RunRecorder(run)
    try recorder.record(events(hasLabels: true))
    recorder.close()
    try HistoryChange.shrinkPages(run.historyURL)
    try Safetensors.write(weights, metadata: ["step": "2"], to: run.latestWeightsURL)
    let archive = place.folder.url.appendingPathComponent("run.tar")
    try RunArchive.write(run, to: archive)
    return [[UInt8](try Data(contentsOf: archive))]
  }

  /// A history that was never closed: most of it is in the log.
  static let logged = Result {
    let place = try FuzzPlace()
    let run = RunFolder(place.folder.url)
    let recorder = try RunRecorder(run)
    defer { recorder.close() }
    try recorder.record(events(hasLabels: true))
    let path = run.historyURL.path
    let files = try ["", "-wal"].map {
      [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + $0)))
    }
    return (database: files[0], log: files[1])
  }

  static func events(hasLabels: Bool) -> [TrainingEvent] {
    let heads = [
      HeadDescription(name: .a, clusters: 3, subHeads: 1, matching: .manyToOne, isMain: false),
      HeadDescription(name: .b, clusters: 2, subHeads: 2, matching: .oneToOne, isMain: true),
    ]
    let description = RunDescription(
      name: "seed", preset: "digits", dataset: "digits", classNames: hasLabels ? ["a", "b"] : [],
      configuration: "a: 1\n", seed: 3, heads: heads, epochs: 2, plannedSteps: 4,
      imagesPerStep: 8, evaluationImages: 6, parameterCount: 9, startedAt: 1_700_000_000)
    let samples = SampleImages(
      width: 2, height: 2, channels: 1, pixels: Array(0..<8),
      labels: hasLabels ? [0, 1] : [-1, -1])
    let steps = (1...4).map { step in
      TrainingEvent.step(
        StepSnapshot(
          step: step, epoch: (step + 1) / 2, head: step % 2 == 0 ? .a : .b, loss: -0.1,
          subHeadLosses: [-0.1], mutualInformation: 0.1, learningRate: 1e-4, imagesPerSecond: 10,
          elapsed: Double(step)))
    }
    let evaluation = EvaluationSnapshot(
      step: 2, epoch: 1, elapsed: 2, images: 6,
      heads: heads.map { head in
        HeadEvaluation(
          head: head.name,
          subHeads: (0..<head.subHeads).map { subHead($0, head.clusters, hasLabels) })
      }, warnings: [Warning(.skewed, "text")])
    let restart = RestartSnapshot(step: 3, epoch: 2, head: .b, subHeads: [1])
    return [.started(description, samples)] + steps + [.evaluation(evaluation), .restart(restart)]
      + (hasLabels ? [.ended(.completed, step: 4, message: nil)] : [])
  }

  private static func subHead(
    _ index: Int, _ clusters: Int, _ hasLabels: Bool
  ) -> SubHeadEvaluation {
    SubHeadEvaluation(
      index: index, loss: -0.5, mutualInformation: 0.5, entropy: 1, conditionalEntropy: 0.5,
      scores: hasLabels
        ? ClassScores(
          accuracy: 0.5, nmi: 0.1, ari: 0.1, oneToOneAccuracy: 0.5, manyToOneAccuracy: 0.5,
          classOfCluster: Array(repeating: 0, count: clusters),
          contingency: Array(0..<clusters * 2)) : nil,
      joint: Array(repeating: 0.1, count: clusters * clusters),
      clusterShares: Array(repeating: 0.3, count: clusters),
      sampleProbabilities: Array(repeating: 0.3, count: 2 * clusters),
      merges: clusters == 3
        ? [TreeMerge(first: 0, second: 1, cost: 0.1), TreeMerge(first: 3, second: 2, cost: 0.2)]
        : [], agreement: 0.9, alignment: Array(0..<clusters))
  }
}
