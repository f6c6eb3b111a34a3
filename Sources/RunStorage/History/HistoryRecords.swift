import Foundation
import GRDB
import Snapshots

/// The one row of table `run`.
struct RunRecord: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "run"

  var id = 1
  var name: String
  var preset: String
  var dataset: String
  var classNames: JSONArray<String>
  var configuration: String
  var seed: DecimalText
  var heads: JSONArray<HeadDescription>
  var epochs: Int
  var plannedSteps: Int
  var imagesPerStep: Int
  var evaluationImages: Int
  var parameterCount: Int
  var startedAt: Double
  var resumedAt: Double
  var generation: Int
  var status: String
  var endMessage: String?
  var isPaused: Int
  /// NULL in what an older program wrote.
  var data: DataIdentity?
  /// Step of the last checkpoint, 0 before the first; NULL in what an older program wrote.
  var checkpointStep: Int?

  /// A run that starts at `time`, in seconds since 1970.
  init(_ run: RunDescription, at time: Double) {
    name = run.name
    preset = run.preset
    dataset = run.dataset
    classNames = JSONArray(run.classNames)
    configuration = run.configuration
    seed = DecimalText(run.seed)
    heads = JSONArray(run.heads)
    epochs = run.epochs
    plannedSteps = run.plannedSteps
    imagesPerStep = run.imagesPerStep
    evaluationImages = run.evaluationImages
    parameterCount = run.parameterCount
    startedAt = run.startedAt
    resumedAt = time
    generation = 1
    status = "running"
    endMessage = nil
    isPaused = 0
    data = run.data
    checkpointStep = 0
  }

  var description: RunDescription {
    RunDescription(
      name: name, preset: preset, dataset: dataset, classNames: classNames.values,
      configuration: configuration, seed: seed.value, heads: heads.values, epochs: epochs,
      plannedSteps: plannedSteps, imagesPerStep: imagesPerStep,
      evaluationImages: evaluationImages, parameterCount: parameterCount, startedAt: startedAt,
      data: data)
  }
}

/// The one row of table `sampleImages`.
struct SampleImagesRecord: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "sampleImages"
  static let persistenceConflictPolicy = PersistenceConflictPolicy(insert: .replace)

  var id = 1
  var width: Int
  var height: Int
  var channels: Int
  var pixels: Data
  var labels: IntegerBlob
  /// nil where pixels have no labels.
  var labelMaps: PackedBlob?

  init(_ samples: SampleImages) {
    width = samples.width
    height = samples.height
    channels = samples.channels
    pixels = Data(samples.pixels)
    labels = IntegerBlob(samples.labels)
    labelMaps = samples.labelMaps.isEmpty ? nil : PackedBlob(samples.labelMaps)
  }
}

/// One row of table `step`.
struct StepRecord: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "step"
  static let persistenceConflictPolicy = PersistenceConflictPolicy(insert: .replace)

  var step: Int
  var epoch: Int
  var head: String
  var loss: Measurement
  var subHeadLosses: DoubleBlob
  var mutualInformation: Measurement
  var learningRate: Measurement
  var imagesPerSecond: Measurement
  var elapsed: Measurement

  init(_ step: StepSnapshot) {
    self.step = step.step
    epoch = step.epoch
    head = step.head.rawValue
    loss = Measurement(step.loss)
    subHeadLosses = DoubleBlob(step.subHeadLosses)
    mutualInformation = Measurement(step.mutualInformation)
    learningRate = Measurement(step.learningRate)
    imagesPerSecond = Measurement(step.imagesPerSecond)
    elapsed = Measurement(step.elapsed)
  }

  var snapshot: StepSnapshot {
    StepSnapshot(
      step: step, epoch: epoch, head: HeadID(rawValue: head), loss: loss.value,
      subHeadLosses: subHeadLosses.values, mutualInformation: mutualInformation.value,
      learningRate: learningRate.value, imagesPerSecond: imagesPerSecond.value,
      elapsed: elapsed.value)
  }
}

/// One row of table `evaluation`.
struct EvaluationRecord: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "evaluation"

  /// nil before it is inserted.
  var id: Int?
  var step: Int
  var epoch: Int
  var elapsed: Measurement
  /// nil in what an older program wrote: all of the run's evaluation images.
  var images: Int?
  /// nil in what an older program wrote.
  var warnings: JSONArray<Warning>?
}

/// One row of table `restart`.
struct RestartRecord: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "restart"
  static let persistenceConflictPolicy = PersistenceConflictPolicy(insert: .replace)

  var step: Int
  var epoch: Int
  var head: String
  var subHeads: IntegerBlob

  init(_ restart: RestartSnapshot) {
    step = restart.step
    epoch = restart.epoch
    head = restart.head.rawValue
    subHeads = IntegerBlob(restart.subHeads)
  }

  var snapshot: RestartSnapshot {
    RestartSnapshot(
      step: step, epoch: epoch, head: HeadID(rawValue: head), subHeads: subHeads.values)
  }
}

