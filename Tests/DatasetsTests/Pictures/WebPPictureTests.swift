import CImageCodecs
import Testing

@testable import Datasets

@Suite struct WebPPictureTests {
  /// 6×4 pixels of four samples, all different from their neighbours.
  private static func samples(alpha: (Int) -> Int) -> [UInt8] {
    var samples: [UInt8] = []
    for pixel in 0..<24 {
      for value in [pixel * 9, pixel * 5 + 3, pixel + 100, alpha(pixel)] {
        samples.append(UInt8(value))
      }
    }
    return samples
  }

  private let opaque = Self.samples { _ in 255 }
  private let clear = Self.samples { $0 * 10 + 1 }

  @Test func losslessIsExact() throws {
    let picture = try Decoding.picture(WebPFile.lossless(opaque, width: 6, height: 4))
    let colors = opaque.indices.filter { $0 % 4 < 3 }.map { opaque[$0] }
    #expect(picture == Picture(width: 6, height: 4, channels: 3, pixels: colors))
    let alpha = try Decoding.picture(WebPFile.lossless(clear, width: 6, height: 4), name: "a.jpg")
    #expect(alpha == Picture(width: 6, height: 4, channels: 4, pixels: clear))
  }

  @Test func lossyIsClose() throws {
    var output: UnsafeMutablePointer<UInt8>?
    let samples = [UInt8](repeating: 120, count: 32 * 16 * 3)
    let size = WebPEncodeRGB(samples, 32, 16, 96, 90, &output)
    defer { WebPFree(output) }
    let picture = try Decoding.picture(Array(UnsafeBufferPointer(start: output, count: size)))
    #expect((picture.width, picture.height, picture.channels) == (32, 16, 3))
    #expect(picture.pixels.allSatisfy { abs(Int($0) - 120) <= 2 })
  }

  @Test(arguments: [false, true]) func orientation(hasPrefix: Bool) throws {
    let still = try WebPFile.lossless(opaque, width: 6, height: 4)
    let exif = (hasPrefix ? Array("Exif\0\0".utf8) : []) + exifBlock(orientation: 8)
    let file = WebPFile.riff([
      WebPFile.extended(flags: 8, width: 6, height: 4), Array(still.dropFirst(12)),
      WebPFile.chunk("EXIF", exif),
    ])
    let upright = try Decoding.picture(file)
    #expect((upright.width, upright.height) == (4, 6))
    // The stored first row runs up the left side.
    #expect(Array(upright.pixels[..<3]) == Array(opaque[20..<23]))
    #expect(Array(upright.pixels[60..<63]) == Array(opaque[0..<3]))
  }

  @Test func animationsShowTheirFirstFrame() throws {
    let small = try WebPFile.lossless(clear, width: 6, height: 4)
    let frame = WebPFile.frame(small, left: 2, top: 4, width: 6, height: 4)
    let file = WebPFile.riff([
      WebPFile.extended(flags: 2 | 16, width: 10, height: 9),
      WebPFile.chunk("ANIM", [0, 0, 0, 0, 0, 0]), frame, frame,
    ])
    let (picture, warning) = try Decoding.warned(file)
    #expect(warning.hasSuffix("an animation of 2 frames, of which the first is taken"))
    #expect((picture.width, picture.height, picture.channels) == (10, 9, 4))
    for y in 0..<9 {
      for x in 0..<10 {
        let found = Array(picture.pixels[(y * 10 + x) * 4..<(y * 10 + x) * 4 + 4])
        let isInside = (2..<8).contains(x) && (4..<8).contains(y)
        let place = ((y - 4) * 6 + x - 2) * 4
        let expected: [UInt8] = isInside ? Array(clear[place..<place + 4]) : [0, 0, 0, 0]
        #expect(found == expected)
      }
    }
  }

  @Test func cutAndChangedFiles() throws {
    let bytes = try WebPFile.lossless(clear, width: 6, height: 4)
    for length in stride(from: 12, to: bytes.count, by: 3) {
      #expect(try Decoding.failure(Array(bytes[..<length])) != nil, "\(length) bytes")
    }
    let message = try #require(try Decoding.failure(bytes.dropLast(9))).description
    #expect(message.hasSuffix("the WebP data is damaged: it ends early"))
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0x55
      _ = try Decoding.failure(changed)
    }
  }

  @Test func sizesAreRefusedFromTheHeader() throws {
    let still = try WebPFile.lossless(opaque, width: 6, height: 4)
    let file = WebPFile.riff([
      WebPFile.extended(flags: 2, width: 50_000, height: 50_000),
      WebPFile.chunk("ANIM", [0, 0, 0, 0, 0, 0]),
      WebPFile.frame(still, left: 0, top: 0, width: 6, height: 4),
    ])
    guard case .malformed(_, "size", "50000×50000", _) = try Decoding.failure(file) else {
      Issue.record("50000×50000 was read")
      return
    }
  }
}
