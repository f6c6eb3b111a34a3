import Snapshots

/// What a sub-head makes of one sample image.
package struct SamplePrediction: Sendable, Equatable {
  /// Which sample it is.
  package var sample: Int
  /// The ground-truth class.
  package var label: Int
  /// The class that the most probable cluster maps to; −1 if it maps to none.
  package var predicted: Int
  /// The probability of that cluster.
  package var confidence: Double
  /// By cluster.
  package var probabilities: [Float]

  package var isSuccess: Bool { predicted == label }
}

/// The samples of a run, parted into those a sub-head recognises and those it mistakes.
package struct SampleSelection: Sendable, Equatable {
  package private(set) var successes: [SamplePrediction] = []
  package private(set) var failures: [SamplePrediction] = []

  package init(_ samples: SampleImages, _ subHead: SubHeadEvaluation?) {
    guard let subHead, subHead.clusters > 0 else { return }
    let clusters = subHead.clusters
    let count = min(samples.count, subHead.sampleProbabilities.count / clusters)
    for sample in 0..<count {
      let values = subHead.sampleProbabilities[sample * clusters..<(sample + 1) * clusters]
      let best = values.indices.max { values[$0] < values[$1] } ?? values.startIndex
      let prediction = SamplePrediction(
        sample: sample, label: samples.labels[sample],
        predicted: subHead.mapping[best - values.startIndex], confidence: Double(values[best]),
        probabilities: Array(values))
      if prediction.isSuccess { successes.append(prediction) } else { failures.append(prediction) }
    }
  }
}

/// One bar of a sample: a cluster, its probability, and what its height is coloured for.
package struct ProbabilityBar: Sendable, Equatable {
  package enum Meaning: Sendable, Equatable { case truth, wrongPrediction, other }

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
      let isTruth = order.classes[place] == prediction.label
      return ProbabilityBar(
        place: place, probability: Double(probabilities[cluster]),
        meaning: isTruth ? .truth : cluster == best ? .wrongPrediction : .other)
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
    }
  }

  /// What the bar is filled with where colours cannot tell the meaning.
  package var shade: Character {
    switch meaning {
    case .truth: "█"
    case .wrongPrediction: "▓"
    case .other: "░"
    }
  }
}
