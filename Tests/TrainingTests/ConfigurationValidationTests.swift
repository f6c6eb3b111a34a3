import Datasets
import Methods
import Settings
import Snapshots
import Testing

@testable import Training

/// Settings that are possible one by one and not together; whose turn it is; how long a run is.
@Suite struct ConfigurationValidationTests {
  @Test(arguments: [
    (
      ["training.batch_pairs=6", "training.sample_repeats=7"], "training.sample_repeats", "at most"
    ),
    (
      ["training.batch_pairs=61"], "training.batch_pairs",
      "a multiple of training.sample_repeats, 5"
    ),
    (["training.batch_pairs=45"], "heads.A.clusters", "at most training.batch_pairs, 45"),
    (
      ["heads.A.epochs=0", "heads.first=B", "training.batch_pairs=5"], "heads.B.clusters",
      "at most training.batch_pairs, 5"
    ),
  ])
  func impossibleAlone(assignments: [String], key: String, problem: String) throws {
    let configuration = try configured(assignments)
    let error = expectError("\(assignments)") { () throws(SettingsError) in
      try configuration.validate(source: "file.yaml")
    }
    #expect(error?.source == "file.yaml")
    #expect(error?.key == key)
    #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
  }

  @Test(
    arguments: [
      (
        ["training.batch_pairs=505"], 100, 28, 10, "training.batch_pairs",
        "at most the 100 of digits"
      ),
      (["transform.plain_crop=29"], 100, 28, 10, "transform.plain_crop", "at most the images' 28"),
      (
        ["transform.transformed_crops=28,29", "transform.plain_crop=28"], 100, 28, 10,
        "transform.transformed_crops", "has 29, expected at most the images' 28"
      ),
      (["heads.B.clusters=9"], 100, 28, 10, "heads.B.clusters", "at least the 10 classes"),
    ] as [([String], Int, Int, Int, String, String)])
  func impossibleWithTheData(
    assignments: [String], images: Int, side: Int, classes: Int, key: String, problem: String
  ) throws {
    let configuration = try configured(["training.batch_pairs=50"] + assignments)
    try configuration.validate(source: "file.yaml")
    let error = expectError("\(assignments)") { () throws(SettingsError) in
      try configuration.validate(source: "file.yaml", images: images, side: side, classes: classes)
    }
    #expect(error?.source == "file.yaml")
    #expect(error?.key == key)
    #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
  }

  /// Settings of splits on 20 training, 30 test and 50 unlabelled images, or the first two alone.
  @Test(
    arguments: [
      (
        ["heads.A.splits=train,unlabelled"], false,
        "heads.A.splits: has unlabelled, expected splits of digits: train, test"
      ),
      (
        // A list may look as a file has it.
        ["heads.B.splits=[\"unlabelled\"]", "evaluation.splits=['test']"], false,
        "heads.B.splits: has unlabelled, expected splits of digits: train, test"
      ),
      (
        ["heads.B.splits=train", "training.batch_pairs=105"], true,
        "training.batch_pairs: 21 images a batch (batch_pairs / sample_repeats), expected at most "
          + "the 20 of digits that head B is trained on: --set training.batch_pairs=100 or less"
      ),
      (
        ["training.batch_pairs=255"], true,
        "training.batch_pairs: 51 images a batch (batch_pairs / sample_repeats), expected at most "
          + "the 50 of digits that head B is trained on: --set training.batch_pairs=250 or less"
      ),
      (["heads.A.splits=unlabelled", "evaluation.mapping_splits=train"], true, nil),
      (["heads.A.epochs=0", "heads.A.splits=unlabelled"], false, nil),
      (["heads.B.clusters=3", "heads.B.matching=many-to-one"], true, nil),
    ] as [([String], Bool, String?)])
  func splits(assignments: [String], hasUnlabelled: Bool, problem: String?) throws {
    let configuration = try configured(["training.batch_pairs=50"] + assignments)
    var splits: [Split: Range<Int>] = [.train: 0..<20, .test: 20..<50]
    if hasUnlabelled { splits[.unlabelled] = 50..<100 }
    var found: String?
    do {
      try configuration.validate(
        source: "f", images: hasUnlabelled ? 100 : 50, side: 28, classes: 10, splits: splits)
    } catch {
      found = error.description
    }
    #expect(found == problem.map { "f: \($0)" })
  }