/// One row of table `subHeadEvaluation`.
struct SubHeadRecord: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "subHeadEvaluation"

  var evaluation: Int
  /// Its place among all sub-heads of the evaluation.
  var position: Int
  var head: String
  var subHead: Int
  var loss: Measurement
  var mutualInformation: Measurement
  var entropy: Measurement
  var conditionalEntropy: Measurement
  var accuracy: Measurement
  var nmi: Measurement
  var ari: Measurement
  /// Empty for a head that knows no pairs.
  var joint: FloatBlob
  /// The cluster shares.
  var masses: FloatBlob
  /// The class of each cluster; nil without labels, as is `confusion`.
  var mapping: IntegerBlob?
  /// The contingency table.
  var confusion: IntegerBlob?
  var sampleProbabilities: FloatBlob
  /// Three numbers a merge: both nodes and the cost. nil in what an older program wrote, as are the
  /// next four.
  var merges: DoubleBlob?
  var agreement: Double?
  var alignment: IntegerBlob?
  var oneToOneAccuracy: Double?
  var manyToOneAccuracy: Double?
  /// Of its head; nil where there is no suggestion.
  var suggestedClusters: Int?
  var jump: Double?
  /// nil for a head that clusters whole images, as is the next.
  var sampleMaps: PackedBlob?
  var displacements: FloatBlob?

  init(
    _ subHead: SubHeadEvaluation, of head: HeadID, suggestion: SuggestedCount?, evaluation: Int,
    position: Int
  ) {
    self.evaluation = evaluation
    self.position = position
    self.head = head.rawValue
    self.subHead = subHead.index
    loss = Measurement(subHead.loss)
    mutualInformation = Measurement(subHead.mutualInformation)
    entropy = Measurement(subHead.entropy)
    conditionalEntropy = Measurement(subHead.conditionalEntropy)
    accuracy = Measurement(subHead.accuracy ?? .nan)
    nmi = Measurement(subHead.nmi ?? .nan)
    ari = Measurement(subHead.ari ?? .nan)
    joint = FloatBlob(subHead.joint)
    masses = FloatBlob(subHead.clusterShares)
    mapping = subHead.scores.map { IntegerBlob($0.classOfCluster) }
    confusion = subHead.scores.map { IntegerBlob($0.contingency) }
    sampleProbabilities = FloatBlob(subHead.sampleProbabilities)
    merges = DoubleBlob(
      subHead.merges.flatMap { [Double($0.first), Double($0.second), $0.cost] })
    agreement = subHead.agreement
    alignment = subHead.alignment.map { IntegerBlob($0) }
    oneToOneAccuracy = subHead.scores?.oneToOneAccuracy
    manyToOneAccuracy = subHead.scores?.manyToOneAccuracy
    sampleMaps = subHead.hasMaps ? PackedBlob(subHead.sampleMaps) : nil
    displacements =
      subHead.displacementInformation.isEmpty ? nil : FloatBlob(subHead.displacementInformation)
    suggestedClusters = suggestion?.clusters
    jump = suggestion?.jump
  }

  /// The blobs have to be of the right sizes.
  var snapshot: SubHeadEvaluation {
    var snapshot = SubHeadEvaluation(
      index: subHead, loss: loss.value, mutualInformation: mutualInformation.value,
      entropy: entropy.value, conditionalEntropy: conditionalEntropy.value,
      scores: mapping.map {
        ClassScores(
          accuracy: accuracy.value, nmi: nmi.value, ari: ari.value,
          oneToOneAccuracy: oneToOneAccuracy, manyToOneAccuracy: manyToOneAccuracy,
          classOfCluster: $0.values,
          contingency: confusion?.values ?? [])
      },
      joint: joint.values, clusterShares: masses.values,
      sampleProbabilities: sampleProbabilities.values, merges: treeMerges ?? [],
      agreement: agreement, alignment: alignment?.values)
    snapshot.sampleMaps = sampleMaps?.bytes ?? []
    snapshot.displacementInformation = displacements?.values ?? []
    return snapshot
  }

  /// nil if the blob holds no tree of so many clusters.
  var treeMerges: [TreeMerge]? {
    let values = merges?.values ?? []
    guard values.count % 3 == 0 else { return nil }
    var tree: [TreeMerge] = []
    for place in stride(from: 0, to: values.count, by: 3) {
      let limit = Double(masses.values.count + tree.count)
      guard let first = Int(exactly: values[place]), let second = Int(exactly: values[place + 1]),
        first >= 0, second >= 0, first != second, max(values[place], values[place + 1]) < limit
      else { return nil }
      tree.append(TreeMerge(first: first, second: second, cost: values[place + 2]))
    }
    return tree
  }

  var suggestion: SuggestedCount? {
    guard let suggestedClusters, let jump else { return nil }
    return SuggestedCount(clusters: suggestedClusters, jump: jump)
  }
}
