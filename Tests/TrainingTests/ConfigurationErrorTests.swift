import Settings
import Testing

@testable import Training

/// Every setting that cannot be is refused with its source, its key and what was expected.
@Suite struct ConfigurationErrorTests {
  /// Values that a key does not take; those of every key.
  static let badValues: [String: [String]] = {
    let never = ["", "x", "[]", "[1, 2]", "{}", "{a: 1}"]
    let integers =
      never + ["1.5", "1e2", "0x10", "1_000", "99999999999999999999", "-1", "~", "nan"]
    let splits = [
      "", "x", "Train", "~", "{}", "{a: 1}", "[x]", "[train, train]", "[train, ~]", "[[train]]",
    ]
    let numbers = never + ["nan", "inf", "-inf", "1e999", "-0.1", "~"]
    return [
      "preset": ["\"\"", "[a, b]", "{}"],
      "dataset": ["\"\"", "[a, b]", "{}"],
      "data": ["[a, b]", "{}", "[]"],
      "init": ["[a, b]", "{}", "[]"],
      "pictures.size": integers + ["7", "1025"],
      "pictures.channels": integers + ["0", "2", "5"],
      "method": ["", "IIC", "[]", "{}", "~"],
      "network.kind": ["net10a", "NET6C", "[]", "{}", "~"],
      "network.width": integers + ["0", "257"],
      "heads.A.clusters": integers + ["1", "0", "1001"],
      "heads.A.sub_heads": integers + ["0", "51"],
      "heads.A.epochs": integers + ["101"],
      "heads.A.splits": splits,
      "heads.B.splits": splits,
      "heads.B.matching": never + ["oneToOne", "~"],
      "heads.B.clusters": integers + ["1", "0", "1001"],
      "heads.B.sub_heads": integers + ["0", "51"],
      "heads.B.epochs": integers + ["0", "101"],
      "heads.first": ["C", "a", "~", "[A, B]", "{}"],
      "training.epochs": integers + ["0"],
      "training.steps": integers,
      "training.batch_pairs": integers + ["0", "1", "100001"],
      "training.sample_repeats": integers + ["0", "1001"],
      "training.learning_rate": numbers + ["0", "1.01"],
      "training.decay_epochs": ["x", "[0]", "[1.5]", "{}", "[2, [3]]"],
      "training.decay_factor": numbers + ["0", "1.01"],
      "training.lambda": numbers + ["0", "10.5"],
      "training.seed": never + ["-1", "18446744073709551616", "1.0"],
      "training.threads": integers + ["257"],
      "restart.enabled": never + ["1", "yes"],
      "restart.settled": numbers + ["-0.1", "1.01"],
      "restart.agreement": numbers + ["-0.1", "1.01"],
      "restart.images": integers + ["99"],
      "restart.steps": integers + ["0"],
      "restart.last_epoch": integers,
      "restart.neighbours": integers + ["101"],
      "transform.input_size": integers + ["7", "513"],
      "transform.plain_crop": integers + ["0", "4097"],
      "transform.centre_crop_probability": numbers + ["1.1"],
      "transform.transformed_crops": [
        "", "x", "[]", "{}", "[0]", "[4097]", "[16, x]", "[16, [20]]", "[16, {a: 1}]", "[16, ~]",
      ],
      "transform.rotation_degrees": numbers + ["181"],
      "transform.rotation_probability": numbers + ["1.1"],
      "transform.brightness": numbers + ["1.1"],
      "transform.contrast": numbers + ["1.1"],
      "transform.saturation": numbers + ["1.1"],
      "transform.hue": numbers + ["0.51"],
      "transform.flip_probability": numbers + ["1.1"],
      "transform.cutout_probability": numbers + ["1.1"],
      "transform.cutout_size": numbers + ["1.1"],
      "transform.input": ["grey", "Sobel", "[]", "{}", "~"],
      "evaluation.epochs": integers + ["0", "1000001"],
      "evaluation.splits": splits + ["unlabelled", "[train, unlabelled]"],
      "evaluation.mapping_splits": splits + ["unlabelled"],
      "evaluation.images": integers,
      "evaluation.final_images": integers,
      "evaluation.samples": integers + ["0", "1001"],
      "checkpoint.seconds": numbers + ["0", "0.99", "86401"],
    ]
  }()

  @Test func everyFieldIsInTheTable() {
    #expect(Set(Self.badValues.keys) == Set(Configuration().schema.fields.map(\.key)))
  }

