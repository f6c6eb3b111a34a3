/// How the clusters of one sub-head agree with the ground-truth classes of labelled images.
package struct ClassScores: Sendable, Codable, Equatable {
  /// Share of the labelled images whose cluster is assigned to their class, 0...1.
  package var accuracy: Double
  /// Normalised mutual information of clusters and classes, 0...1.
  package var nmi: Double
  /// Adjusted Rand index of clusters and classes, at most 1.
  package var ari: Double
  /// The class that each cluster is assigned to, `[C]`, as the head's `matching` says; −1 for none.
  package var classOfCluster: [Int]
  /// Images counted by cluster and ground-truth class, `[C, classes]`.
  package var contingency: [Int]

  package init(
    accuracy: Double, nmi: Double, ari: Double, classOfCluster: [Int], contingency: [Int]
  ) {
    self.accuracy = accuracy
    self.nmi = nmi
    self.ari = ari
    self.classOfCluster = classOfCluster
    self.contingency = contingency
  }
}

/// What one sub-head does on the evaluation images.
package struct SubHeadEvaluation: Sendable, Codable, Equatable {
  package var index: Int
  /// −I of `joint` with the run's λ, in nats. No label enters it; the lowest one names the
  /// sub-head that is reported. Of a head that was trained with labels, the cross-entropy.
  package var loss: Double
  /// I(z, z′) of `joint`, in nats; NaN without a joint, as are the next two.
  package var mutualInformation: Double
  /// H(z) of `joint`, in nats: ln C when every cluster is used equally.
  package var entropy: Double
  /// H(z | z′) of `joint`, in nats: 0 when an image and its transformed copy always agree.
  package var conditionalEntropy: Double
  /// nil where the evaluation images have no labels.
  package var scores: ClassScores?
  /// The symmetrised, normalised joint distribution of pairs (image, transformed image), `[C, C]`;
  /// empty for a head that knows no pairs.
  package var joint: [Float]
  /// Share of the evaluation images assigned to each cluster, `[C]`.
  package var clusterShares: [Float]
  /// The cluster probabilities of the run's sample images, `[samples, C]`.
  package var sampleProbabilities: [Float]

  /// C.
  package var clusters: Int { clusterShares.count }
  /// Clusters that no evaluation image falls into.
  package var emptyClusters: Int { clusterShares.count { !($0 > 0) } }
  package var hasJoint: Bool { !joint.isEmpty }
  /// nil without labels, as are the next two.
  package var accuracy: Double? { scores?.accuracy }
  package var nmi: Double? { scores?.nmi }
  package var ari: Double? { scores?.ari }

  package init(
    index: Int, loss: Double, mutualInformation: Double, entropy: Double,
    conditionalEntropy: Double, scores: ClassScores?, joint: [Float], clusterShares: [Float],
    sampleProbabilities: [Float]
  ) {
    let clusters = clusterShares.count
    precondition(
      joint.isEmpty || joint.count == clusters * clusters,
      "joint \(joint.count), clusters \(clusters)")
    precondition(
      scores == nil || scores?.classOfCluster.count == clusters,
      "classes of \(scores?.classOfCluster.count ?? 0) clusters, expected \(clusters)")
    self.index = index
    self.loss = loss
    self.mutualInformation = mutualInformation
    self.entropy = entropy
    self.conditionalEntropy = conditionalEntropy
    self.scores = scores
    self.joint = joint
    self.clusterShares = clusterShares
    self.sampleProbabilities = sampleProbabilities
  }

  /// A sub-head that was measured on single images: without a joint and what follows from it.
  package init(
    index: Int, loss: Double, scores: ClassScores?, clusterShares: [Float],
    sampleProbabilities: [Float]
  ) {
    self.init(
      index: index, loss: loss, mutualInformation: .nan, entropy: .nan, conditionalEntropy: .nan,
      scores: scores, joint: [], clusterShares: clusterShares,
      sampleProbabilities: sampleProbabilities)
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

  /// Position of the sub-head with the lowest loss: the paper's headline sub-head, chosen without
  /// labels.
  package var lowestLossSubHead: Int { subHeads.indexOfLowestLoss(\.loss) ?? 0 }

  /// Mean of the sub-heads' accuracies, 0...1; nil without labels.
  package var meanAccuracy: Double? {
    let accuracies = subHeads.compactMap(\.accuracy)
    guard accuracies.count == subHeads.count else { return nil }
    return accuracies.reduce(0, +) / Double(accuracies.count)
  }

  /// Standard deviation of the sub-heads' accuracies around their mean (divided by their number);
  /// nil without labels.
  package var accuracyDeviation: Double? {
    guard let mean = meanAccuracy else { return nil }
    let squares = subHeads.compactMap(\.accuracy).map { ($0 - mean) * ($0 - mean) }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
  }
}

/// All heads on the evaluation images, after `step` steps.
package struct EvaluationSnapshot: Sendable, Codable, Equatable {
  package var step: Int
  /// The epoch that the last step belonged to; 0 before the first step.
  package var epoch: Int
  /// Seconds of training up to here.
  package var elapsed: Double
  /// How many images were measured: all evaluation images, or a sample of them.
  package var images: Int
  /// In the order of the run's description.
  package var heads: [HeadEvaluation]

  package init(
    step: Int, epoch: Int, elapsed: Double, images: Int, heads: [HeadEvaluation]
  ) {
    self.step = step
    self.epoch = epoch
    self.elapsed = elapsed
    self.images = images
    self.heads = heads
  }

  package subscript(head: HeadID) -> HeadEvaluation? { heads.first { $0.head == head } }
}
