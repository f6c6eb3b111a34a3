import NeuralNet
import Settings

/// Which network a run trains.
package struct NetworkSettings: Sendable, Equatable {
  package var kind = Architecture.Kind.net6c
  /// Channels of the first convolution; the others have multiples of it.
  package var width = 16

  package init() {}

  /// - Parameter kinds: those that the method can train.
  package static func schema(
    kinds: [Architecture.Kind]
  ) -> [SettingsField<NetworkSettings>] {
    [
      .choice("kind", \.kind, oneOf: kinds),
      .integer("width", \.width, from: 1, to: 256),
    ]
  }
}
