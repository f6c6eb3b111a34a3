import CImageCodecs
import Foundation
import Testing

@testable import Datasets

@Suite struct ImageFileTests {
  private static let gradient = (0..<24 * 16).map { UInt8(truncatingIfNeeded: $0 * 5) }

  /// A PNG file of 8-bit samples in one of libpng's formats.
  private func png(
    _ samples: [UInt8], width: Int, height: Int, format: Int32 = PNG_FORMAT_GRAY
  ) throws -> [UInt8] {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format = png_uint_32(format)
    defer { png_image_free(&image) }
    var size = samples.count + 4096 + 16 * height
    var bytes = [UInt8](repeating: 0, count: size)
    try #require(png_image_write_to_memory(&image, &bytes, &size, 0, samples, 0, nil) != 0)
    return Array(bytes[..<size])
  }

  /// A JPEG file of grey or RGB samples.
  private func jpeg(
    _ samples: [UInt8], width: Int, height: Int, format: TJPF = TJPF_GRAY
  ) throws -> [UInt8] {
    let encoder = try #require(tjInitCompress())
    defer { tjDestroy(encoder) }
    var bytes: UnsafeMutablePointer<UInt8>?
    defer { tjFree(bytes) }
    var size: UInt = 0
    let subsampling = format == TJPF_GRAY ? TJSAMP_GRAY : TJSAMP_444
    try #require(
      tjCompress2(
        encoder, samples, Int32(width), 0, Int32(height), Int32(format.rawValue), &bytes, &size,
        Int32(subsampling.rawValue), 95, 0) == 0)
    return Array(UnsafeBufferPointer(start: bytes, count: Int(size)))
  }

  private func decode(_ bytes: [UInt8], name: String = "image") throws -> GreyImage {
    let folder = try TemporaryFolder()
    return try ImageFile.decodeGrey(path: folder.write(name, bytes))
  }

  private func failure(_ bytes: [UInt8]) throws -> DatasetError? {
    let folder = try TemporaryFolder()
    let path = try folder.write("image.png", bytes)
    do throws(DatasetError) {
      _ = try ImageFile.decodeGrey(path: path)
      return nil
    } catch {
      #expect(!error.description.contains("\n") && error.description.hasPrefix(path))
      return error
    }
  }

  @Test func greyPNGIsExactWhateverItsName() throws {
    let bytes = try png(Self.gradient, width: 24, height: 16)
    for name in ["digit.png", "digit.jpeg", "digit"] {
      let image = try decode(bytes, name: name)
      #expect(image == GreyImage(width: 24, height: 16, pixels: Self.gradient))
    }
  }

  @Test func colourBecomesLuminanceAndAlphaLiesOnBlack() throws {
    let colours: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 90, 90]
    let image = try decode(png(colours, width: 4, height: 1, format: Int32(PNG_FORMAT_RGB)))
    #expect(image.pixels[1] > image.pixels[0] && image.pixels[0] > image.pixels[2])
    #expect(image.pixels[3] == 90)
    let alpha: [UInt8] = [200, 255, 200, 0, 255, 128]
    let laid = try decode(png(alpha, width: 3, height: 1, format: Int32(PNG_FORMAT_GA)))
    #expect(laid.pixels[0] == 200 && laid.pixels[1] == 0)
    #expect((1...254).contains(laid.pixels[2]))
  }

  @Test func jpegIsClose() throws {
    let smooth = (0..<16).flatMap { y in (0..<24).map { x in UInt8(8 * x + 2 * y) } }
    let image = try decode(jpeg(smooth, width: 24, height: 16), name: "a.png")
    #expect(image.width == 24 && image.height == 16)
    for (found, expected) in zip(image.pixels, smooth) {
      #expect(abs(Int(found) - Int(expected)) <= 6)
    }
    let green = [[UInt8]](repeating: [0, 255, 0], count: 64).flatMap { $0 }
    let level = try decode(jpeg(green, width: 8, height: 8, format: TJPF_RGB)).pixels[20]
    #expect(abs(Int(level) - 150) <= 3)
  }

  @Test func damagedFilesAreOneLine() throws {
    let noise = (0..<12 * 12).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
    let files = [
      try png(noise, width: 12, height: 12), try jpeg(noise, width: 12, height: 12),
    ]
    for bytes in files {
      // The last bytes are an end mark and a checksum, which hold no pixels.
      for length in stride(from: 0, to: bytes.count - 20, by: 7) {
        #expect(try failure(Array(bytes[..<length])) != nil, "\(length) of \(bytes.count) bytes")
      }
      // A changed byte anywhere never crashes.
      for index in stride(from: 0, to: bytes.count, by: 3) {
        var changed = bytes
        changed[index] ^= 0x55
        _ = try failure(changed)
      }
    }
  }

  @Test func whatIsNoImage() throws {
    guard case .malformed(_, _, let found, let expected) = try failure(Array("GIF89a".utf8)) else {
      Issue.record("a GIF was read")
      return
    }
    #expect(found == "47494638" && expected == "a PNG or JPEG image")
    #expect(try failure([])?.description.contains("is nothing, expected") == true)
    let folder = try TemporaryFolder()
    #expect(throws: DatasetError.self) { try ImageFile.decodeGrey(path: folder.path) }
    #expect(throws: DatasetError.self) { try ImageFile.decodeGrey(path: folder.path + "/none") }
  }

  @Test func sidesOutOfRange() throws {
    let bytes = try png([UInt8](repeating: 1, count: 8193), width: 8193, height: 1)
    guard case .malformed(_, "size", "8193×1", _) = try failure(bytes) else {
      Issue.record("8193 pixels across were read")
      return
    }
    let tall = try png([UInt8](repeating: 1, count: 8192), width: 1, height: 8192)
    #expect(try decode(tall).height == 8192)
    let wide = try jpeg([UInt8](repeating: 1, count: 9000), width: 9000, height: 1)
    guard case .malformed(_, "size", "9000×1", _) = try failure(wide) else {
      Issue.record("9000 pixels across were read")
      return
    }
  }
}