  @Test(arguments: Configuration().schema.fields.map(\.key)) func badValue(key: String) throws {
    let field = try #require(Configuration().schema.fields.first { $0.key == key })
    for value in Self.badValues[key] ?? [] {
      var configuration = Configuration()
      let error = expectError("\(key): \(value)") { () throws(SettingsError) in
        try configuration.apply(yaml: nested(key, value), source: "file.yaml")
      }
      #expect(error?.source == "file.yaml")
      #expect(error?.key == key, "\(key): \(value)")
      #expect(error?.problem.hasSuffix("expected \(field.expectation)") == true, "\(key): \(value)")
      #expect(configuration == Configuration(), "nothing is applied")
    }
    var configuration = Configuration()
    if field.shape == .word {
      let error = expectError(key) { () throws(SettingsError) in
        try configuration.apply(assignment: "\(key)=")
      }
      #expect(
        error
          == SettingsError(
            source: "--set", key: key, problem: "is '', expected \(field.expectation)"))
    }
  }

  @Test(arguments: [
    ("learning_rate: 1", "learning_rate", "unknown key, expected one of preset, dataset, data,"),
    ("training: {rate: 1}", "training.rate", "expected one of training.epochs, training.steps,"),
    ("heads: {C: {clusters: 3}}", "heads.C", "expected one of heads.A, heads.B, heads.first"),
    (
      "heads: {A: {size: 3}}", "heads.A.size", "heads.A.clusters, heads.A.sub_heads, heads.A.epochs"
    ),
    ("training.epochs: 3", "training.epochs.", ""),
    ("transforms: {}", "transforms", "unknown key, expected one of preset,"),
    ("training: 5", "training", "expected keys below it: training.epochs,"),
    ("training:", "training", "expected keys below it: training.epochs,"),
    ("heads: [A, B]", "heads", "expected keys below it: heads.A, heads.B, heads.first"),
  ])
  func badKey(yaml: String, key: String, problem: String) {
    var configuration = Configuration()
    if key.hasSuffix(".") {
      // A dotted key at the top is the same as the nested one.
      #expect(throws: Never.self) { try configuration.apply(yaml: yaml, source: "file.yaml") }
      #expect(configuration.epochs == 3)
      return
    }
    let error = expectError(yaml) { () throws(SettingsError) in
      try configuration.apply(yaml: yaml, source: "file.yaml")
    }
    #expect(error?.key == key)
    #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
    #expect(error?.description.hasPrefix("file.yaml: \(key): ") == true)
  }

  @Test(arguments: [
    "a: [", "a: b: c", "\t- x", "training: {epochs: 1", "epochs: 1\nepochs: 2", "'", "a: *b",
    "[1, 2]", "text", "5", "? [a]\n: 3", "a: 1\n---\nb: 2", "\u{0}",
  ])
  func notAConfiguration(yaml: String) {
    var configuration = Configuration()
    let error = expectError(yaml) { () throws(SettingsError) in
      try configuration.apply(yaml: yaml, source: "file.yaml")
    }
    #expect(error?.source == "file.yaml")
    #expect(error?.description.contains("\n") == false)
  }

  @Test(
    arguments: [
      ("epochs", nil, "expected key=value"), ("=3", nil, "expected key=value"),
      ("training.epoch=3", "training.epoch", "unknown key, expected one of training.epochs"),
      ("training=3", "training", "unknown key"),
      ("training.epochs=3,4", "training.epochs", "expected an integer from 1 to 1073741824"),
      ("training.epochs=[3]", "training.epochs", "expected an integer from 1 to 1073741824"),
      ("transform.transformed_crops=16,,20", "transform.transformed_crops", "a list of integers"),
    ] as [(String, String?, String)])
  func badAssignment(assignment: String, key: String?, problem: String) {
    var configuration = Configuration()
    let error = expectError(assignment) { () throws(SettingsError) in
      try configuration.apply(assignment: assignment)
    }
    #expect(error?.source == "--set")
    #expect(error?.key == key)
    #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
  }

  private func nested(_ key: String, _ value: String) -> String {
    let path = key.split(separator: ".")
    return path.enumerated().map { depth, name in
      String(repeating: "  ", count: depth) + name + ":"
    }.joined(separator: "\n") + " \(value)\n"
  }
}

/// The error that `body` throws; a failure of the test if it does not.
func expectError(
  _ what: String, _ body: () throws(SettingsError) -> Void
) -> SettingsError? {
  do {
    try body()
  } catch {
    return error
  }
  Issue.record("'\(what)' was accepted")
  return nil
}
