import Datasets
import Foundation
import Methods
import Settings
import Testing

@testable import Training

/// A configuration as YAML and JSON, there and back.
@Suite struct ConfigurationTextTests {
  /// Differs from the default in every field.
  static func unusual() -> Configuration {
    var configuration = Configuration()
    configuration.preset = "mine: \"x\" # not a comment"
    configuration.dataset = "mnist"
    configuration.data =
      "/a folder, with 'quotes' \\ \"and\" [brackets]\t\u{1}ü漢\u{2028}\u{85}\u{7F}😀"
    configuration.initialWeights = "/weights of: another.safetensors"
    configuration.clustering.network.kind = .net5g
    configuration.clustering.network.width = 3
    configuration.clustering.turns.headA = HeadSettings(clusters: 12, subHeads: 2, epochs: 3)
    configuration.clustering.turns.headB = HeadSettings(clusters: 11, subHeads: 4, epochs: 5)
    configuration.clustering.turns.headA.splits = [.unlabelled, .test]
    configuration.clustering.turns.headB.splits = [.train]
    configuration.clustering.turns.mainMatching = .manyToOne
    configuration.clustering.turns.firstHead = "B"
    configuration.epochs = 7
    configuration.steps = 99
    configuration.clustering.batchPairs = 60
    configuration.clustering.sampleRepeats = 4
    configuration.learningRate = 0.1 + 0.2
    configuration.clustering.lambda = 1.5
    configuration.seed = .max
    configuration.threads = 2
    configuration.clustering.views.inputSize = 32
    configuration.clustering.views.firstCrop = 28
    configuration.clustering.views.centreCropProbability = 1e-7
    configuration.clustering.views.secondCrops = [9]
    configuration.clustering.views.rotationDegrees = 1.0 / 3
    configuration.clustering.views.rotationProbability = 1
    configuration.clustering.views.brightness = 0
    configuration.clustering.views.contrast = 1
    configuration.clustering.views.saturation = 0.25
    configuration.clustering.views.hue = 0.125
    configuration.clustering.views.flipProbability = 0.5
    configuration.clustering.neighbours = 3
    configuration.clustering.views.cutoutProbability = 0.25
    configuration.clustering.views.cutoutSize = 0.75
    configuration.clustering.views.input = .imageAndSobel
    configuration.clustering.restart.enabled = true
    configuration.clustering.restart.settled = 0.5
    configuration.clustering.restart.agreement = 0.25
    configuration.clustering.restart.images = 500
    configuration.clustering.restart.steps = 50
    configuration.clustering.restart.lastEpoch = 17
    configuration.decay.epochs = [7, 9]
    configuration.decay.factor = 0.3
    configuration.pictureSize = 96
    configuration.pictureChannels = 1
    configuration.clustering.evaluation.splits = [.test]
    configuration.clustering.evaluation.assignmentSplits = [.test, .train]
    configuration.clustering.evaluation.images = 100
    configuration.clustering.evaluation.finalImages = 1000
    configuration.evaluationEpochs = 2
    configuration.checkpointSeconds = 1.25
    configuration.samples = 5
    return configuration
  }

  @Test func unusualDiffersInEveryField() {
    for field in Configuration().schema.fields where field.key != "method" {
      #expect(field.value(Self.unusual()) != field.value(Configuration()), "\(field.key)")
    }
  }

  @Test func yamlReadsBackTheSame() throws {
    for configuration in [Self.unusual()] + (try PresetCatalog.all()).map(\.configuration) {
      var read = Configuration()
      try read.apply(yaml: configuration.yaml, source: "test")
      #expect(read == configuration)
      #expect(read.yaml == configuration.yaml)
    }
  }

  /// Numbers are numbers, lists are lists.
  @Test func asJSON() throws {
    let data = try JSONEncoder().encode(Self.unusual().tree)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(
      Set(object.keys)
        == [
          "preset", "dataset", "data", "pictures", "method", "init", "network", "heads", "restart",
          "training", "transform", "evaluation", "checkpoint",
        ])
    #expect(object["data"] as? String == Self.unusual().data)
    let training = try #require(object["training"] as? [String: Any])
    #expect((training["seed"] as? NSNumber)?.uint64Value == .max)
    let learningRate = try #require(training["learning_rate"] as? Double)
    #expect(abs(learningRate - 0.3) <= 1e-12)
    let heads = try #require(object["heads"] as? [String: Any])
    #expect((heads["A"] as? [String: Any])?["sub_heads"] as? Int == 2)
    #expect(heads["first"] as? String == "B")
    let transform = try #require(object["transform"] as? [String: Any])
    #expect(transform["transformed_crops"] as? [Int] == [9])
    #expect(transform["input"] as? String == "image-and-sobel")
    let evaluation = try #require(object["evaluation"] as? [String: Any])
    #expect(evaluation["mapping_splits"] as? [String] == ["test", "train"])
  }

