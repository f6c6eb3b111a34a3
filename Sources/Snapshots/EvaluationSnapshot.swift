/// How the clusters of one sub-head agree with the ground-truth classes of labelled images.
package struct ClassScores: Sendable, Codable, Equatable {
  /// Share of the labelled images whose cluster is assigned to their class, 0...1.
  package var accuracy: Double
  /// Normalised mutual information of clusters and classes, 0...1.
  package var nmi: Double
  /// Adjusted Rand index of clusters and classes, at most 1.
  package var ari: Double
  /// Accuracy if each class has at most one cluster, and if each cluster takes its most frequent
  /// class, 0...1; `accuracy` is one of them. nil in what an older program wrote.
  package var oneToOneAccuracy: Double?
  package var manyToOneAccuracy: Double?
  /// The class that each cluster is assigned to, `[C]`, as the head's `matching` says; −1 for none.
  package var classOfCluster: [Int]
  /// Images counted by cluster and ground-truth class, `[C, classes]`.
  package var contingency: [Int]

  package init(
    accuracy: Double, nmi: Double, ari: Double, oneToOneAccuracy: Double? = nil,
    manyToOneAccuracy: Double? = nil, classOfCluster: [Int], contingency: [Int]
  ) {
    self.accuracy = accuracy
    self.oneToOneAccuracy = oneToOneAccuracy
    self.manyToOneAccuracy = manyToOneAccuracy
    self.nmi = nmi
    self.ari = ari
    self.classOfCluster = classOfCluster
    self.contingency = contingency
  }
}

/// How well one class is found.
package struct ClassReport: Sendable, Equatable {
  /// Images of the class.
  package var images: Int
  /// Of the images in clusters that stand for the class, the share that is of it; nil where no
  /// image is in one.
  package var precision: Double?
  /// Of the images of the class, the share in clusters that stand for it; nil of no images.
  package var recall: Double?
  /// Of the images of the class or in clusters that stand for it, the share that is both; nil of
  /// none.
  package var intersectionOverUnion: Double?

  package init(
    images: Int, precision: Double?, recall: Double?, intersectionOverUnion: Double? = nil
  ) {
    self.intersectionOverUnion = intersectionOverUnion
    self.images = images
    self.precision = precision
    self.recall = recall
  }

  /// Harmonic mean of both, 0 where one is 0; nil where one is nil.
  package var f1: Double? {
    guard let precision, let recall else { return nil }
    let sum = precision + recall
    return sum > 0 ? 2 * precision * recall / sum : 0
  }
}

extension ClassScores {
  /// By class.
  package var classReports: [ClassReport] {
    guard !classOfCluster.isEmpty else { return [] }
    let classes = contingency.count / classOfCluster.count
    return (0..<classes).map { label in
      var (found, right, images) = (0, 0, 0)
      for (cluster, assigned) in classOfCluster.enumerated() {
        let row = contingency[cluster * classes..<(cluster + 1) * classes]
        images += row[row.startIndex + label]
        guard assigned == label else { continue }
        found += row.reduce(0, +)
        right += row[row.startIndex + label]
      }
      return ClassReport(
        images: images, precision: found > 0 ? Double(right) / Double(found) : nil,
        recall: images > 0 ? Double(right) / Double(images) : nil,
        intersectionOverUnion: found + images > right
          ? Double(right) / Double(found + images - right) : nil)
    }
  }
}

