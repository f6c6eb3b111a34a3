import Datasets
import NeuralNet
import Settings

/// Settings of fine-tuning: labels on top of what a trunk has learnt (Ji et al. 2019, table 3).
package struct FineTuningSettings: Sendable, Equatable {
  package var network = NetworkSettings()
  /// Units between the two linear layers of the head.
  package var hiddenUnits = 2048
  /// The weights that the trunk starts from, an absolute path; empty to start from scratch. Nobody
  /// reads them any more once the run has a checkpoint.
  package var start = ""
  /// The share of the training images whose labels are used, 0…1, the same of each class.
  package var labels = 1.0
  /// The share of the images that is measured and not trained on where the data set has no labelled
  /// test split, the same of each class.
  package var heldOut = 0.2
  package var batchSize = 128
  /// Steps of an epoch, whatever the share of labels: few images are seen the more often.
  package var epochSteps = 100
  /// The trunk's learning rate as a part of the head's, which is `training.learning_rate`.
  package var trunkRate = 0.1
  package var views = LabelledViewSettings()

  package init() {}

  package static let schema: [SettingsField<FineTuningSettings>] =
    SettingsField.group("network", \.network, NetworkSettings.schema(kinds: [.net6c, .net5g]))
    + [
      .integer("head.hidden_units", \.hiddenUnits, from: 1, to: 65_536),
      .path("finetune.from", \.start),
      .number("finetune.labels", \.labels, from: 0, to: 1, isOpen: true),
      .number("finetune.held_out", \.heldOut, from: 0.01, to: 0.9),
      .integer("training.batch_size", \.batchSize, from: 2, to: 100_000),
      .integer("training.epoch_steps", \.epochSteps, from: 1, to: 1_000_000),
      .number("training.trunk_rate", \.trunkRate, from: 0, to: 10),
    ] + SettingsField.group("transform", \.views, LabelledViewSettings.schema)

  package var schedule: EpochSchedule { EpochSchedule(cycle: [epochSteps]) }

  package func architecture(inputChannels: Int) -> Architecture {
    network.architecture(
      inputSize: views.inputSize, inputChannels: inputChannels, input: views.input)
  }

  /// The settings that only make sense together.
  ///
  /// - Parameter source: the file to blame.
  /// - Throws: `SettingsError` for the first impossible combination.
  package func validate(source: String) throws(SettingsError) {
    let smallest = architecture(inputChannels: 1).smallestInput
    guard views.inputSize >= smallest else {
      throw SettingsError(
        source: source, key: "transform.input_size",
        problem: "is \(views.inputSize), expected at least \(smallest) for "
          + network.kind.rawValue)
    }
    guard views.smallestScale <= views.largestScale else {
      throw SettingsError(
        source: source, key: "transform.smallest_scale",
        problem: "is \(views.smallestScale), expected at most transform.largest_scale, "
          + "\(views.largestScale)")
    }
  }

  /// The settings that must fit the images and the machine.
  ///
  /// - Parameters:
  ///   - side: the shorter side of the images, in pixels.
  ///   - memory: of the machine, in bytes.
  ///   - isTrained: whether the images are trained on, not only measured.
  /// - Throws: `SettingsError` for the first that does not fit.
  package func validate(
    source: String, side: Int, memory: Int, isTrained: Bool = true
  ) throws(SettingsError) {
    guard views.crop <= side else {
      throw SettingsError(
        source: source, key: "transform.crop",
        problem: "is \(views.crop), expected at most the images' \(side)")
    }
    let bytes = architecture(inputChannels: 1).estimatedBytes(
      images: batchSize, outputs: hiddenUnits)
    guard !isTrained || bytes <= memory else {
      throw SettingsError(
        source: source, key: "training.batch_size",
        problem: "is \(batchSize), which with network.width \(network.width) needs about "
          + "\(bytes >> 30) GiB; expected at most this machine's \(memory >> 30) GiB")
    }
  }
}

/// How views of labelled images are drawn, and which are averaged when images are measured.
package struct LabelledViewSettings: Sendable, Equatable {
  /// Side of the input of the network, in pixels.
  package var inputSize = 24
  /// Side of the crops, in the images' pixels.
  package var crop = 20
  package var flipProbability = 0.0
  package var affineProbability = 0.5
  package var rotationDegrees = 18.0
  package var smallestScale = 0.9
  package var largestScale = 1.1
  /// As a share of the image's sides.
  package var shift = 0.1
  package var shearDegrees = 10.0
  package var cutoutProbability = 0.5
  /// Largest side of the square that is made black, as a share of the view's.
  package var cutoutSize = 0.7
  /// Crops whose probabilities are averaged: 1 in the centre, 5 with the corners, 10 with their
  /// mirror images.
  package var testCrops = 10
  /// What the network sees of an image.
  package var input = InputKind.image

  package init() {}

  package static let schema: [SettingsField<LabelledViewSettings>] = [
    .integer("input_size", \.inputSize, from: 8, to: 512),
    .integer("crop", \.crop, from: 1, to: 4096),
    .number("flip_probability", \.flipProbability, from: 0, to: 1),
    .number("affine_probability", \.affineProbability, from: 0, to: 1),
    .number("rotation_degrees", \.rotationDegrees, from: 0, to: 180),
    .number("smallest_scale", \.smallestScale, from: 0.1, to: 10),
    .number("largest_scale", \.largestScale, from: 0.1, to: 10),
    .number("shift", \.shift, from: 0, to: 1),
    .number("shear_degrees", \.shearDegrees, from: 0, to: 80),
    .number("cutout_probability", \.cutoutProbability, from: 0, to: 1),
    .number("cutout_size", \.cutoutSize, from: 0, to: 1),
    .integer("test_crops", \.testCrops, oneOf: [1, 5, 10]),
    .choice("input", \.input, oneOf: InputKind.allCases),
  ]

  package var augmentation: SingleAugmentation {
    var augmentation = SingleAugmentation(outputSize: inputSize, cropSize: crop)
    augmentation.flipProbability = Float(flipProbability)
    augmentation.affineProbability = Float(affineProbability)
    augmentation.rotationDegrees = Float(rotationDegrees)
    augmentation.scales = Float(smallestScale)...Float(max(smallestScale, largestScale))
    augmentation.shift = Float(shift)
    augmentation.shearDegrees = Float(shearDegrees)
    augmentation.cutout = CutoutRange(
      probability: Float(cutoutProbability), size: Float(cutoutSize))
    return augmentation
  }

  /// The views of `TenCrop` that are averaged for images of this size. Where the crop is the whole
  /// image the corners are the centre, which is then seen once.
  package func testViews(of size: ImageSize) -> [Int] {
    let isWhole = size.width == crop && size.height == crop
    return switch testCrops {
    case 1: [4]
    case 5: isWhole ? [4] : Array(0..<5)
    default: isWhole ? [4, 9] : Array(0..<10)
    }
  }
}