  @Test func whatIsNotMentionedStays() throws {
    var configuration = Self.unusual()
    try configuration.apply(yaml: "training:\n  lambda: 2\n", source: "test")
    var expected = Self.unusual()
    expected.clustering.lambda = 2
    #expect(configuration == expected)
    for empty in ["", "# nothing\n", "---\n", "{}"] {
      try configuration.apply(yaml: empty, source: "test")
      #expect(configuration == expected, "after '\(empty)'")
    }
  }

  @Test func assignments() throws {
    var configuration = Configuration()
    try configuration.apply(assignment: "transform.transformed_crops=12, 16,20")
    #expect(configuration.clustering.views.secondCrops == [12, 16, 20])
    try configuration.apply(assignment: "transform.transformed_crops=[8]")
    #expect(configuration.clustering.views.secondCrops == [8])
    try configuration.apply(assignment: "heads.A.splits=train, unlabelled")
    #expect(configuration.clustering.turns.headA.splits == [.train, .unlabelled])
    for none in ["", "[]", "[ ]"] {
      configuration.clustering.turns.headA.splits = [.train]
      try configuration.apply(assignment: "heads.A.splits=\(none)")
      #expect(configuration.clustering.turns.headA.splits == [], "'\(none)'")
    }
    try configuration.apply(assignment: "data=/a=b, c/[d]")
    #expect(configuration.data == "/a=b, c/[d]")
    try configuration.apply(assignment: "training.learning_rate=1e-3")
    #expect(configuration.learningRate == 1e-3)
    try configuration.apply(assignment: "heads.A.clusters= 7 ")
    #expect(configuration.clustering.turns.headA.clusters == 7)
  }

  @Test func presets() throws {
    let presets = try PresetCatalog.all()
    #expect(presets.map(\.name) == presets.map(\.name).sorted())
    #expect(Set(presets.map(\.name)).isSuperset(of: DatasetCatalog.entries.map(\.preset)))
    let published = ["mnist", "cifar10", "cifar100-20", "stl10"]
    #expect(
      Set(presets.map(\.name)).isSuperset(of: published + published.map { "\($0)-plus" }))
    for preset in presets {
      #expect(preset.configuration.preset == preset.name)
      #expect(!preset.summary.isEmpty && !preset.summary.contains("#"))
      try preset.configuration.validate(source: preset.name)
      let (train, test, unlabelled, side, classes) =
        switch preset.configuration.dataset {
        case "digits": (5_000, 0, 0, 28, 10)
        case "mnist": (60_000, 10_000, 0, 28, 10)
        case "cifar10": (50_000, 10_000, 0, 32, 10)
        case "cifar100-20": (50_000, 10_000, 0, 32, 20)
        case "stl10": (5_000, 8_000, 100_000, 96, 10)
        case "image-folder": (500, 0, 0, preset.configuration.pictureSize, 10)
        case "camvid-3": (468, 233, 0, 180, 3)
        case "coco-stuff": (49_629, 2_175, 0, 140, 15)
        case "coco-stuff-3": (35_792, 1_600, 0, 140, 3)
        case "potsdam": (8_550, 0, 0, 200, 6)
        case "potsdam-3": (8_550, 0, 0, 200, 3)
        case "segmentation-folder": (300, 0, 0, 120, 10)
        default: (0, 0, 0, 0, 0)
        }
      let splits = [
        Split.train: 0..<train, .test: train..<train + test,
        .unlabelled: train + test..<train + test + unlabelled,
      ].filter { !$0.value.isEmpty }
      // Of any machine's memory: the published ones may need more than this one's.
      if preset.configuration.method == .segmentation {
        try preset.configuration.segmentation.validate(
          source: preset.name, dataset: preset.configuration.dataset,
          images: train + test + unlabelled, classes: classes, splits: splits, memory: .max)
        continue
      }
      try preset.configuration.clustering.validate(
        source: preset.name, dataset: preset.configuration.dataset,
        images: train + test + unlabelled, side: side, classes: classes, splits: splits,
        memory: .max)
    }
    let error = #expect(throws: SettingsError.self) { try PresetCatalog.load("digitz") }
    #expect(
      error?.description.hasPrefix(
        "--preset: unknown preset 'digitz', expected one of camvid-3-small, cifar10, ")
        == true)
  }
}
