import Snapshots

/// What a sub-head makes of one sample image.
package struct SamplePrediction: Sendable, Equatable {
  /// Which sample it is.
  package var sample: Int
  /// The ground-truth class; nil for an image without a label.
  package var label: Int?
  /// The most probable cluster.
  package var cluster: Int
  /// The class of that cluster, −1 for none; nil where clusters have no classes.
  package var predicted: Int?
  /// The probability of that cluster.
  package var confidence: Double
  /// By cluster.
  package var probabilities: [Float]

  /// nil where there is no label to compare with.
  package var isSuccess: Bool? {
    guard let label, let predicted else { return nil }
    return predicted == label
  }
}

/// The samples of a run, parted into those a sub-head recognises and those it mistakes; those that
/// have no label are neither.
package struct SampleSelection: Sendable, Equatable {
  package private(set) var successes: [SamplePrediction] = []
  package private(set) var failures: [SamplePrediction] = []
  /// By cluster, within a cluster the most confident first.
  package private(set) var unlabelled: [SamplePrediction] = []

  /// The two rows that a screen shows: recognised above mistaken; of samples that have no labels
  /// one half above the other.
  package var rows: (upper: [SamplePrediction], lower: [SamplePrediction]) {
    guard successes.isEmpty, failures.isEmpty else { return (successes, failures + unlabelled) }
    let half = (unlabelled.count + 1) / 2
    return (Array(unlabelled[..<half]), Array(unlabelled[half...]))
  }

  /// Whether any sample can be called recognised or mistaken.
  package var hasLabels: Bool { !successes.isEmpty || !failures.isEmpty }

  /// - Parameter wanted: takes the samples in this cluster alone; all if nil.
  package init(_ samples: SampleImages, _ subHead: SubHeadEvaluation?, cluster wanted: Int? = nil) {
    guard let subHead, subHead.clusters > 0 else { return }
    let clusters = subHead.clusters
    let count = min(samples.count, subHead.sampleProbabilities.count / clusters)
    for sample in 0..<count {
      let values = subHead.sampleProbabilities[sample * clusters..<(sample + 1) * clusters]
      let best = values.indices.max { values[$0] < values[$1] } ?? values.startIndex
      let cluster = best - values.startIndex
      if let wanted, wanted != cluster { continue }
      let label = samples.labels[sample]
      let prediction = SamplePrediction(
        sample: sample, label: label < 0 ? nil : label, cluster: cluster,
        predicted: subHead.scores?.classOfCluster[cluster], confidence: Double(values[best]),
        probabilities: Array(values))
      switch prediction.isSuccess {
      case true?: successes.append(prediction)
      case false?: failures.append(prediction)
      case nil: unlabelled.append(prediction)
      }
    }
    unlabelled.sort { left, right in
      if left.cluster != right.cluster { return left.cluster < right.cluster }
      if left.confidence != right.confidence { return left.confidence > right.confidence }
      return left.sample < right.sample
    }
  }
}

/// One bar of a sample: a cluster, its probability, and what its height is coloured for.
package struct ProbabilityBar: Sendable, Equatable {
  package enum Meaning: Sendable, Equatable {
    case truth, wrongPrediction, other
    /// The most probable cluster of an image that has no label.
    case choice
  }

  package var place: Int
  package var probability: Double
  package var meaning: Meaning

  /// The bars of `prediction` in cluster order; of more clusters than fit, the most probable ones.
  package static func bars(
    _ prediction: SamplePrediction, order: ClusterOrder, limit: Int
  ) -> [ProbabilityBar] {
    let probabilities = prediction.probabilities
    let best = probabilities.indices.max { probabilities[$0] < probabilities[$1] }
    var bars = order.clusters.enumerated().map { place, cluster in
      let isTruth = prediction.label != nil && order.classes[place] == prediction.label
      let chosen: Meaning = prediction.isSuccess == nil ? .choice : .wrongPrediction
      return ProbabilityBar(
        place: place, probability: Double(probabilities[cluster]),
        meaning: isTruth ? .truth : cluster == best ? chosen : .other)
    }
    if bars.count > limit {
      let kept = bars.sorted { $0.probability > $1.probability }.prefix(max(0, limit))
      bars = kept.sorted { $0.place < $1.place }
    }
    return bars
  }

  package var color: Color {
    switch meaning {
    case .truth: Theme.truth
    case .wrongPrediction: Theme.wrong
    case .other: Theme.other
    case .choice: Theme.attention
    }
  }

  /// What the bar is filled with where colours cannot tell the meaning.
  package var shade: Character {
    switch meaning {
    case .truth: "█"
    case .wrongPrediction: "▓"
    case .other: "░"
    case .choice: "█"
    }
  }
}
