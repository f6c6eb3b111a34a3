import Foundation

/// Small made-up photographs in the layouts of STL-10's and CIFAR-100's binary releases. Each class
/// has a brightness gradient of its own, with some noise; the same arguments give the same bytes.
package struct BinaryReleases {
  private var state: UInt64 = 1

  package init() {}

  /// Writes train_X.bin, train_y.bin, test_X.bin, test_y.bin and, for at least one image without a
  /// label, unlabeled_X.bin: 96×96, classes in turn.
  package mutating func writeSTL10(
    to folder: URL, train: Int, test: Int, unlabelled: Int
  ) throws {
    for (name, count) in [("train", train), ("test", test)] {
      try write(
        (0..<count).flatMap { image(class: $0 % 10, side: 96) }, "\(name)_X.bin", folder)
      try write((0..<count).map { UInt8($0 % 10 + 1) }, "\(name)_y.bin", folder)
    }
    guard unlabelled > 0 else { return }
    try write(
      (0..<unlabelled).flatMap { image(class: $0 % 13, side: 96) }, "unlabeled_X.bin", folder)
  }

  /// Writes train.bin and test.bin: 32×32, superclasses in turn.
  package mutating func writeCIFAR100(to folder: URL, train: Int, test: Int) throws {
    for (name, count) in [("train", train), ("test", test)] {
      var bytes: [UInt8] = []
      for index in 0..<count {
        let label = UInt8(index % 20)
        bytes += [label, label * 5] + image(class: index % 20, side: 32)
      }
      try write(bytes, "\(name).bin", folder)
    }
  }

  /// Three planes of `side` × `side` bytes.
  private mutating func image(class label: Int, side: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * side * side)
    let period = 3 + label
    for channel in 0..<3 {
      for first in 0..<side {
        for second in 0..<side {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          let wave = (label % 2 == 0 ? first : second) % period * 160 / period
          bytes.append(UInt8(wave + 10 * channel) + UInt8(truncatingIfNeeded: state >> 58))
        }
      }
    }
    return bytes
  }

  private func write(_ bytes: [UInt8], _ name: String, _ folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: folder.appendingPathComponent(name))
  }
}
