import TestSupport
import Testing

@testable import Datasets

@Suite struct PNGPictureTests {
  private let gradient = (0..<24 * 16).map { $0 * 5 % 256 }

  @Test func greyIsExactWhateverItsName() throws {
    let bytes = try PNGFile(width: 24, height: 16, samples: gradient).bytes
    for name in ["digit.png", "digit.jpeg", "digit"] {
      let picture = try Decoding.picture(bytes, name: name)
      #expect(
        picture == Picture(width: 24, height: 16, channels: 1, pixels: gradient.map(UInt8.init)))
    }
  }

  @Test func sixteenBitsAreDividedBy257() throws {
    let picture = try Decoding.picture(
      PNGFile(width: 256, height: 256, depth: 16, samples: Array(0..<65_536)).bytes)
    #expect(picture.pixels == (0..<65_536).map { UInt8((Double($0) / 257).rounded()) })
    let colors = [0, 65_535, 257 * 77, 257 * 200, 257 * 3 + 129, 257 * 3 + 128, 1, 2]
    let alpha = try Decoding.picture(
      PNGFile(width: 2, height: 1, depth: 16, colorType: 6, samples: colors).bytes)
    #expect(
      alpha == Picture(width: 2, height: 1, channels: 4, pixels: [0, 255, 77, 200, 4, 3, 0, 0]))
  }

  @Test(arguments: [8, 16]) func gammaAndProfilesChangeNothing(depth: Int) throws {
    let factor = depth == 16 ? 257 : 1
    let samples = [0, 10, 60, 120, 200, 255].map { $0 * factor }
    for gamma in [100_000, 45_455, 22_000] {
      let file = PNGFile(
        width: 6, height: 1, depth: depth, samples: samples,
        before: [pngChunk("gAMA", bigEndian(gamma)), pngChunk("iCCP", Array("none\0\0odd".utf8))])
      #expect(try Decoding.picture(file.bytes).pixels == [0, 10, 60, 120, 200, 255])
    }
  }

  @Test func fewBitsReachFromBlackToWhite() throws {
    for depth in [1, 2, 4] {
      let levels = (0..<11).map { $0 % (1 << depth) }
      let picture = try Decoding.picture(
        PNGFile(width: 11, height: 1, depth: depth, samples: levels).bytes)
      #expect(picture.pixels == levels.map { UInt8($0 * 255 / ((1 << depth) - 1)) })
      #expect(picture.channels == 1)
    }
  }

  @Test func palettesAreColours() throws {
    let palette = pngChunk("PLTE", [10, 20, 30, 40, 50, 60, 70, 80, 90])
    var file = PNGFile(
      width: 3, height: 1, depth: 2, colorType: 3, samples: [2, 0, 1], before: [palette])
    #expect(
      try Decoding.picture(file.bytes)
        == Picture(
          width: 3, height: 1, channels: 3, pixels: [70, 80, 90, 10, 20, 30, 40, 50, 60]))
    file.before.append(pngChunk("tRNS", [0, 128]))
    #expect(
      try Decoding.picture(file.bytes).pixels == [70, 80, 90, 255, 10, 20, 30, 0, 40, 50, 60, 128])
  }

  @Test func oneColourMayBeTransparent() throws {
    let grey = PNGFile(
      width: 3, height: 1, samples: [7, 8, 9], before: [pngChunk("tRNS", [0, 8])])
    #expect(
      try Decoding.picture(grey.bytes)
        == Picture(width: 3, height: 1, channels: 2, pixels: [7, 255, 8, 0, 9, 255]))
    let color = PNGFile(
      width: 2, height: 1, colorType: 2, samples: [1, 2, 3, 4, 5, 6],
      before: [pngChunk("tRNS", [0, 4, 0, 5, 0, 6])])
    #expect(try Decoding.picture(color.bytes).pixels == [1, 2, 3, 255, 4, 5, 6, 0])
  }

  @Test func greyWithAlpha() throws {
    let file = PNGFile(width: 2, height: 1, colorType: 4, samples: [200, 128, 3, 0])
    #expect(
      try Decoding.picture(file.bytes)
        == Picture(width: 2, height: 1, channels: 2, pixels: [200, 128, 3, 0]))
  }

  @Test(arguments: [(1, 1), (3, 2), (24, 16), (9, 11)]) func interlaced(width: Int, height: Int)
    throws
  {
    let samples = (0..<width * height * 3).map { $0 * 37 % 256 }
    let file = PNGFile(
      width: width, height: height, colorType: 2, isInterlaced: true, samples: samples)
    #expect(try Decoding.picture(file.bytes).pixels == samples.map(UInt8.init))
  }

  @Test(arguments: [false, true]) func orientation(isAfterThePixels: Bool) throws {
    var file = PNGFile(width: 3, height: 1, samples: [1, 2, 3])
    let chunk = pngChunk("eXIf", exifBlock(orientation: 6, isBigEndian: true))
    if isAfterThePixels { file.after = [chunk] } else { file.before = [chunk] }
    #expect(
      try Decoding.picture(file.bytes)
        == Picture(width: 1, height: 3, channels: 1, pixels: [1, 2, 3]))
  }

  @Test func faultsBesideThePixelsAreWarnings() throws {
    var text = pngChunk("tEXt", Array("Title\0digit".utf8))
    text[text.count - 1] ^= 1
    let file = try PNGFile(width: 2, height: 1, samples: [5, 6], before: [text]).bytes
    let (picture, warning) = try Decoding.warned(file)
    #expect(picture.pixels == [5, 6])
    #expect(warning.hasSuffix("the PNG data has a fault, all pixels are there: tEXt: CRC error"))
    // The end mark is missing.
    let whole = try PNGFile(width: 24, height: 16, samples: gradient).bytes
    let cut = try Decoding.warned(Array(whole.dropLast(12)))
    #expect(cut.picture.pixels == gradient.map(UInt8.init))
    #expect(cut.warning.contains("it ends early, after the last pixel"))
  }

  @Test func faultsInThePixelsAreErrors() throws {
    let noise = (0..<12 * 12).map { ($0 &* 7919 >> 3) & 255 }
    let bytes = try PNGFile(width: 12, height: 12, samples: noise).bytes
    // The last bytes are an end mark and checksums, which hold no pixels.
    for length in stride(from: 0, to: bytes.count - 22, by: 7) {
      #expect(try Decoding.failure(Array(bytes[..<length])) != nil, "\(length) bytes")
    }
    var changed = bytes
    changed[60] ^= 0x10
    let message = try #require(try Decoding.failure(changed)).description
    #expect(message.contains("cannot be read: the PNG data is damaged: "))
    // A changed byte anywhere never crashes.
    for index in stride(from: 0, to: bytes.count, by: 3) {
      changed = bytes
      changed[index] ^= 0x55
      _ = try Decoding.failure(changed)
    }
  }

  @Test func sizesAreRefusedFromTheHeader() throws {
    func header(_ width: Int, _ height: Int) -> [UInt8] {
      [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        + pngChunk("IHDR", bigEndian(width) + bigEndian(height) + [8, 6, 0, 0, 0])
        + pngChunk("IDAT", [0x78, 0x9c, 3, 0, 0, 0, 0, 1]) + pngChunk("IEND", [])
    }
    for (width, height) in [(50_000, 50_000), (65_535, 1025), (65_536, 1), (2_000_000_000, 3)] {
      guard
        case .malformed(_, "size", "\(width)×\(height)", _) = try Decoding.failure(
          header(width, height))
      else {
        Issue.record("\(width)×\(height) was read")
        continue
      }
    }
    guard case .unreadable = try Decoding.failure(header(8192, 8192)) else {
      Issue.record("8192×8192 is no size that is refused")
      return
    }
    let line = PNGFile(width: 1, height: 65_535, samples: .init(repeating: 9, count: 65_535))
    #expect(try Decoding.picture(line.bytes).height == 65_535)
  }
}
