import RunStorage
import Sessions
import Settings
import Snapshots
import Training

/// Training events as JSON, one object a line. Sub-heads are numbered from 1, as on the screen;
/// times are seconds of training.
struct JSONEventLines {
  let runName: String
  let runPath: String
  let configuration: Configuration

  /// The line of an event, nil for one that has none; checkpoints are told by `line(checkpoint:)`.
  ///
  /// - Parameter main: the head that speaks for the run.
  func line(_ event: TrainingEvent, main: HeadID?) -> String? {
    switch event {
    case .started(let description, _):
      JSONLine.text(
        StartLine(
          run: description.name, path: runPath, configuration: configuration.tree,
          parameters: description.parameterCount, steps: description.plannedSteps))
    case .changedHeads(let description, let step):
      JSONLine.text(HeadsLine(description, step: step))
    case .step(let step): JSONLine.text(StepLine(step))
    case .evaluation(let evaluation):
      JSONEventLines.line(evaluation, main: main)
        + evaluation.warnings.map { JSONLine.text(WarningLine($0, step: evaluation.step)) }.joined()
    case .restart(let restart): JSONLine.text(RestartLine(restart))
    case .storageProblem(let problem):
      JSONLine.text(
        StorageLine(text: LogLines.text(ofStorageProblem: problem), isOver: problem == nil))
    case .checkpoint, .paused: nil
    case .ended(let status, let step, let message):
      JSONLine.text(EndLine(status: status.rawValue, step: step, run: runName, message: message))
    }
  }

  func line(checkpoint: RecordedCheckpoint) -> String {
    JSONLine.text(CheckpointLine(step: checkpoint.step, path: checkpoint.path))
  }

  /// - Parameters:
  ///   - named: how the clusters that a person has named agree with the classes.
  ///   - classes: how well each is found; left out if empty.
  ///   - contingency: left out if nil.
  ///   - labelled: accuracies under a part of the labels; left out if empty.
  static func line(
    _ evaluation: EvaluationSnapshot, main: HeadID?, named: [NamedAccuracy] = [],
    classes: [ClassLine] = [], contingency: ContingencyLines? = nil,
    labelled: [LabelShareLine] = []
  ) -> String {
    JSONLine.text(
      EvaluationLine(
        evaluation: evaluation, main: main, named: named, classes: classes,
        contingency: contingency, labelled: labelled))
  }
}

private struct StartLine: Encodable {
  var event = "start"
  var run: String
  var path: String
  var configuration: SettingsTree
  var parameters: Int
  var steps: Int
}

private struct HeadsLine: Encodable {
  struct Head: Encodable {
    var name: String
    var clusters: Int
    var subHeads: Int
    var isMain: Bool

    enum CodingKeys: String, CodingKey {
      case name, clusters
      case subHeads = "sub_heads"
      case isMain = "main"
    }
  }

  var event = "heads"
  var step: Int
  var heads: [Head]
  var parameters: Int

  init(_ description: RunDescription, step: Int) {
    self.step = step
    heads = description.heads.map {
      Head(
        name: $0.name.rawValue, clusters: $0.clusters, subHeads: $0.subHeads, isMain: $0.isMain)
    }
    parameters = description.parameterCount
  }
}

private struct StepLine: Encodable {
  var event = "step"
  var step: Int
  var epoch: Int
  var head: String
  var loss: JSONNumber<Double>
  /// nil for a method without pairs of views.
  var mutualInformation: JSONNumber<Double>?
  var learningRate: JSONNumber<Double>
  var imagesPerSecond: JSONNumber<Double>
  var elapsed: JSONNumber<Double>

  enum CodingKeys: String, CodingKey {
    case event, step, epoch, head, loss, elapsed
    case mutualInformation = "mutual_information"
    case learningRate = "learning_rate"
    case imagesPerSecond = "images_per_second"
  }

  init(_ step: StepSnapshot) {
    self.step = step.step
    epoch = step.epoch
    head = step.head.rawValue
    loss = JSONNumber(step.loss)
    mutualInformation =
      step.mutualInformation.isNaN ? nil : JSONNumber(step.mutualInformation)
    learningRate = JSONNumber(step.learningRate)
    imagesPerSecond = JSONNumber(step.imagesPerSecond)
    elapsed = JSONNumber(step.elapsed)
  }
}

private struct WarningLine: Encodable {
  var event = "warning"
  var step: Int
  var kind: String
  var text: String

  init(_ warning: Warning, step: Int) {
    self.step = step
    kind = warning.kind.rawValue
    text = warning.text
  }
}

private struct StorageLine: Encodable {
  var event = "warning"
  var kind = "storage"
  var text: String
  var isOver: Bool

  enum CodingKeys: String, CodingKey {
    case event, kind, text
    case isOver = "over"
  }
}

private struct RestartLine: Encodable {
  var event = "restart"
  var step: Int
  var epoch: Int
  var head: String
  var subHeads: [Int]
  var text: String

