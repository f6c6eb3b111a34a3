import Datasets
import Settings
import Training

extension Experiment {
  /// Reads an experiment's file.
  ///
  /// - Parameters:
  ///   - yaml: the file's text.
  ///   - source: its path, for messages and for where relative paths in it start.
  /// - Throws: `SettingsError` for text that is no YAML, an unknown key, no variants, or a value
  ///   that cannot be.
  package init(yaml: String, name: String, source: String) throws(SettingsError) {
    let reader = ExperimentReader(source: source)
    let members = try YAMLTree.members(of: yaml, source: source)
    try reader.check(
      members, below: "",
      expected: [
        "title", "preset", "dataset", "data", "settings", "seeds", "label_shares", "variants",
      ])
    func value(_ key: String) -> YAMLTree? { members.first { $0.key == key }?.value }
    self.name = name
    self.source = source
    title = try reader.text(value("title"), "title") ?? name
    preset = try reader.text(value("preset"), "preset")
    var settings: [Setting] = []
    for key in ["dataset", "data"] {
      if let text = try reader.text(value(key), key) {
        settings.append(reader.setting(key, text))
      }
    }
    self.settings = settings + (try reader.settings(value("settings"), "settings"))
    seeds = try Self.seeds(value("seeds").map { $0.words ?? ["a group"] } ?? ["1"], reader.error)
    labelShares = try reader.numbers(value("label_shares"), "label_shares", from: 0, to: 100)
    guard case .group(let variants)? = value("variants"), !variants.isEmpty else {
      throw reader.error("variants", "has none, expected at least one name with what it changes")
    }
    self.variants = []
    for variant in variants { self.variants.append(try reader.variant(variant)) }
    try reader.checkFineTuning(self.variants)
  }

  /// Seeds as a file or a flag has them.
  ///
  /// - Parameter error: makes the error of a key and a problem.
  package static func seeds(
    _ words: [String], _ error: (_ key: String, _ problem: String) -> SettingsError
  ) throws(SettingsError) -> [UInt64] {
    let seeds = words.compactMap { UInt64($0) }
    guard seeds.count == words.count, !seeds.isEmpty, Set(seeds).count == seeds.count else {
      throw error(
        "seeds",
        "is '\(words.joined(separator: ","))', expected integers from 0 to 2⁶⁴ − 1, each once")
    }
    return seeds
  }
}

/// Takes the values of one experiment file apart.
private struct ExperimentReader {
  let source: String

  func error(_ key: String, _ problem: String) -> SettingsError {
    SettingsError(source: source, key: key, problem: problem)
  }

  func check(
    _ members: [YAMLTree.Member], below key: String, expected: [String]
  ) throws(SettingsError) {
    for member in members where !expected.contains(member.key) {
      throw error(
        key.isEmpty ? member.key : "\(key).\(member.key)",
        "unknown key, expected one of \(expected.joined(separator: ", "))")
    }
  }

  /// nil where nothing stands.
  func text(_ value: YAMLTree?, _ key: String) throws(SettingsError) -> String? {
    guard let value else { return nil }
    guard let word = value.word else { throw error(key, "expected one value") }
    return word.isEmpty ? nil : word
  }

  func numbers(
    _ value: YAMLTree?, _ key: String, from least: Double, to most: Double
  ) throws(SettingsError) -> [Double] {
    guard let value else { return [] }
    let words = value.words ?? ["a group"]
    let numbers = words.compactMap { Double($0) }.filter { $0 > least && $0 <= most }
    guard numbers.count == words.count else {
      throw error(
        key,
        "is '\(words.joined(separator: ", "))', expected numbers above \(least) and at most \(most)"
      )
    }
    return numbers
  }

  /// A relative path to data starts at the file's folder.
  func setting(_ key: String, _ value: String) -> Experiment.Setting {
    let isPath = key == "data" && !value.isEmpty
    return Experiment.Setting(
      key: key,
      value: isPath ? UserPath.absolute(value, base: UserPath.folder(of: source)) : value)
  }

  /// The settings of a group, their keys dotted, `method` first, since it says which others there
  /// are.
  func settings(
    _ value: YAMLTree?, _ key: String
  ) throws(SettingsError) -> [Experiment.Setting] {
    guard let value, value != .word("") else { return [] }
    guard case .group(let members) = value else {
      throw error(key, "expected settings below it, such as 'training: {epochs: 3}'")
    }
    var found: [Experiment.Setting] = []
    for member in members { try collect(member, prefix: "", below: key, into: &found) }
    return found.filter { $0.key == "method" } + found.filter { $0.key != "method" }
  }

  private func collect(
    _ member: YAMLTree.Member, prefix: String, below place: String,
    into found: inout [Experiment.Setting]
  ) throws(SettingsError) {
    let key = prefix + member.key
    switch member.value {
    case .group(let members):
      for inner in members {
        try collect(inner, prefix: key + ".", below: place, into: &found)
      }
    case .word(let word):
      try check(setting: key, below: place)
      found.append(setting(key, word))
    case .list:
      try check(setting: key, below: place)
      guard let words = member.value.words else {
        throw error("\(place).\(key)", "expected a list of single values")
      }
      found.append(setting(key, words.joined(separator: ",")))
    }
  }

