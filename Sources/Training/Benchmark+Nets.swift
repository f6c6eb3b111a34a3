import Datasets
import Kernels
import NeuralNet

extension Benchmark {
  /// The networks that it knows, each with the batch, the images and the head B that it is measured
  /// at.
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

    /// How training draws its pairs, with the published settings; nil where it does not draw such.
    private var views: (side: Int, channels: Int, repeats: Int, augmentation: PairAugmentation)? {
      switch self {
      case .small, .net6c: (28, 1, 5, .mnist)
      case .net5g: (32, 3, 3, .cifar10)
      case .net10a: nil
      }
    }

    /// Draws `pairs` pairs from images of noise, each drawn as often as published where the number
    /// of pairs allows.
    func renderer(pairs: Int, inputSize: Int) throws(DatasetError) -> BatchRenderer? {
      guard let (side, channels, repeats, published) = views else { return nil }
      let count = pairs % repeats == 0 ? pairs / repeats : pairs
      let size = ImageSize(height: side, width: side, channels: channels)
      var random = RandomStream(seed: 1, purpose: .samples)
      let pixels = (0..<count * size.byteCount).map { _ in
        UInt8(truncatingIfNeeded: random.next())
      }
      var augmentation = published
      augmentation.outputSize = inputSize
      return try BatchRenderer(
        dataset: ImageDataset(
          name: "noise", source: MemoryImages(size: size, pixels: pixels), labels: nil,
          classNames: []),
        augmentation: augmentation)
    }

    /// What the trunk sees of the images that are drawn.
    var input: InputKind { self == .net5g ? .sobel : .image }

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