  enum CodingKeys: String, CodingKey {
    case event, step, epoch, head, text
    case subHeads = "sub_heads"
  }

  init(_ restart: RestartSnapshot) {
    step = restart.step
    epoch = restart.epoch
    head = restart.head.rawValue
    subHeads = restart.subHeads.map { $0 + 1 }
    text = restart.text
  }
}

private struct CheckpointLine: Encodable {
  var event = "checkpoint"
  var step: Int
  var path: String
}

private struct EndLine: Encodable {
  var event = "end"
  var status: String
  var step: Int
  var run: String
  var message: String?
}

/// An evaluation: the members of the main head, then each other head as an object of its own.
private struct EvaluationLine: Encodable {
  let evaluation: EvaluationSnapshot
  let main: HeadID?
  let named: [NamedAccuracy]
  let classes: [ClassLine]
  let contingency: ContingencyLines?
  let labelled: [LabelShareLine]

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode("evaluation", forKey: Key("event"))
    try container.encode(evaluation.step, forKey: Key("step"))
    try container.encode(evaluation.epoch, forKey: Key("epoch"))
    try container.encode(evaluation.images, forKey: Key("images"))
    if let suggestion = evaluation.suggestion {
      try container.encode(suggestion.clusters, forKey: Key("clusters_suggested"))
      try container.encode(suggestion.jump, forKey: Key("jump"))
    }
    if !named.isEmpty { try container.encode(named, forKey: Key("names")) }
    if !classes.isEmpty { try container.encode(classes, forKey: Key("classes")) }
    if let contingency { try container.encode(contingency, forKey: Key("contingency")) }
    if !labelled.isEmpty { try container.encode(labelled, forKey: Key("label_shares")) }
    for head in evaluation.heads {
      let members = HeadMembers(head)
      if head.head == main {
        try members.encode(to: encoder)
      } else {
        try container.encode(members, forKey: Key("head_\(head.head.rawValue)"))
      }
    }
  }
}

/// What images without labels, or heads without pairs of views, do not have is left out.
private struct HeadMembers: Encodable {
  struct SubHead: Encodable {
    var index: Int
    var loss: JSONNumber<Double>
    var accuracy: JSONNumber<Double>?
    var nmi: JSONNumber<Double>?
    var ari: JSONNumber<Double>?
    var oneToOne: JSONNumber<Double>?
    var manyToOne: JSONNumber<Double>?
    var agreement: JSONNumber<Double>?
    var mutualInformation: JSONNumber<Double>?
    var emptyClusters: Int

    enum CodingKeys: String, CodingKey {
      case index, loss, accuracy, nmi, ari, agreement
      case oneToOne = "one_to_one"
      case manyToOne = "many_to_one"
      case mutualInformation = "mutual_information"
      case emptyClusters = "empty_clusters"
    }
  }

  struct Lowest: Encodable {
    var index: Int
    var accuracy: JSONNumber<Double>?
  }

  var subHeads: [SubHead]
  /// What each merge of the sub-heads' trees costs, in nats, the mean over the sub-heads: from
  /// most groups to two.
  var mergeCosts: [Double]?
  var lowestLoss: Lowest
  /// The one that speaks for the head, chosen without labels.
  var reported: Lowest
  var best: Lowest?
  var mean: JSONNumber<Double>?
  var std: JSONNumber<Double>?

  enum CodingKeys: String, CodingKey {
    case mean, std, best, reported
    case mergeCosts = "merge_costs"
    case subHeads = "sub_heads"
    case lowestLoss = "lowest_loss"
  }

  init(_ head: HeadEvaluation) {
    subHeads = head.subHeads.map { subHead in
      SubHead(
        index: subHead.index + 1, loss: JSONNumber(subHead.loss),
        accuracy: subHead.accuracy.map { JSONNumber($0) },
        nmi: subHead.nmi.map { JSONNumber($0) }, ari: subHead.ari.map { JSONNumber($0) },
        oneToOne: subHead.scores?.oneToOneAccuracy.map { JSONNumber($0) },
        manyToOne: subHead.scores?.manyToOneAccuracy.map { JSONNumber($0) },
        agreement: subHead.agreement.map { JSONNumber($0) },
        mutualInformation: subHead.hasJoint ? JSONNumber(subHead.mutualInformation) : nil,
        emptyClusters: subHead.emptyClusters)
    }
    let lowest = subHeads[head.lowestLossSubHead]
    lowestLoss = Lowest(index: lowest.index, accuracy: lowest.accuracy)
    let chosen = subHeads[head.reportedSubHead]
    reported = Lowest(index: chosen.index, accuracy: chosen.accuracy)
    let costs = head.meanMergeCosts
    mergeCosts = costs.isEmpty ? nil : costs
    best = head.bestSubHead.map {
      Lowest(index: subHeads[$0].index, accuracy: subHeads[$0].accuracy)
    }
    mean = head.meanAccuracy.map { JSONNumber($0) }
    std = head.accuracyDeviation.map { JSONNumber($0) }
  }
}
