import Kernels
import NeuralNet

extension Benchmark {
  /// The networks that it knows, each with the batch, the images and the head B that it is measured at.
  package enum Net: String, Sendable, CaseIterable {
    /// net6c at a quarter of its width.
    case small
    case net6c
    case net5g
    case net10a

    package var defaultPairs: Int {
      switch self {
      case .small, .net6c: 700
      case .net5g: 132
      case .net10a: 6
      }
    }

    var width: Int { self == .small ? 16 : 64 }

    var inputSize: Int {
      switch self {
      case .small, .net6c: 24
      case .net5g: 32
      case .net10a: 128
      }
    }

    var channels: Int {
      switch self {
      case .small, .net6c: 1
      case .net5g: 2
      case .net10a: 5
      }
    }

    var clusters: Int { self == .net10a ? 3 : 10 }
    var subHeads: Int { self == .net10a ? 1 : 5 }
    /// Displacements of the segmentation loss lie within ± this.
    var halfSide: Int { 10 }

    func network(width: Int, inputSize: Int, context: ComputeContext) -> Network {
      let heads = [(name: "head_B", clusters: clusters, subHeads: subHeads)]
      switch self {
      case .small, .net6c:
        return Network(
          net6cWidth: width, inputSize: inputSize, inputChannels: channels, heads: heads,
          context: context)
      case .net5g:
        return Network(
          net5gWidth: width, inputSize: inputSize, inputChannels: channels, heads: heads,
          context: context)
      case .net10a:
        return Network(
          net10aWidth: width, inputSize: inputSize, inputChannels: channels, heads: heads,
          context: context)
      }
    }
  }
}