/// What one sub-head does on the evaluation images.
package struct SubHeadEvaluation: SubHeadStanding, Sendable, Codable, Equatable {
  package var index: Int
  /// −I of `joint` with the run's λ, in nats. No label enters it. Of a head that was trained with
  /// labels, the cross-entropy.
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
  /// How its clusters flow together, in order; none for a head that does not over-cluster.
  package var merges: [TreeMerge]
  /// The share of the images that it and another sub-head of its head put into corresponding
  /// clusters, the mean over the others, 0...1: a sign of trust that needs no label. nil without
  /// others.
  package var agreement: Double?
  /// The cluster of the head's reported sub-head that each of its clusters corresponds to,
  /// `[C]`; −1 for none. nil in what an older program wrote.
  package var alignment: [Int]?
  /// The cluster of each pixel of the run's sample images, `[samples, height, width]`,
  /// `SampleImages.noClass` outside of a picture; empty for a head that clusters whole images.
  package var sampleMaps: [UInt8] = []
  /// I of the joint at each displacement, in nats, `[2d + 1, 2d + 1]`: the vertical one, then the
  /// horizontal one; empty for a head that clusters whole images.
  package var displacementInformation: [Float] = []

  /// C.
  package var clusters: Int { clusterShares.count }
  /// Clusters that no evaluation image falls into.
  package var emptyClusters: Int { clusterShares.count { !($0 > 0) } }
  /// Those of one class side by side, in the classes' order, the larger ones first within a class;
  /// those without a class come last. By number where the images have no labels.
  package var clustersByClass: [Int] {
    guard let classes = scores?.classOfCluster else { return Array(0..<clusters) }
    func rank(_ cluster: Int) -> Int { classes[cluster] < 0 ? Int.max : classes[cluster] }
    return (0..<clusters).sorted { left, right in
      if rank(left) != rank(right) { return rank(left) < rank(right) }
      if clusterShares[left] != clusterShares[right] {
        return clusterShares[left] > clusterShares[right]
      }
      return left < right
    }
  }
  package var hasJoint: Bool { !joint.isEmpty }
  /// Whether it puts pixels into clusters, not whole images.
  package var hasMaps: Bool { !sampleMaps.isEmpty }
  /// nil without labels, as are the next two.
  package var accuracy: Double? { scores?.accuracy }
  package var nmi: Double? { scores?.nmi }
  package var ari: Double? { scores?.ari }

  package init(
    index: Int, loss: Double, mutualInformation: Double, entropy: Double,
    conditionalEntropy: Double, scores: ClassScores?, joint: [Float], clusterShares: [Float],
    sampleProbabilities: [Float], merges: [TreeMerge] = [], agreement: Double? = nil,
    alignment: [Int]? = nil
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
    self.merges = merges
    self.agreement = agreement
    self.alignment = alignment
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
  /// How many classes the trees of its sub-heads speak for; nil where they show none.
  package var suggestion: SuggestedCount?

  package init(
    head: HeadID, subHeads: [SubHeadEvaluation], suggestion: SuggestedCount? = nil
  ) {
    precondition(!subHeads.isEmpty, "a head without sub-heads")
    self.head = head
    self.subHeads = subHeads
    self.suggestion = suggestion
  }

  /// Position of the sub-head with the lowest loss: the paper's headline sub-head, chosen without
  /// labels.
  package var lowestLossSubHead: Int { subHeads.indexOfLowestLoss(\.loss) ?? 0 }

  /// Position of the sub-head that speaks for the head, chosen without labels.
  package var reportedSubHead: Int { subHeads.indexOfReported ?? 0 }

  /// Position of the sub-head with the highest accuracy, the first of equal ones; nil without
  /// labels. It cannot be known without them.
  package var bestSubHead: Int? {
    let accuracies = subHeads.map { $0.accuracy ?? .nan }
    guard let most = accuracies.filter({ !$0.isNaN }).max() else { return nil }
    return accuracies.firstIndex(of: most)
  }

  /// What merging from n groups to n − 1 costs, in nats: the mean over the sub-heads whose trees
  /// have so many groups, from the most groups to n = 2. None without trees.
  package var meanMergeCosts: [Double] {
    let longest = subHeads.map(\.merges.count).max() ?? 0
    return (0..<longest).map { position in
      let left = longest - position
      let costs = subHeads.filter { $0.merges.count >= left }
        .map { $0.merges[$0.merges.count - left].cost }
      return costs.reduce(0, +) / Double(costs.count)
    }
  }

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
  package var warnings: [Warning]

  package init(
    step: Int, epoch: Int, elapsed: Double, images: Int, heads: [HeadEvaluation],
    warnings: [Warning] = []
  ) {
    self.step = step
    self.epoch = epoch
    self.elapsed = elapsed
    self.images = images
    self.heads = heads
    self.warnings = warnings
  }

  /// How many classes there seem to be, as the over-clustering head says.
  package var suggestion: SuggestedCount? { heads.lazy.compactMap(\.suggestion).first }

  package subscript(head: HeadID) -> HeadEvaluation? { heads.first { $0.head == head } }
}