  /// A key that some method has will do: which method a variant trains, its preset may say.
  private func check(setting key: String, below place: String) throws(SettingsError) {
    var unknown: SettingsError?
    for method in MethodKind.allCases {
      do {
        try Configuration.schema(method).check(key: key, source: source)
        return
      } catch {
        unknown = unknown ?? error
      }
    }
    if let unknown { throw error("\(place).\(key)", unknown.problem) }
  }

  func variant(_ member: YAMLTree.Member) throws(SettingsError) -> Experiment.Variant {
    let place = "variants.\(member.key)"
    let isName = member.key.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
        || "-_.".unicodeScalars.contains($0)
    }
    guard isName else {
      throw error(place, "expected a name of letters, digits, '-', '_' and '.'")
    }
    var variant = Experiment.Variant(name: member.key, title: member.key)
    let members: [YAMLTree.Member]
    switch member.value {
    case .group(let group): members = group
    // The experiment's own settings, unchanged.
    case .word(""): members = []
    default: throw error(place, "expected keys below it, such as 'settings'")
    }
    try check(
      members, below: place,
      expected: [
        "title", "preset", "settings", "needs", "baseline", "fine_tunes", "from_scratch_like",
        "published", "published_mean",
      ])
    func value(_ key: String) -> YAMLTree? { members.first { $0.key == key }?.value }
    variant.title = try text(value("title"), "\(place).title") ?? member.key
    variant.preset = try text(value("preset"), "\(place).preset")
    variant.settings = try settings(value("settings"), "\(place).settings")
    guard !variant.settings.contains(where: { $0.key == "training.seed" }) else {
      throw error("\(place).settings.training.seed", "is not a variant's: 'seeds' says which")
    }
    variant.needs = try choice(value("needs"), "\(place).needs", Split.allCases)
    variant.baseline = try choice(
      value("baseline"), "\(place).baseline", Experiment.Baseline.allCases)
    variant.fineTuning = try fineTuning(
      of: text(value("fine_tunes"), "\(place).fine_tunes"),
      like: text(value("from_scratch_like"), "\(place).from_scratch_like"), place)
    variant.published = try figures(value("published"), "\(place).published")
    variant.publishedMean = try figures(value("published_mean"), "\(place).published_mean")
    return variant
  }

  private func fineTuning(
    of trunk: String?, like network: String?, _ place: String
  ) throws(SettingsError) -> Experiment.FineTuning? {
    guard trunk == nil || network == nil else {
      throw error("\(place).from_scratch_like", "expected it or fine_tunes, not both")
    }
    return (trunk ?? network).map {
      Experiment.FineTuning(variant: $0, isFromScratch: trunk == nil)
    }
  }

  /// What is fine-tuned has to be there, and to have been trained without labels itself.
  func checkFineTuning(_ variants: [Experiment.Variant]) throws(SettingsError) {
    let trunks = variants.filter { $0.baseline == nil && $0.fineTuning == nil }.map(\.name)
    for variant in variants {
      guard let fineTuning = variant.fineTuning else { continue }
      let key = fineTuning.isFromScratch ? "from_scratch_like" : "fine_tunes"
      guard trunks.contains(fineTuning.variant) else {
        throw error(
          "variants.\(variant.name).\(key)",
          "is '\(fineTuning.variant)', expected a variant that is trained without labels"
            + (trunks.isEmpty ? "; there is none" : ": " + trunks.joined(separator: ", ")))
      }
      guard variant.preset == nil, variant.baseline == nil else {
        throw error(
          "variants.\(variant.name).\(key)", "expected neither preset nor baseline beside it")
      }
    }
  }

  private func choice<Value: RawRepresentable<String>>(
    _ value: YAMLTree?, _ key: String, _ choices: [Value]
  ) throws(SettingsError) -> Value? {
    guard let text = try text(value, key) else { return nil }
    guard let choice = choices.first(where: { $0.rawValue == text }) else {
      throw error(
        key,
        "is '\(text)', expected one of \(choices.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }

  /// Figures in percent by data set: `mnist: 99.2`, or `mnist: [98.4, 0.7]` with a deviation.
  private func figures(
    _ value: YAMLTree?, _ key: String
  ) throws(SettingsError) -> [String: Experiment.PublishedFigure] {
    guard let value, value != .word("") else { return [:] }
    guard case .group(let members) = value else {
      throw error(key, "expected figures by data set, such as 'mnist: 99.2'")
    }
    try check(members, below: key, expected: DatasetCatalog.entries.map(\.name))
    var figures: [String: Experiment.PublishedFigure] = [:]
    for member in members {
      let words = member.value.words ?? []
      let numbers = words.compactMap { Double($0) }.filter { (0...100).contains($0) }
      guard numbers.count == words.count, (1...2).contains(numbers.count) else {
        throw error(
          "\(key).\(member.key)", "expected a figure in percent, or it and its deviation in a list")
      }
      figures[member.key] = Experiment.PublishedFigure(
        mean: numbers[0], deviation: numbers.count > 1 ? numbers[1] : nil)
    }
    return figures
  }
}
