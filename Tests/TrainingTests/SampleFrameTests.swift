import Datasets
import Methods
import Snapshots
import Testing

/// Pictures made to fit the frames that the screen shows.
@Suite struct SampleFrameTests {
  /// White pictures of given sizes.
  private struct Pictures: ImageSource {
    let sizes: [ImageSize]
    var count: Int { sizes.count }
    var size: ImageSize { sizes[0] }

    func size(of image: Int) -> ImageSize { sizes[image] }

    func withPixels<Result>(of image: Int, _ body: (UnsafePointer<UInt8>) -> Result) -> Result {
      let size = sizes[image]
      let pixels = [UInt8](repeating: 255, count: size.height * size.width * size.channels)
      return pixels.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
  }

  /// Rows and columns of the frame that a picture takes, of one that has the frame for itself.
  private func extent(height: Int, width: Int) -> [Int] {
    let square = ImageSize(height: 96, width: 96, channels: 1)
    let pictures = Pictures(sizes: [square, ImageSize(height: height, width: width, channels: 1)])
    let dataset = ImageDataset(
      name: "white", source: pictures, labels: nil, classNames: [], splits: [.train: 0..<2])
    let frames = SampleFrames([0, 1], of: dataset)
    let map = [UInt8](repeating: 3, count: height * width)
    let frame = map.withUnsafeBufferPointer { frames.frame($0.baseAddress!, of: 1) }
    #expect(frame.count == 96 * 96 && frames.snapshot.pixels.count == 2 * 96 * 96)
    // The picture and its map cover the same pixels.
    #expect(frame.map { $0 == 3 } == frames.snapshot.pixels.suffix(96 * 96).map { $0 == 255 })
    let covered = frame.indices.filter { frame[$0] == 3 }
    return [Set(covered.map { $0 / 96 }).count, Set(covered.map { $0 % 96 }).count]
  }

  @Test func picturesKeepTheirShape() {
    #expect(extent(height: 48, width: 96) == [48, 96])
    #expect(extent(height: 384, width: 192) == [96, 48])
    #expect(extent(height: 5, width: 9) == [5, 9])
  }

  /// A line of a pixel or less would not be seen.
  @Test func picturesOfFewRowsAreNotThinner() {
    #expect(extent(height: 7, width: 1501) == [7, 96])
    #expect(extent(height: 3000, width: 20) == [96, 8])
    #expect(extent(height: 1, width: 500) == [1, 96])
  }
}
