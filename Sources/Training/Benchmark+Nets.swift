import Datasets
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

    private var inputSize: Int {
      switch self {
      case .small, .net6c: 24
      case .net5g: 32
      case .net10a: 128
      }
    }

    private var channels: Int {
      switch self {
      case .small, .net6c: 1
      case .net5g: 2
      case .net10a: 5
      }
    }

    var clusters: Int { self == .net10a ? 3 : 10 }
    var subHeads: Int { self == .net10a ? 1 : 5 }
    /// Displacements of the segmentation loss lie within ± this.
    var maximumDisplacement: Int { 10 }

    /// Draws pairs from `count` images of noise with the published settings; nil for networks that see others.
    func renderer(count: Int, inputSize: Int) throws(DatasetError) -> BatchRenderer? {
      guard channels == 1 else { return nil }
      var random = RandomStream(seed: 1, purpose: .samples)
      var transform = PairTransform.mnist
      transform.outputSize = inputSize
      return try BatchRenderer(
        dataset: ImageDataset(
          name: "noise", width: 28, height: 28, channels: 1, classNames: ["noise"],
          pixels: (0..<count * 784).map { _ in UInt8(truncatingIfNeeded: random.next()) },
          labels: Array(repeating: 0, count: count)),
        transform: transform)
    }

    package var architecture: Architecture {
      Architecture(
        kind, width: self == .small ? 16 : 64, inputSize: inputSize, inputChannels: channels)
    }

    private var kind: Architecture.Kind {
      switch self {
      case .small, .net6c: .net6c
      case .net5g: .net5g
      case .net10a: .net10a
      }
    }

    var head: HeadSize { HeadSize(name: "head_B", clusters: clusters, subHeads: subHeads) }
  }
}
