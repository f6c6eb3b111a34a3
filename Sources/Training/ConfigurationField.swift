import Foundation

/// One key of a configuration file: how it is read, checked and written.
///
/// The table `Configuration.fields` is all that the YAML reader, the writer, `--set` and the validation know.
struct ConfigurationField: Sendable {
  enum Shape {
    /// One number or name; spaces around it do not count.
    case word
    /// Elements separated by commas.
    case list
    /// All of it, as it stands.
    case text
  }

  /// Dotted: `heads.A.clusters`.
  let key: String
  /// What a value has to be, for messages: "an integer of at least 1".
  let expectation: String
  /// What an assignment's text is taken for.
  var shape = Shape.word
  /// Takes the scalars of a value (one, or those of a list); false if they are not as expected.
  let read: @Sendable (inout Configuration, [String]) -> Bool
  /// The value as JSON, which is YAML too.
  let write: @Sendable (Configuration) -> String
}

extension ConfigurationField {
  typealias Path<Value> = WritableKeyPath<Configuration, Value> & Sendable

  static func integer(
    _ key: String, _ path: Path<Int>, from least: Int, to most: Int = 1 << 30
  ) -> ConfigurationField {
    let limit = most == 1 << 30 ? "of at least \(least)" : "from \(least) to \(most)"
    return ConfigurationField(
      key: key, expectation: "an integer \(limit)",
      read: { configuration, scalars in
        guard scalars.count == 1, let value = Int(scalars[0]), (least...most).contains(value) else {
          return false
        }
        configuration[keyPath: path] = value
        return true
      },
      write: { "\($0[keyPath: path])" })
  }

  static func seed(_ key: String, _ path: Path<UInt64>) -> ConfigurationField {
    ConfigurationField(
      key: key, expectation: "an integer from 0 to 2⁶⁴ − 1",
      read: { configuration, scalars in
        guard scalars.count == 1, let value = UInt64(scalars[0]) else { return false }
        configuration[keyPath: path] = value
        return true
      },
      write: { "\($0[keyPath: path])" })
  }

  /// `least` itself is allowed unless `isOpen`.
  static func number(
    _ key: String, _ path: Path<Double>, from least: Double, to most: Double, isOpen: Bool = false
  ) -> ConfigurationField {
    ConfigurationField(
      key: key,
      expectation: isOpen
        ? "a number above \(least) and at most \(most)" : "a number from \(least) to \(most)",
      read: { configuration, scalars in
        guard scalars.count == 1, let value = Double(scalars[0]), value >= least, value <= most,
          !(isOpen && value == least)
        else { return false }
        configuration[keyPath: path] = value
        return true
      },
      write: { "\($0[keyPath: path])" })
  }

  static func integers(
    _ key: String, _ path: Path<[Int]>, from least: Int, to most: Int
  ) -> ConfigurationField {
    ConfigurationField(
      key: key, expectation: "a list of integers from \(least) to \(most)", shape: .list,
      read: { configuration, scalars in
        let values = scalars.compactMap { Int($0) }.filter { (least...most).contains($0) }
        guard values.count == scalars.count, !values.isEmpty else { return false }
        configuration[keyPath: path] = values
        return true
      },
      write: { "[" + $0[keyPath: path].map(String.init).joined(separator: ", ") + "]" })
  }

  static func word(
    _ key: String, _ path: Path<String>, oneOf choices: [String]? = nil
  ) -> ConfigurationField {
    ConfigurationField(
      key: key,
      expectation: choices.map { "one of " + $0.joined(separator: ", ") } ?? "a name",
      read: { configuration, scalars in
        guard scalars.count == 1, !scalars[0].isEmpty, choices?.contains(scalars[0]) ?? true else {
          return false
        }
        configuration[keyPath: path] = scalars[0]
        return true
      },
      write: { quoted($0[keyPath: path]) })
  }

  static func path(_ key: String, _ path: Path<String>) -> ConfigurationField {
    ConfigurationField(
      key: key, expectation: "a path", shape: .text,
      read: { configuration, scalars in
        guard scalars.count == 1 else { return false }
        configuration[keyPath: path] = scalars[0]
        return true
      },
      write: { quoted($0[keyPath: path]) })
  }
}

