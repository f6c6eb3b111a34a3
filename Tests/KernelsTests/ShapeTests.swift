import Kernels
import Testing

struct ShapeTests {
  @Test func everyFloatHasOnePlace() {
    for images in [1, 11, 12, 13, 25] {
      for (channels, channelStride) in [(1, 1), (2, 2), (3, 3), (3, 5)] {
        let shape = Shape(
          images: images, height: 3, width: 2, channels: channels, channelStride: channelStride)
        var seen = [Int](repeating: 0, count: shape.count)
        for n in 0..<shape.blocks * 12 {
          for (y, x) in (0..<6).map({ ($0 / 2, $0 % 2) }) {
            for channel in 0..<channelStride {
              let pixel = (n / 12) * 6 + y * 2 + x
              let expected = (pixel * 12 + n % 12) * channelStride + channel
              #expect(shape.offset(image: n, y: y, x: x) + channel == expected)
              seen[expected] += 1
            }
          }
        }
        #expect(seen.allSatisfy { $0 == 1 })
        #expect(shape.blocks == (images + 11) / 12 && shape.pixelStride == 12 * channelStride)
        #expect((0..<shape.blocks).reduce(0) { $0 + shape.images(inBlock: $1) } == images)
      }
    }
  }
}
