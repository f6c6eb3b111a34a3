import Foundation
import Settings
import Testing

@testable import Training

/// The settings of fine-tuning as text, and those that cannot be.
@Suite struct FineTuningConfigurationTests {
  /// None of its values is the usual one.
  private static func unusual() -> Configuration {
    var configuration = Configuration()
    configuration.method = .fineTuning
    configuration.preset = "own"
    configuration.dataset = "cifar10"
    configuration.data = "/a folder: here"
    configuration.pictureSize = 32
    configuration.pictureChannels = 1
    configuration.fineTuning.network.kind = .net5g
    configuration.fineTuning.network.width = 3
    configuration.fineTuning.hiddenUnits = 7
    configuration.fineTuning.start = "/runs/one/latest.safetensors"
    configuration.fineTuning.labels = 0.01
    configuration.fineTuning.heldOut = 0.3
    configuration.fineTuning.batchSize = 60
    configuration.fineTuning.epochSteps = 11
    configuration.fineTuning.trunkRate = 1.0 / 3
    configuration.fineTuning.views.inputSize = 32
    configuration.fineTuning.views.crop = 28
    configuration.fineTuning.views.flipProbability = 0.25
    configuration.fineTuning.views.affineProbability = 0.75
    configuration.fineTuning.views.rotationDegrees = 3
    configuration.fineTuning.views.smallestScale = 0.8
    configuration.fineTuning.views.largestScale = 1.3
    configuration.fineTuning.views.shift = 0.2
    configuration.fineTuning.views.shearDegrees = 4
    configuration.fineTuning.views.cutoutProbability = 1
    configuration.fineTuning.views.cutoutSize = 0.1
    configuration.fineTuning.views.testCrops = 5
    configuration.fineTuning.views.input = .sobel
    configuration.epochs = 3
    configuration.steps = 4
    configuration.learningRate = 0.3
    configuration.decay.epochs = [2]
    configuration.decay.factor = 0.5
    configuration.seed = .max
    configuration.threads = 2
    configuration.evaluationEpochs = 9
    configuration.samples = 8
    configuration.checkpointSeconds = 2.5
    return configuration
  }

  @Test func everyFieldIsReadAndWritten() throws {
    let unusual = Self.unusual()
    for field in unusual.schema.fields {
      #expect(field.value(unusual) != field.value(Configuration()), "\(field.key)")
    }
    var read = Configuration()
    try read.apply(yaml: unusual.yaml, source: "test")
    #expect(read == unusual && read.yaml == unusual.yaml)
  }

  @Test(arguments: [
    ("finetune.labels=0", "a number above 0.0 and at most 1.0"),
    ("finetune.labels=1.5", "a number above 0.0 and at most 1.0"),
    ("finetune.labels=nan", "a number above 0.0 and at most 1.0"),
    ("finetune.held_out=0", "a number from 0.01 to 0.9"),
    ("training.batch_size=1", "an integer from 2 to 100000"),
    ("training.epoch_steps=0", "an integer from 1 to 1000000"),
    ("training.trunk_rate=-1", "a number from 0.0 to 10.0"),
    ("transform.test_crops=3", "one of 1, 5, 10"),
    ("training.batch_pairs=3", "unknown key"),
    ("heads.B.clusters=3", "unknown key"),
  ])
  func badAssignment(assignment: String, problem: String) throws {
    var configuration = Configuration()
    configuration.method = .fineTuning
    let error = expectError(assignment) { () throws(SettingsError) in
      try configuration.apply(assignment: assignment)
    }
    #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
  }

  @Test func valuesThatOnlyFitOthers() throws {
    let cases: [(key: String, change: (inout Configuration) -> Void)] = [
      ("transform.smallest_scale", { $0.fineTuning.views.smallestScale = 1.2 }),
      ("transform.crop", { $0.fineTuning.views.crop = 29 }),
      (
        "training.batch_size",
        {
          $0.fineTuning.batchSize = 100_000; $0.fineTuning.network.width = 256
        }
      ),
    ]
    for (key, change) in cases {
      var configuration = Configuration()
      configuration.method = .fineTuning
      change(&configuration)
      let error = expectError(key) { () throws(SettingsError) in
        try configuration.validate(source: "test")
        try configuration.validate(source: "test", images: 100, side: 28, classes: 10)
      }
      #expect(error?.key == key)
    }
  }
}