extension Configuration {
  /// Every key, in the order in which a configuration is written.
  static let fields: [ConfigurationField] = [
    .word("preset", \.preset),
    .word("dataset", \.dataset),
    .path("data", \.data),
    .word("network.kind", \.networkKind, oneOf: ["net6c"]),
    .integer("network.width", \.networkWidth, from: 1, to: 256),
    .integer("heads.A.clusters", \.headA.clusters, from: 2, to: 1000),
    .integer("heads.A.sub_heads", \.headA.subHeads, from: 1, to: 50),
    .integer("heads.A.epochs", \.headA.epochs, from: 0, to: 100),
    .integer("heads.B.clusters", \.headB.clusters, from: 2, to: 1000),
    .integer("heads.B.sub_heads", \.headB.subHeads, from: 1, to: 50),
    .integer("heads.B.epochs", \.headB.epochs, from: 1, to: 100),
    .word("heads.first", \.firstHead, oneOf: ["A", "B"]),
    .integer("training.epochs", \.epochs, from: 1),
    .integer("training.steps", \.steps, from: 0),
    .integer("training.batch_pairs", \.batchPairs, from: 2, to: 100_000),
    .integer("training.sample_repeats", \.sampleRepeats, from: 1, to: 1000),
    .number("training.learning_rate", \.learningRate, from: 0, to: 1, isOpen: true),
    .number("training.lambda", \.lambda, from: 0, to: 10, isOpen: true),
    .seed("training.seed", \.seed),
    .integer("training.threads", \.threads, from: 0, to: 256),
    .integer("transform.input_size", \.inputSize, from: 8, to: 512),
    .integer("transform.plain_crop", \.plainCrop, from: 1, to: 4096),
    .number("transform.centre_crop_probability", \.centreCropProbability, from: 0, to: 1),
    .integers("transform.transformed_crops", \.transformedCrops, from: 1, to: 4096),
    .number("transform.rotation_degrees", \.rotationDegrees, from: 0, to: 180),
    .number("transform.rotation_probability", \.rotationProbability, from: 0, to: 1),
    .number("transform.brightness", \.brightness, from: 0, to: 1),
    .number("transform.contrast", \.contrast, from: 0, to: 1),
    .integer("evaluation.epochs", \.evaluationEpochs, from: 1, to: 1_000_000),
    .integer("evaluation.samples", \.samples, from: 1, to: 1000),
    .number("checkpoint.seconds", \.checkpointSeconds, from: 1, to: 86_400),
  ]

  /// The settings that only make sense together.
  ///
  /// - Parameter source: the file to blame.
  /// - Throws: `ConfigurationError` for the first impossible combination.
  package func validate(source: String) throws(ConfigurationError) {
    func require(_ holds: Bool, _ key: String, _ problem: String) throws(ConfigurationError) {
      if !holds { throw ConfigurationError(source: source, key: key, problem: problem) }
    }
    try require(
      sampleRepeats <= batchPairs, "training.sample_repeats",
      "is \(sampleRepeats), expected at most training.batch_pairs, \(batchPairs)")
    try require(
      batchPairs % sampleRepeats == 0, "training.batch_pairs",
      "is \(batchPairs), expected a multiple of training.sample_repeats, \(sampleRepeats)")
    for (name, head) in heads {
      try require(
        head.clusters <= batchPairs, "heads.\(name).clusters",
        "is \(head.clusters), expected at most training.batch_pairs, \(batchPairs)")
    }
    try require(
      inputSize % 8 == 0, "transform.input_size",
      "is \(inputSize), expected a multiple of 8, because net6c halves it three times")
  }

  /// The settings that must fit the data.
  ///
  /// - Parameters:
  ///   - images: how many there are to train on.
  ///   - side: the shorter side of the images, in pixels.
  /// - Throws: `ConfigurationError` for the first one that does not fit.
  package func validate(
    source: String, images: Int, side: Int, classes: Int
  ) throws(ConfigurationError) {
    func fail(_ key: String, _ problem: String) -> ConfigurationError {
      ConfigurationError(source: source, key: key, problem: problem)
    }
    if imagesPerBatch > images {
      throw fail(
        "training.batch_pairs",
        "\(imagesPerBatch) images a batch (batch_pairs / sample_repeats), expected at most the "
          + "\(images) of \(dataset)")
    }
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    if estimatedBytes > memory {
      throw fail(
        "training.batch_pairs",
        "is \(batchPairs), which with network.width \(networkWidth) needs about "
          + "\(estimatedBytes >> 30) GiB; expected at most this machine's \(memory >> 30) GiB")
    }
    if plainCrop > side {
      throw fail("transform.plain_crop", "is \(plainCrop), expected at most the images' \(side)")
    }
    if let crop = transformedCrops.first(where: { $0 > side }) {
      throw fail("transform.transformed_crops", "has \(crop), expected at most the images' \(side)")
    }
    if headB.clusters < classes {
      throw fail(
        "heads.B.clusters", "is \(headB.clusters), expected at least the \(classes) classes")
    }
  }
}
