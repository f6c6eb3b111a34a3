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
  /// The last epoch that may begin with a restart: a sub-head that has just started anew needs some
  /// more to become as good as the others. 0 for no such limit.
  package var lastEpoch = 0

  package init() {}

  /// Whether epoch `epoch` may begin with a restart.
  func isAllowed(inEpoch epoch: Int) -> Bool {
    enabled && (lastEpoch == 0 || epoch <= lastEpoch)
  }

  package static let schema: [SettingsField<RestartSettings>] = [
    .flag("enabled", \.enabled),
    .number("settled", \.settled, from: 0, to: 1),
    .number("agreement", \.agreement, from: 0, to: 1),
    .integer("images", \.images, from: 100),
    .integer("steps", \.steps, from: 1),
    .integer("last_epoch", \.lastEpoch, from: 0),
  ]
}
