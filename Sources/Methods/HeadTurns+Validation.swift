import Datasets
import Settings
import Snapshots

extension SettingsError {
  /// All that does not fit in one line, blamed on the first; nil if all fits.
  init?(source: String, problems: [(key: String, problem: String)]) {
    guard let first = problems.first else { return nil }
    let others = problems.dropFirst().map { "; \($0.key): \($0.problem)" }
    self.init(source: source, key: first.key, problem: first.problem + others.joined())
  }
}

extension HeadTurns {
  /// Throws `SettingsError` for heads that cannot be.
  func validate(source: String) throws(SettingsError) {
    guard !awaitsMainHead || headA.epochs > 0 else {
      throw SettingsError(
        source: source, key: "heads.B.clusters",
        problem: "is auto, which asks head A; expected a number, or heads.A.epochs of at least 1")
    }
  }

  /// A main head with fewer clusters than there are classes.
  func clusterProblems(classes: Int, dataset: String) -> [(key: String, problem: String)] {
    // Many to one, each cluster takes a class, and classes that none has taken may be left.
    guard mainMatching == .oneToOne, !awaitsMainHead, headB.clusters < classes else { return [] }
    return [
      (
        "heads.B.clusters",
        "is \(headB.clusters), expected at least the \(classes) classes of \(dataset)"
      )
    ]
  }

  /// Splits that settings name and the data set has no image of.
  func missingSplits(
    _ splits: [Split: Range<Int>], _ evaluation: EvaluationSettings, dataset: String
  ) -> [(key: String, problem: String)] {
    let named =
      withTurns.map { ("heads.\($0).splits", $0 == .a ? headA.splits : headB.splits) } + [
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
  private var withTurns: [HeadID] { headA.epochs > 0 ? [.a, .b] : [.b] }

  /// A batch that takes more images than a head is trained on.
  func batchProblem(
    _ splits: [Split: Range<Int>], dataset: String, images: Int, imagesPerBatch: Int,
    repeats: Int
  ) -> (key: String, problem: String)? {
    for head in withTurns {
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
          + ": --set training.batch_pairs=\(own * repeats) or less"
      )
    }
    return nil
  }
}
