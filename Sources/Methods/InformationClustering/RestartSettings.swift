import Settings

/// When sub-heads of the main head take over the merged clusters of the auxiliary head.
package struct RestartSettings: Sendable, Equatable {
  /// Whether they do at all.
  package var enabled = false
  /// Trees of the auxiliary head's sub-heads have settled when they agree on so large a share of
  /// the images.
  package var settled = TreePartitions.settledConsensus
  /// A sub-head that agrees with the trees on so large a share of the images is left as it is.
  package var agreement = 0.9
  /// Images that trees and sub-heads are compared on.
  package var images = 10_000
  /// Steps that train a new sub-head's layer alone; at most an epoch's.
  package var steps = 100_000

  package init() {}

  package static let schema: [SettingsField<RestartSettings>] = [
    .flag("enabled", \.enabled),
    .number("settled", \.settled, from: 0, to: 1),
    .number("agreement", \.agreement, from: 0, to: 1),
    .integer("images", \.images, from: 100),
    .integer("steps", \.steps, from: 1),
  ]
}
