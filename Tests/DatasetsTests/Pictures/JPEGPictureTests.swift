import CImageCodecs
import TestSupport
import Testing

@testable import Datasets

@Suite struct JPEGPictureTests {
  private let smooth = (0..<16).flatMap { y in (0..<24).map { x in UInt8(8 * x + 2 * y) } }

  private func expectClose(_ found: [UInt8], _ expected: [UInt8], within limit: Int) {
    #expect(found.count == expected.count)
    for (value, other) in zip(found, expected) { #expect(abs(Int(value) - Int(other)) <= limit) }
  }

  @Test(arguments: [false, true]) func grey(isProgressive: Bool) throws {
    let file = JPEGFile(width: 24, height: 16, isProgressive: isProgressive, samples: smooth)
    let picture = try Decoding.picture(file.bytes, name: "a.png")
    #expect((picture.width, picture.height, picture.channels) == (24, 16, 1))
    expectClose(picture.pixels, smooth, within: 4)
  }

  @Test(arguments: [false, true]) func colour(isProgressive: Bool) throws {
    let color: [UInt8] = [200, 40, 90]
    let file = JPEGFile(
      width: 8, height: 8, channels: 3, space: JCS_RGB, stored: JCS_YCbCr,
      isProgressive: isProgressive, samples: (0..<64).flatMap { _ in color })
    let picture = try Decoding.picture(file.bytes)
    #expect(picture.channels == 3)
    expectClose(picture.pixels, (0..<64).flatMap { _ in color }, within: 3)
  }

  /// Four inks: 10 % cyan, 60 % magenta, 30 % yellow, 20 % black.
  @Test(arguments: [JCS_CMYK, JCS_YCCK], [false, true])
  func inks(stored: J_COLOR_SPACE, isAdobe: Bool) throws {
    // libjpeg reads YCCK where Adobe's marker says so, and takes four channels for CMYK otherwise.
    if stored == JCS_YCCK && !isAdobe { return }
    let ink: [UInt8] = [26, 153, 77, 51]
    let pixel = isAdobe ? ink.map { 255 - $0 } : ink
    let file = JPEGFile(
      width: 8, height: 8, channels: 4, space: JCS_CMYK, stored: stored, hasAdobeMarker: isAdobe,
      samples: (0..<64).flatMap { _ in pixel })
    let picture = try Decoding.picture(file.bytes)
    #expect(picture.channels == 3)
    let expected = [229.0, 102, 178].map { UInt8(($0 * 204 / 255).rounded()) }
    expectClose(picture.pixels, (0..<64).flatMap { _ in expected }, within: 3)
  }

  @Test(arguments: 1...8) func orientation(_ orientation: UInt8) throws {
    // Bright at the stored top left.
    let stored = (0..<16 * 32).map { $0 / 32 < 8 && $0 % 32 < 8 ? UInt8(250) : 5 }
    for isBigEndian in [false, true] {
      let file = JPEGFile(
        width: 32, height: 16,
        exif: exifBlock(orientation: orientation, isBigEndian: isBigEndian), samples: stored)
      let picture = try Decoding.picture(file.bytes)
      let isOnItsSide = orientation >= 5
      #expect((picture.width, picture.height) == (isOnItsSide ? (16, 32) : (32, 16)))
      // Where EXIF puts the stored first row and column: rows first.
      let corner = [
        ("top", "left"), ("top", "right"), ("bottom", "right"), ("bottom", "left"),
        ("left", "top"), ("right", "top"), ("right", "bottom"), ("left", "bottom"),
      ][Int(orientation) - 1]
      let sides = [corner.0, corner.1]
      let x = sides.contains("left") ? 1 : picture.width - 2
      let y = sides.contains("top") ? 1 : picture.height - 2
      for (column, row) in [(1, 1), (picture.width - 2, 1), (1, picture.height - 2)] {
        let isBright = picture.pixels[row * picture.width + column] > 128
        #expect(isBright == (column == x && row == y))
      }
    }
  }

  @Test func aDecodersWarningIsNoError() throws {
    let bytes = JPEGFile(width: 24, height: 16, samples: smooth).bytes
    let expected = try Decoding.picture(bytes)
    // Bytes between the pixels and the end mark, which libjpeg passes over.
    let stuffed = try Decoding.warned(bytes.dropLast(2) + [1, 2, 3, 4, 5] + bytes.suffix(2))
    #expect(stuffed.picture == expected)
    #expect(stuffed.warning.contains("extraneous bytes before marker 0xd9"))
    let open = try Decoding.warned(bytes.dropLast(2))
    #expect(open.picture == expected && open.warning.contains("Premature end of JPEG file"))
  }

  @Test(arguments: [false, true]) func missingPixelsAreAnError(isProgressive: Bool) throws {
    let noise = (0..<12 * 12).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
    let bytes = JPEGFile(width: 12, height: 12, isProgressive: isProgressive, samples: noise).bytes
    for length in stride(from: 0, to: bytes.count - 20, by: 7) {
      #expect(try Decoding.failure(Array(bytes[..<length])) != nil, "\(length) bytes")
    }
    if isProgressive {
      #expect(try Decoding.failure(bytes.dropLast(2)) != nil)
    }
    for index in stride(from: 0, to: bytes.count, by: 3) {
      var changed = bytes
      changed[index] ^= 0x55
      _ = try Decoding.failure(changed)
    }
  }

  @Test func anUnknownKindIsNoDamage() throws {
    let bytes = JPEGFile(width: 24, height: 16, samples: smooth).bytes
    let frame = try #require(
      bytes.indices.first { bytes[$0] == 0xff && $0 + 1 < bytes.count && bytes[$0 + 1] == 0xc0 })
    for (offset, value, said) in [
      (4, UInt8(12), "Unsupported JPEG data precision 12"),
      (1, 0xc3, "Unsupported JPEG process: SOF type 0xc3"),
    ] {
      var changed = bytes
      changed[frame + offset] = value
      let message = try #require(try Decoding.failure(changed)).description
      #expect(message.hasSuffix("cannot be read: this kind of JPEG is not supported: \(said)"))
    }
  }

  @Test func sizesAreRefusedFromTheHeader() throws {
    var bytes = JPEGFile(width: 24, height: 16, samples: smooth).bytes
    let frame = try #require(
      bytes.indices.first { bytes[$0] == 0xff && $0 + 1 < bytes.count && bytes[$0 + 1] == 0xc0 })
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xc3, 0x50, 0xc3, 0x50])
    guard case .malformed(_, "size", "50000×50000", _) = try Decoding.failure(bytes) else {
      Issue.record("50000×50000 was read")
      return
    }
    let wide = JPEGFile(width: 20_000, height: 1, samples: .init(repeating: 1, count: 20_000))
    #expect(try Decoding.picture(wide.bytes).width == 20_000)
  }

  @Test func endlessScansAreRefused() throws {
    let bytes = JPEGFile(width: 24, height: 16, isProgressive: true, samples: smooth).bytes
    // The last scan, from its mark to the end of the file, again and again.
    let last = try #require(
      bytes.indices.last { bytes[$0] == 0xff && $0 + 1 < bytes.count && bytes[$0 + 1] == 0xda })
    let scan = bytes[last..<bytes.count - 2]
    var endless = Array(bytes.dropLast(2))
    for _ in 0..<600 { endless += scan }
    endless += [0xff, 0xd9]
    let message = try #require(try Decoding.failure(endless)).description
    #expect(message.hasSuffix("it has more than 500 scans"))
  }
}
