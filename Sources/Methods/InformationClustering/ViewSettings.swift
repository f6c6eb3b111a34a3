import Datasets
import NeuralNet
import Settings

/// How the two views of a pair are drawn from an image.
package struct ViewSettings: Sendable, Equatable {
  /// Side of the input of the network, in pixels.
  package var inputSize = 24
  /// Side of the crop that becomes the first view, and that evaluation takes from the centre.
  package var firstCrop = 20
  /// How often the first view is the centre crop rather than a random one.
  package var centreCropProbability = 0.5
  /// Sides of the crops that become the second view; one is drawn.
  package var secondCrops = [16, 20, 24]
  package var rotationDegrees = 25.0
  package var rotationProbability = 0.5
  package var brightness = 0.4
  package var contrast = 0.4
  package var saturation = 0.0
  /// A share of a whole turn of the colours.
  package var hue = 0.0
  package var flipProbability = 0.0
  /// How often a square of the second view is black.
  package var cutoutProbability = 0.0
  /// Largest side of that square, as a share of the view's.
  package var cutoutSize = 0.5
  /// What the network sees of an image.
  package var input = InputKind.image

  package init() {}

  package static let schema: [SettingsField<ViewSettings>] = [
    .integer("input_size", \.inputSize, from: 8, to: 512),
    .integer("plain_crop", \.firstCrop, from: 1, to: 4096),
    .number("centre_crop_probability", \.centreCropProbability, from: 0, to: 1),
    .integers("transformed_crops", \.secondCrops, from: 1, to: 4096),
    .number("rotation_degrees", \.rotationDegrees, from: 0, to: 180),
    .number("rotation_probability", \.rotationProbability, from: 0, to: 1),
    .number("brightness", \.brightness, from: 0, to: 1),
    .number("contrast", \.contrast, from: 0, to: 1),
    .number("saturation", \.saturation, from: 0, to: 1),
    .number("hue", \.hue, from: 0, to: 0.5),
    .number("flip_probability", \.flipProbability, from: 0, to: 1),
    .number("cutout_probability", \.cutoutProbability, from: 0, to: 1),
    .number("cutout_size", \.cutoutSize, from: 0, to: 1),
    .choice("input", \.input, oneOf: InputKind.allCases),
  ]

  /// Whether both views of an image are always the same.
  package var areIdentical: Bool {
    centreCropProbability == 1 && secondCrops.allSatisfy { $0 == firstCrop }
      && rotationDegrees * rotationProbability == 0
      && brightness + contrast + saturation + hue + flipProbability == 0
      && cutoutProbability * cutoutSize == 0
  }

  package var augmentation: PairAugmentation {
    var augmentation = PairAugmentation(
      outputSize: inputSize, firstCropSize: firstCrop,
      centreCropProbability: Float(centreCropProbability),
      secondCropSizes: secondCrops, rotationProbability: Float(rotationProbability),
      rotationDegrees: Float(rotationDegrees), brightness: Float(brightness),
      contrast: Float(contrast))
    augmentation.saturation = Float(saturation)
    augmentation.hue = Float(hue)
    augmentation.flipProbability = Float(flipProbability)
    augmentation.cutout = CutoutRange(
      probability: Float(cutoutProbability), size: Float(cutoutSize))
    return augmentation
  }

  /// What a person should know of these views of images whose shorter side has so many pixels; nil
  /// where they see enough of them.
  package func note(side: Int) -> String? {
    guard 2 * firstCrop < side else { return nil }
    let crops = secondCrops.map(String.init).joined(separator: ", ")
    return "transform.plain_crop is \(firstCrop) and transform.transformed_crops [\(crops)]: of "
      + "images of \(side) pixels that is a small part; crops of \(side / 2) to \(side) would "
      + "see more"
  }

  /// The settings that do not suit images whose shorter side has so many pixels, each with what is
  /// wrong.
  package func problems(side: Int) -> [(key: String, problem: String)] {
    var problems: [(key: String, problem: String)] = []
    if firstCrop > side {
      problems.append(("plain_crop", "is \(firstCrop), expected at most the images' \(side)"))
    }
    for crop in secondCrops where crop > side {
      problems.append(("transformed_crops", "has \(crop), expected at most the images' \(side)"))
    }
    return problems
  }
}
