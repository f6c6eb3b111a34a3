import Foundation

/// The name of a head, such as `A` or `B`.
package struct HeadID: RawRepresentable, Sendable, Codable, Hashable, CustomStringConvertible {
  package var rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }

  package var description: String { rawValue }

  /// The auxiliary head of the paper's setting, which over-clusters.
  package static let a = HeadID(rawValue: "A")
  /// The main head of the paper's setting, with one cluster a class.
  package static let b = HeadID(rawValue: "B")
}

/// How the clusters of a head are matched to classes when it is scored.
package enum ClusterMatching: String, Sendable, Codable {
  /// Each class has at most one cluster: the paper's unsupervised evaluation.
  case oneToOne
  /// Each cluster takes its most frequent class: for heads with more clusters than classes.
  case manyToOne
  /// Each cluster is a class: a head that was trained with labels.
  case identity
}

/// One head as the screen and storage see it.
package struct HeadDescription: Sendable, Codable, Equatable {
  package var name: HeadID
  /// C, the number of clusters of each of its sub-heads.
  package var clusters: Int
  /// h, the number of independently initialised sub-heads.
  package var subHeads: Int
  package var matching: ClusterMatching
  /// Whether it is the head that speaks for the run. One head is.
  package var isMain: Bool
  /// The weight λ of the marginal entropies in the loss (Ji et al. 2019, section 3.3).
  package var lambda: Double

  package init(
    name: HeadID, clusters: Int, subHeads: Int, matching: ClusterMatching, isMain: Bool,
    lambda: Double = 1
  ) {
    self.name = name
    self.clusters = clusters
    self.subHeads = subHeads
    self.matching = matching
    self.isMain = isMain
    self.lambda = lambda
  }

  /// The least that the loss can be, in nats: of pairs that always fall into the same of C clusters
  /// of one size, H(z, z′) − λ(H(z) + H(z′)) = −(2λ − 1) ln C; 0 for a head that is trained with
  /// labels.
  package var leastLoss: Double { -leastLossFactor * log(Double(max(1, clusters))) }

  /// 2λ − 1, or 0 where a collapse costs nothing or there are labels.
  package var leastLossFactor: Double { matching == .identity ? 0 : max(0, 2 * lambda - 1) }

  private enum CodingKeys: String, CodingKey {
    case name, clusters, subHeads, matching, isMain, lambda
  }

  /// Runs recorded before heads said how they are matched have the paper's two: B is the main one.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    name = try values.decode(HeadID.self, forKey: .name)
    clusters = try values.decode(Int.self, forKey: .clusters)
    subHeads = try values.decode(Int.self, forKey: .subHeads)
    isMain = try values.decodeIfPresent(Bool.self, forKey: .isMain) ?? (name == .b)
    matching =
      try values.decodeIfPresent(ClusterMatching.self, forKey: .matching)
      ?? (name == .b ? .oneToOne : .manyToOne)
    lambda = try values.decodeIfPresent(Double.self, forKey: .lambda) ?? 1
  }
}
