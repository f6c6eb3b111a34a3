import Foundation
import GRDB
import Snapshots

/// Rows into snapshots. A damaged row is an error that names its table, step and column.
struct HistoryQueries {
  let database: Database
  let url: URL

  /// What changes about a run while it goes on.
  struct State: Equatable {
    /// nil while it goes on, or was interrupted.
    var end: EndStatus?
    var endMessage: String?
    var isPaused: Bool
    /// How many times the run was started; another number means that history was rewritten.
    var generation: Int
    /// Seconds since 1970.
    var resumedAt: Double
  }

  func description() throws -> RunDescription {
    let row = try one(
      """
      SELECT name, preset, dataset, classNames, configuration, seed, heads, epochs, stepsPerEpoch,
        plannedSteps, imagesPerStep, evaluationImages, parameterCount, startedAt FROM run
      """, "no run was started in it")
    var fields = RowFields(row, of: url, "table run")
    return RunDescription(
      name: try fields.text(), preset: try fields.text(), dataset: try fields.text(),
      classNames: try fields.parsed("a JSON array of names", json),
      configuration: try fields.text(),
      seed: try fields.parsed("a whole number") { UInt64($0) },
      heads: try fields.parsed("a JSON array of heads", json),
      epochs: try fields.integer(), stepsPerEpoch: try fields.integer(),
      plannedSteps: try fields.integer(), imagesPerStep: try fields.integer(),
      evaluationImages: try fields.integer(), parameterCount: try fields.integer(),
      startedAt: try fields.number())
  }

  func state() throws -> State {
    let row = try one(
      "SELECT status, endMessage, isPaused, generation, resumedAt FROM run",
      "no run was started in it")
    var fields = RowFields(row, of: url, "table run")
    let end = try fields.parsed("running, completed, stopped or failed") { text in
      text == "running" ? .some(EndStatus?.none) : EndStatus(rawValue: text).map { .some($0) }
    }
    return State(
      end: end, endMessage: try fields.optionalText(), isPaused: try fields.integer() != 0,
      generation: try fields.integer(), resumedAt: try fields.number())
  }

