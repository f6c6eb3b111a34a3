import Datasets

extension ImageDataset {
  /// All pixels, `[count, height, width, channels]`.
  var pixels: [UInt8] { (0..<count).flatMap { source.pixels(of: $0) } }
}
