import CImageCodecs
import CZlib
import Datasets
import Foundation
import TestSupport

/// Small pictures in every kind that is read.
enum PictureSeeds {
  /// `[height, width, channels]`: slopes with some noise.
  private static func samples(_ width: Int, _ height: Int, _ channels: Int) -> [UInt8] {
    var random = MutatorRandom(seed: UInt64(width + height + channels))
    return (0..<width * height * channels).map { index in
      UInt8((index / channels % width * 9 + random.below(32)) % 256)
    }
  }

  static func png() throws -> [[UInt8]] {
    var files = try [1, 3, 4].map { channels in
      try Picture(
        width: 13, height: 9, channels: channels, pixels: samples(13, 9, channels)
      ).pngBytes(path: "seed")
    }
    let palette = pngChunk("PLTE", samples(5, 1, 3)) + pngChunk("tRNS", [0, 128, 255])
    files.append(try png(depth: 4, color: 3, rowBytes: 5, before: palette))
    files.append(try png(depth: 16, color: 0, rowBytes: 18, before: pngChunk("tRNS", [0, 7])))
    files.append(try png(depth: 16, color: 6, rowBytes: 72, before: pngChunk("eXIf", exif)))
    files.append(
      try png(depth: 1, color: 0, rowBytes: 2, before: pngChunk("gAMA", [0, 0, 177, 143])))
    files.append(try png(depth: 8, color: 2, rowBytes: 27, isInterlaced: true))
    return files
  }

  /// An EXIF block that says nothing but the orientation.
  private static let exif: [UInt8] = [
    0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0,
  ]

  /// 9×9 pixels of a kind that the program does not write; black in colour where interlaced.
  private static func png(
    depth: UInt8, color: UInt8, rowBytes: Int, isInterlaced: Bool = false, before: [UInt8] = []
  ) throws -> [UInt8] {
    var rows = (0..<9).flatMap { row in
      [UInt8(row % 5)] + samples(rowBytes, 1, 1).map { $0 & (color == 3 ? 0x44 : 0xFF) }
    }
    if isInterlaced {
      // Columns and rows of Adam7's passes, each row with its filter.
      let passes = [(2, 2), (1, 2), (3, 1), (2, 3), (5, 2), (4, 5), (9, 4)]
      rows = Array(repeating: 0, count: passes.reduce(0) { $0 + $1.1 * (1 + 3 * $1.0) })
    }
    var size = compressBound(UInt(rows.count))
    var packed = [UInt8](repeating: 0, count: Int(size))
    guard compress(&packed, &size, rows, UInt(rows.count)) == Z_OK else {
      throw CocoaError(.fileWriteUnknown)
    }
    let header = bigEndian(9) + bigEndian(9) + [depth, color, 0, 0, isInterlaced ? 1 : 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + pngChunk("IHDR", header) + before
      + pngChunk("IDAT", Array(packed.prefix(Int(size)))) + pngChunk("IEND", [])
  }

  static func jpeg() -> [[UInt8]] {
    [
      jpeg(channels: 1, JCS_GRAYSCALE, JCS_GRAYSCALE), jpeg(channels: 3, JCS_RGB, JCS_YCbCr),
      jpeg(channels: 3, JCS_RGB, JCS_YCbCr, isProgressive: true),
      jpeg(channels: 4, JCS_CMYK, JCS_YCCK),
    ]
  }

  private static func jpeg(
    channels: Int, _ space: J_COLOR_SPACE, _ stored: J_COLOR_SPACE, isProgressive: Bool = false
  ) -> [UInt8] {
    JPEGFile(
      width: 21, height: 18, channels: Int32(channels), space: space, stored: stored,
      isProgressive: isProgressive, exif: exif, quality: nil, samples: samples(21, 18, channels)
    ).bytes
  }

  static func webP() throws -> [[UInt8]] {
    func encoded(
      _ encode: (inout UnsafeMutablePointer<UInt8>?) -> Int
    ) throws -> [UInt8] {
      var output: UnsafeMutablePointer<UInt8>?
      let size = encode(&output)
      defer { WebPFree(output) }
      guard size > 0 else { throw CocoaError(.fileWriteUnknown) }
      return Array(UnsafeBufferPointer(start: output, count: size))
    }
    return [
      try encoded { WebPEncodeRGB(samples(21, 18, 3), 21, 18, 63, 60, &$0) },
      try encoded { WebPEncodeRGBA(samples(21, 18, 4), 21, 18, 84, 60, &$0) },
      try encoded { WebPEncodeLosslessRGBA(samples(21, 18, 4), 21, 18, 84, &$0) },
    ]
  }

  static func tiff() -> [[UInt8]] {
    [
      TIFFFile(width: 7, height: 6, channels: 3, samples: samples(7, 6, 3)).bytes,
      TIFFFile(
        width: 7, height: 6, channels: 4, samples: samples(7, 6, 4), isLZW: true, rowsPerStrip: 2
      ).bytes,
    ]
  }
}
