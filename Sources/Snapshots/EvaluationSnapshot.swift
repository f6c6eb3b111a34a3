/// What one sub-head does on the evaluation images.
package struct SubHeadEvaluation: Sendable, Codable, Equatable {
  package var index: Int
  /// −I of `joint` with the run's λ, in nats. No label enters it; the lowest one names the sub-head that is
  /// reported.
  package var loss: Double
  /// I(z, z′) of `joint`, in nats.
  package var mutualInformation: Double
  /// H(z) of `joint`, in nats: ln C when every cluster is used equally.
  package var entropy: Double
  /// H(z | z′) of `joint`, in nats: 0 when an image and its transformed copy always agree.
  package var conditionalEntropy: Double
  /// Share of the evaluation images whose cluster maps to their class, 0...1.
  package var accuracy: Double
  /// Normalised mutual information of clusters and classes, 0...1.
  package var nmi: Double
  /// Adjusted Rand index of clusters and classes, at most 1.
  package var ari: Double
  /// The symmetrised, normalised joint distribution of pairs (image, transformed image), `[C, C]`.
  package var joint: [Float]
  /// Share of the evaluation images assigned to each cluster, `[C]`.
  package var masses: [Float]
  /// Cluster → class: one-to-one for head B, the cluster's majority class for head A; −1 if unmapped.
  package var mapping: [Int]
  /// Images counted by cluster and ground-truth class, `[C, classes]`.
  package var confusion: [Int]
  /// The cluster probabilities of the run's sample images, `[samples, C]`.
  package var sampleProbabilities: [Float]

  package var clusters: Int { masses.count }
  /// Clusters that no evaluation image falls into.
  package var emptyClusters: Int { masses.reduce(0) { $0 + ($1 > 0 ? 0 : 1) } }

  package init(
    index: Int, loss: Double, mutualInformation: Double, entropy: Double,
    conditionalEntropy: Double, accuracy: Double, nmi: Double, ari: Double, joint: [Float],
    masses: [Float], mapping: [Int], confusion: [Int], sampleProbabilities: [Float]
  ) {
    precondition(
      joint.count == masses.count * masses.count && mapping.count == masses.count,
      "joint \(joint.count), masses \(masses.count), mapping \(mapping.count)")
    self.index = index
    self.loss = loss
    self.mutualInformation = mutualInformation
    self.entropy = entropy
    self.conditionalEntropy = conditionalEntropy
    self.accuracy = accuracy
    self.nmi = nmi
    self.ari = ari
    self.joint = joint
    self.masses = masses
    self.mapping = mapping
    self.confusion = confusion
    self.sampleProbabilities = sampleProbabilities
  }
}

/// What one head does on the evaluation images.
package struct HeadEvaluation: Sendable, Codable, Equatable {
  package var head: HeadID
  /// At least one.
  package var subHeads: [SubHeadEvaluation]

  package init(head: HeadID, subHeads: [SubHeadEvaluation]) {
    precondition(!subHeads.isEmpty, "a head without sub-heads")
    self.head = head
    self.subHeads = subHeads
  }

  /// Position of the sub-head with the lowest loss: the paper's headline sub-head, chosen without labels.
  package var lowestLossSubHead: Int { subHeads.indexOfLowestLoss(\.loss) ?? 0 }

  package var meanAccuracy: Double {
    subHeads.reduce(0) { $0 + $1.accuracy } / Double(subHeads.count)
  }

  /// Standard deviation of the sub-heads' accuracies around their mean (divided by their number).
  package var accuracyDeviation: Double {
    let mean = meanAccuracy
    let variance =
      subHeads.reduce(0) { $0 + ($1.accuracy - mean) * ($1.accuracy - mean) }
      / Double(subHeads.count)
    return variance.squareRoot()
  }
}

/// All heads on the evaluation images, after `step` steps.
package struct EvaluationSnapshot: Sendable, Codable, Equatable {
  package var step: Int
  /// The epoch that the last step belonged to; 0 before the first step.
  package var epoch: Int
  /// Seconds of training up to here.
  package var elapsed: Double
  /// In the order of the run's description.
  package var heads: [HeadEvaluation]

  package init(step: Int, epoch: Int, elapsed: Double, heads: [HeadEvaluation]) {
    self.step = step
    self.epoch = epoch
    self.elapsed = elapsed
    self.heads = heads
  }

  package subscript(head: HeadID) -> HeadEvaluation? { heads.first { $0.head == head } }
}