  @Test func evaluationSplitsThatAreNotThere() throws {
    let configuration = try configured([
      "training.batch_pairs=50", "evaluation.splits=test", "evaluation.mapping_splits=train,test",
    ])
    let error = expectError("no test images") { () throws(SettingsError) in
      try configuration.validate(source: "f", images: 50, side: 28, classes: 10)
    }
    #expect(
      error?.description
        == "f: evaluation.splits: has test, expected splits of digits: train; "
        + "evaluation.mapping_splits: has test, expected splits of digits: train")
  }

  @Test func channelsThatTheMethodCannotTake() throws {
    for (method, channels) in [("segmentation", 1), ("information-clustering", 4)] {
      var configuration = Configuration()
      try configuration.apply(assignment: "method=\(method)")
      try configuration.apply(assignment: "pictures.channels=\(channels)")
      let error = #expect(throws: SettingsError.self) { try configuration.validate(source: "f") }
      #expect(
        error?.description.hasPrefix("f: pictures.channels: is \(channels), expected") == true)
    }
  }

  /// Pictures much larger than the crops are told of, with the settings to change; each preset's
  /// own images are not.
  @Test func cropsOfASmallPart() throws {
    let views = ViewSettings()
    #expect(views.note(side: 28) == nil && views.note(side: 40) == nil)
    let note = try #require(views.note(side: 56))
    for part in ["transform.plain_crop is 20", "[16, 20, 24]", "56 pixels", "28 to 56"] {
      #expect(note.contains(part), "\(note)")
    }
    let sides = ["mnist": 28, "digits": 28, "cifar": 32, "stl10": 96, "folder": 64]
    for preset in try PresetCatalog.all()
    where preset.configuration.method == .informationClustering {
      let side = try #require(sides.first { preset.name.hasPrefix($0.key) }?.value)
      #expect(preset.configuration.clustering.views.note(side: side) == nil, "\(preset.name)")
    }
  }

  @Test func theLimitsThemselvesArePossible() throws {
    let configuration = try configured([
      "training.batch_pairs=50", "training.sample_repeats=50", "transform.plain_crop=28",
      "transform.transformed_crops=28", "heads.A.clusters=50",
    ])
    try configuration.validate(source: "file.yaml")
    try configuration.validate(source: "file.yaml", images: 1, side: 28, classes: 10)
    let mainHeadAlone = try configured([
      "heads.A.epochs=0", "heads.first=B", "training.batch_pairs=10", "training.sample_repeats=1",
    ])
    try mainHeadAlone.validate(source: "file.yaml")
    #expect(mainHeadAlone.clustering.turns.heads.map(\.name) == [.b])
  }

  @Test(arguments: [
    ("A", 1, 2, "ABBABBABB"), ("B", 1, 2, "BBABBABBA"), ("A", 2, 1, "AABAABAAB"),
    ("B", 2, 1, "BAABAABAA"), ("B", 0, 3, "BBBBBBBBB"), ("A", 3, 3, "AAABBBAAA"),
  ])
  func turns(first: String, epochsOfA: Int, epochsOfB: Int, expected: String) {
    var configuration = Configuration()
    configuration.clustering.turns.firstHead = first
    configuration.clustering.turns.headA.epochs = epochsOfA
    configuration.clustering.turns.headB.epochs = epochsOfB
    #expect(
      (1...9).map { configuration.clustering.turns.head(inEpoch: $0).rawValue }.joined() == expected
    )
  }

  @Test(arguments: [
    (3, 0, 100, 30), (3, 7, 100, 7), (3, 31, 100, 30), (3, 30, 100, 30), (1, 0, 10, 1),
    (2, 0, 19, 2), (1 << 30, 0, 70_000, 7_000 << 30),
  ])
  func plannedSteps(epochs: Int, steps: Int, images: Int, expected: Int) {
    var configuration = Configuration()
    configuration.epochs = epochs
    configuration.steps = steps
    configuration.clustering.batchPairs = 50
    configuration.clustering.sampleRepeats = 5
    #expect(
      configuration.clustering.imagesPerBatch == 10 && configuration.clustering.imagesPerStep == 100
    )
    #expect(
      configuration.plannedSteps(EpochSchedule(cycle: [images / 10])) == expected)
  }

  private func configured(_ assignments: [String]) throws -> Configuration {
    var configuration = Configuration()
    for assignment in assignments { try configuration.apply(assignment: assignment) }
    return configuration
  }
}
