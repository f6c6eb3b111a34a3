import Datasets
import NeuralNet
import Settings
import Snapshots

extension InformationClusteringSettings {
  /// The settings that only make sense together.
  ///
  /// - Parameter source: the file to blame.
  /// - Throws: `SettingsError` for the first impossible combination.
  package func validate(source: String) throws(SettingsError) {
    func require(_ holds: Bool, _ key: String, _ problem: String) throws(SettingsError) {
      if !holds { throw SettingsError(source: source, key: key, problem: problem) }
    }
    try require(
      sampleRepeats <= batchPairs, "training.sample_repeats",
      "is \(sampleRepeats), expected at most training.batch_pairs, \(batchPairs)")
    try require(
      batchPairs % sampleRepeats == 0, "training.batch_pairs",
      "is \(batchPairs), expected a multiple of training.sample_repeats, \(sampleRepeats)")
    try require(
      !awaitsMainHead || headA.epochs > 0, "heads.B.clusters",
      "is auto, which asks head A; expected a number, or heads.A.epochs of at least 1")
    for head in heads {
      try require(
        head.clusters <= batchPairs, "heads.\(head.name).clusters",
        "is \(head.clusters), expected at most training.batch_pairs, \(batchPairs)")
    }
    let smallest = architecture(inputChannels: 1).smallestInput
    try require(
      views.inputSize >= smallest, "transform.input_size",
      "is \(views.inputSize), expected at least \(smallest) for \(network.kind.rawValue)")
  }

  /// The settings that must fit the data and the machine.
  ///
  /// - Parameters:
  ///   - images: of the data set, all of its splits.
  ///   - side: the shorter side of the images, in pixels.
  ///   - classes: of the labels.
  ///   - splits: of the data set.
  ///   - memory: of the machine, in bytes.
  ///   - isTrained: whether the images are trained on, not only measured.
  /// - Throws: `SettingsError` that names all that do not fit.
  package func validate(
    source: String, dataset: String, images: Int, side: Int, classes: Int,
    splits: [Split: Range<Int>], memory: Int, isTrained: Bool = true
  ) throws(SettingsError) {
    var problems = missingSplits(splits, dataset: dataset)
    if isTrained, problems.isEmpty,
      let problem = batchProblem(splits, dataset: dataset, images: images)
    {
      problems.append(problem)
    }
    if isTrained, estimatedBytes > memory {
      problems.append(
        (
          "training.batch_pairs",
          "is \(batchPairs), which with network.width \(network.width) needs about "
            + "\(estimatedBytes >> 30) GiB; expected at most this machine's \(memory >> 30) GiB"
        ))
    }
    problems += views.problems(side: side).map { ("transform.\($0.key)", $0.problem) }
    // Many to one, each cluster takes a class, and classes that none has taken may be left.
    if mainMatching == .oneToOne, !awaitsMainHead, headB.clusters < classes {
      problems.append(
        (
          "heads.B.clusters",
          "is \(headB.clusters), expected at least the \(classes) classes of \(dataset)"
        ))
    }
    guard let first = problems.first else { return }
    let others = problems.dropFirst().map { "; \($0.key): \($0.problem)" }
    throw SettingsError(
      source: source, key: first.key, problem: first.problem + others.joined())
  }

  /// Splits that settings name and the data set has no image of.
  private func missingSplits(
    _ splits: [Split: Range<Int>], dataset: String
  ) -> [(key: String, problem: String)] {
    let named =
      turns.map { ("heads.\($0).splits", $0 == .a ? headA.splits : headB.splits) } + [
        ("evaluation.splits", evaluation.splits),
        ("evaluation.mapping_splits", evaluation.assignmentSplits),
      ]
    let there = splits.names.map(\.rawValue).joined(separator: ", ")
    return named.compactMap { key, wanted in
      let missing = wanted.filter { !splits.names.contains($0) }.map(\.rawValue)
      guard !missing.isEmpty else { return nil }
      return (
        key,
        "has \(missing.joined(separator: " and ")), expected splits of \(dataset): \(there)"
      )
    }
  }

  /// The heads that have turns.
  private var turns: [HeadID] { headA.epochs > 0 ? [.a, .b] : [.b] }

  /// A batch that takes more images than a head is trained on.
  private func batchProblem(
    _ splits: [Split: Range<Int>], dataset: String, images: Int
  ) -> (key: String, problem: String)? {
    for head in turns {
      let named = head == .a ? headA.splits : headB.splits
      let own =
        !named.isEmpty
        ? splits.images(of: named).count
        : head == .b ? splits[.unlabelled]?.lowerBound ?? images : images
      guard imagesPerBatch > own else { continue }
      return (
        "training.batch_pairs",
        "\(imagesPerBatch) images a batch (batch_pairs / sample_repeats), expected at most the "
          + "\(own) of \(dataset)" + (own < images ? " that head \(head) is trained on" : "")
      )
    }
    return nil
  }
}
