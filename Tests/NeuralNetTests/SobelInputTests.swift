import Kernels
import TestSupport
import Testing

@testable import NeuralNet

struct SobelInputTests {
  private static let kinds: [InputKind] = [.sobel, .imageAndSobel]

  /// Both derivatives of each image by their definition, behind the image's channels where `kind`
  /// keeps them.
  private func naive(_ kind: InputKind, _ images: NaiveMap) -> NaiveMap {
    let across: [[Double]] = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
    let down: [[Double]] = [[1, 2, 1], [0, 0, 0], [-1, -2, -1]]
    let kept = kind == .imageAndSobel ? images.channels : 0
    var result = NaiveMap(
      images: images.images, height: images.height, width: images.width, channels: kept + 2)
    func grey(_ image: Int, _ y: Int, _ x: Int) -> Double {
      guard (0..<images.height).contains(y) && (0..<images.width).contains(x) else { return 0 }
      if images.channels == 1 { return images[image, y, x, 0] }
      return 0.299 * images[image, y, x, 0] + 0.587 * images[image, y, x, 1]
        + 0.114 * images[image, y, x, 2]
    }
    for image in 0..<images.images {
      for y in 0..<images.height {
        for x in 0..<images.width {
          for channel in 0..<kept {
            result[image, y, x, channel] = images[image, y, x, channel]
          }
          for row in 0..<3 {
            for column in 0..<3 {
              let value = grey(image, y + row - 1, x + column - 1)
              result[image, y, x, kept] += across[row][column] * value
              result[image, y, x, kept + 1] += down[row][column] * value
            }
          }
        }
      }
    }
    return result
  }

  private func layer(_ kind: InputKind, _ images: NaiveMap, threads: Int = 1) -> SobelInput {
    SobelInput(
      kind: kind,
      imageShape: Shape(
        images: 1, height: images.height, width: images.width, channels: images.channels,
        channelStride: images.channels),
      context: ComputeContext(threads: threads))
  }

  @Test(arguments: kinds, [1, 3, 4])
  func equalsItsDefinition(_ kind: InputKind, _ channels: Int) {
    for height in 1...5 {
      for width in 1...5 {
        for count in [1, 2, 12, 13] {
          let images = NaiveMap(
            images: count, height: height, width: width, channels: channels,
            seed: UInt64(height * 100 + width * 20 + count))
          let output = layer(kind, images).forward(Tensor(images, channelStride: channels))
          let expected = naive(kind, images)
          let name = "\(count)×\(height)×\(width)"
          #expect(output.shape.channelStride == expected.channels, "\(name)")
          #expect(relativeError(output.naive.values, expected.values) <= 1e-5, "\(name)")
          #expect(output.isPaddingZero, "\(name)")
        }
      }
    }
  }

  @Test func derivativesOfAnImageByHand() {
    var images = NaiveMap(images: 1, height: 3, width: 3, channels: 1)
    images.values = [1, 2, 4, 0, 3, 5, 7, 1, 2]
    let sobel = layer(.sobel, images)
    #expect(
      sobel.outputShape == Shape(images: 1, height: 3, width: 3, channels: 2, channelStride: 2))
    let derivatives = sobel.forward(Tensor(images, channelStride: 1)).naive
    let across: [Double] = [-7, -11, 7, -9, -8, 9, -5, 5, 5]
    let down: [Double] = [-3, -11, -13, -11, -2, 5, 3, 11, 13]
    #expect(derivatives.values == (0..<9).flatMap { [across[$0], down[$0]] })

    let both = layer(.imageAndSobel, images).forward(Tensor(images, channelStride: 1)).naive
    #expect(both.values == (0..<9).flatMap { [images.values[$0], across[$0], down[$0]] })
  }

  /// Larger and smaller batches follow each other in the memory of one layer.
  @Test(arguments: kinds)
  func anEarlierBatchLeavesNoTrace(_ kind: InputKind) {
    let first = NaiveMap(images: 26, height: 4, width: 3, channels: 3, seed: 1)
    let sobel = layer(kind, first)
    for count in [26, 5, 30, 1] {
      let images = NaiveMap(images: count, height: 4, width: 3, channels: 3, seed: UInt64(count))
      let output = sobel.forward(Tensor(images, channelStride: 3))
      #expect(relativeError(output.naive.values, naive(kind, images).values) <= 1e-5, "\(count)")
      #expect(output.isPaddingZero, "\(count)")
    }
  }

  @Test(arguments: kinds)
  func sameBitsAtAnyThreadCount(_ kind: InputKind) {
    let images = NaiveMap(images: 31, height: 7, width: 6, channels: 3, seed: 1)
    func bits(_ threads: Int) -> [UInt32] {
      let output = layer(kind, images, threads: threads).forward(Tensor(images, channelStride: 3))
      return (0..<output.shape.count).map { output.pointer[$0].bitPattern }
    }
    let isSame = bits(1) == bits(3)
    #expect(isSame)
  }

  @Test func channelsOfEachKind() {
    #expect(InputKind.allCases.map { $0.channels(image: 3) } == [3, 2, 5])
    #expect(InputKind.allCases.map { $0.channels(image: 1) } == [1, 2, 3])
    #expect(InputKind(rawValue: "image-and-sobel") == .imageAndSobel)
  }
}