  func samples() throws -> SampleImages {
    let row = try one(
      "SELECT width, height, channels, pixels, labels FROM sampleImages", "no sample images")
    var fields = RowFields(row, of: url, "table sampleImages")
    let (width, height) = (try fields.integer(), try fields.integer())
    let channels = try fields.integer()
    let pixels = try fields.bytes()
    let labels = try fields.integers()
    var bytes = labels.count
    for dimension in [height, width, channels] {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: dimension)
      bytes = overflow ? -1 : product
    }
    guard bytes == pixels.count else {
      throw StorageError(
        url,
        "table sampleImages, column 'pixels': \(pixels.count) bytes, expected "
          + "[\(labels.count), \(height), \(width), \(channels)]")
    }
    return SampleImages(
      width: width, height: height, channels: channels, pixels: [UInt8](pixels), labels: labels)
  }

  /// The steps after `step`, in order.
  func steps(after step: Int) throws -> [StepSnapshot] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT step, epoch, head, loss, subHeadLosses, mutualInformation, learningRate,
          imagesPerSecond, elapsed FROM step WHERE step > ? ORDER BY step
        """, arguments: [step])
    let heads = try headNames()
    var steps: [StepSnapshot] = []
    while let row = try rows.next() {
      var fields = RowFields(row, of: url, "table step after step \(steps.last?.step ?? step)")
      steps.append(
        StepSnapshot(
          step: try fields.integer(), epoch: try fields.integer(),
          head: try head(&fields, of: heads),
          loss: try fields.number(), subHeadLosses: try fields.doubles(),
          mutualInformation: try fields.number(), learningRate: try fields.number(),
          imagesPerSecond: try fields.number(), elapsed: try fields.number()))
    }
    return steps
  }

  /// The evaluations recorded after the one numbered `identifier`, in order of step, and the last one's number.
  func evaluations(
    after identifier: Int
  ) throws -> (evaluations: [EvaluationSnapshot], last: Int) {
    let rows = try Row.fetchAll(
      database,
      sql: "SELECT id, step, epoch, elapsed FROM evaluation WHERE id > ? ORDER BY step, id",
      arguments: [identifier])
    let heads = try headNames()
    var last = identifier
    let evaluations = try rows.map { row in
      var fields = RowFields(row, of: url, "table evaluation")
      let identifier = try fields.integer()
      last = max(last, identifier)
      let step = try fields.integer()
      return EvaluationSnapshot(
        step: step, epoch: try fields.integer(), elapsed: try fields.number(),
        heads: try self.heads(ofEvaluation: identifier, step: step, among: heads))
    }
    return (evaluations, last)
  }

  private func heads(
    ofEvaluation identifier: Int, step: Int, among names: Set<HeadID>
  ) throws -> [HeadEvaluation] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT head, subHead, loss, mutualInformation, entropy, conditionalEntropy, accuracy, nmi,
          ari, masses, joint, mapping, confusion, sampleProbabilities
        FROM subHeadEvaluation WHERE evaluation = ? ORDER BY position
        """, arguments: [identifier])
    var heads: [HeadEvaluation] = []
    while let row = try rows.next() {
      var fields = RowFields(row, of: url, "table subHeadEvaluation at step \(step)")
      let head = try head(&fields, of: names)
      let index = try fields.integer()
      let (loss, information) = (try fields.number(), try fields.number())
      let (entropy, conditional) = (try fields.number(), try fields.number())
      let (accuracy, nmi, ari) = (try fields.number(), try fields.number(), try fields.number())
      let clusterShares = try fields.floats()
      let clusters = clusterShares.count
      let joint = try fields.floats(clusters * clusters)
      var scores: ClassScores?
      if fields.nextIsNull {
        fields.skip(2)
      } else {
        scores = ClassScores(
          accuracy: accuracy, nmi: nmi, ari: ari, classOfCluster: try fields.integers(clusters),
          contingency: try fields.integers())
      }
      let subHead = SubHeadEvaluation(
        index: index, loss: loss, mutualInformation: information, entropy: entropy,
        conditionalEntropy: conditional, scores: scores, joint: joint,
        clusterShares: clusterShares, sampleProbabilities: try fields.floats())
      if heads.last?.head == head {
        heads[heads.count - 1].subHeads.append(subHead)
      } else {
        heads.append(HeadEvaluation(head: head, subHeads: [subHead]))
      }
    }
    guard !heads.isEmpty else {
      throw StorageError(
        url, "table subHeadEvaluation has no rows for the evaluation at step \(step)")
    }
    return heads
  }

  func lastStep() throws -> (step: Int, epoch: Int, elapsed: Double)? {
    let sql = "SELECT step, epoch, elapsed FROM step ORDER BY step DESC LIMIT 1"
    guard let row = try Row.fetchOne(database, sql: sql) else { return nil }
    var fields = RowFields(row, of: url, "table step")
    return (try fields.integer(), try fields.integer(), try fields.number())
  }

  /// For each evaluation, in order: loss and accuracy of the lowest-loss sub-head of `head`;
  /// no accuracy without labels.
  func lowestLossAccuracies(of head: HeadID) throws -> [(loss: Double, accuracy: Double?)] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT evaluation.id, loss, accuracy
        FROM evaluation JOIN subHeadEvaluation ON evaluation = evaluation.id
        WHERE head = ? ORDER BY evaluation.step, evaluation.id, position
        """, arguments: [head.rawValue])
    var evaluations: [[(loss: Double, accuracy: Double?)]] = []
    var last: Int?
    while let row = try rows.next() {
      var fields = RowFields(row, of: url, "table subHeadEvaluation")
      let identifier = try fields.integer()
      if identifier != last { evaluations.append([]) }
      last = identifier
      evaluations[evaluations.count - 1].append((try fields.number(), try fields.optionalNumber()))
    }
    return evaluations.compactMap { subHeads in
      subHeads.indexOfLowestLoss(\.loss).map { subHeads[$0] }
    }
  }

  private func one(_ sql: String, _ otherwise: String) throws -> Row {
    guard let row = try Row.fetchOne(database, sql: sql) else {
      throw StorageError(url, otherwise)
    }
    return row
  }

  private func headNames() throws -> Set<HeadID> { Set(try description().heads.map(\.name)) }

  private func head(
    _ fields: inout RowFields, of heads: Set<HeadID>
  ) throws(StorageError) -> HeadID {
    let names = heads.map(\.rawValue).sorted().joined(separator: " or ")
    return try fields.parsed(names) { text in
      let head = HeadID(rawValue: text)
      return heads.contains(head) ? head : nil
    }
  }

  private func json<Value: Decodable>(_ text: String) throws -> Value {
    try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }
}
