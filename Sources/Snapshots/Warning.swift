/// Something that is likely to spoil a run, in words that say what it means and what may help.
package struct Warning: Sendable, Codable, Equatable {
  package enum Kind: String, Sendable, Codable {
    /// A head puts all images into one cluster, or into clusters at random.
    case collapse
    /// One sub-head has learnt nothing while others have.
    case dead
    /// A cluster of the main head holds what the tree of the auxiliary head keeps apart.
    case merged
    /// Some clusters hold far more images than others.
    case skewed
    /// A batch is too small to estimate a joint distribution of so many clusters.
    case smallBatch = "small_batch"
    /// The transformed copies are the images themselves.
    case identicalViews = "identical_views"
  }

  package var kind: Kind
  package var text: String

  package init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }
}
