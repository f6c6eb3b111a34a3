import NeuralNet
import Settings

/// Which network a run trains.
package struct NetworkSettings: Sendable, Equatable {
  package var kind = Architecture.Kind.net6c
  /// Channels of the first convolution; the others have multiples of it.
  package var width = 16

  package init() {}

  /// The network for square images.
  ///
  /// - Parameters:
  ///   - inputSize: their side, in pixels.
  ///   - inputChannels: as they are read.
  ///   - input: what the trunk sees of them.
  func architecture(inputSize: Int, inputChannels: Int, input: InputKind) -> Architecture {
    var architecture = Architecture(
      kind, width: width, inputSize: inputSize, inputChannels: inputChannels)
    architecture.input = input
    return architecture
  }

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
