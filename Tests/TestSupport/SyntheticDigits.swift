import Foundation

/// Small made-up images that a clustering can tell apart: each class has its bright bar at a place
/// of its own, with a little noise. The same arguments give the same bytes.
package struct SyntheticDigits: Sendable {
  /// Sides of the square images, in pixels.
  package let side: Int
  /// `[count, side, side]`, 0...255.
  package let pixels: [UInt8]
  /// One label an image, each class in turn.
  package let labels: [UInt8]

  package var count: Int { labels.count }

  package init(count: Int, side: Int = 28, classes: Int = 10, seed: UInt64 = 1) {
    var state = seed
    func noise() -> UInt8 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 58)
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(count * side * side)
    for image in 0..<count {
      let position = Double(image % classes) / Double(classes)
      let first = Int(position * Double(side))
      let isUpright = image % classes % 2 == 0
      for row in 0..<side {
        for column in 0..<side {
          let distance = (isUpright ? column : row) - first
          pixels.append((0..<max(2, side / 6)).contains(distance) ? 190 + noise() : noise())
        }
      }
    }
    self.side = side
    self.pixels = pixels
    labels = (0..<count).map { UInt8($0 % classes) }
  }

  /// The images as an idx3 file.
  package var imageFile: [UInt8] { idx([count, side, side], pixels) }
  /// The labels as an idx1 file.
  package var labelFile: [UInt8] { idx([count], labels) }

  /// Writes MNIST's four files: these images as the training part, the first `testCount` of them as
  /// the test part.
  package func writeMNIST(to folder: URL, testCount: Int = 10) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let size = side * side
    let files: [(String, [UInt8])] = [
      ("train-images-idx3-ubyte", imageFile), ("train-labels-idx1-ubyte", labelFile),
      (
        "t10k-images-idx3-ubyte",
        idx([testCount, side, side], Array(pixels.prefix(testCount * size)))
      ),
      ("t10k-labels-idx1-ubyte", idx([testCount], Array(labels.prefix(testCount)))),
    ]
    for (name, bytes) in files {
      try Data(bytes).write(to: folder.appendingPathComponent(name))
    }
  }
}
