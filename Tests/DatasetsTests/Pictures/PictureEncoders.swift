import CImageCodecs
import CZlib
@testable import Datasets
import Foundation
import TestSupport
import Testing

/// PNG files put together by hand, so that every bit depth and chunk can be written.
struct PNGFile {
  var width: Int
  var height: Int
  var depth = 8
  /// 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha.
  var colorType = 0
  var isInterlaced = false
  /// Samples, each a number of `depth` bits, `[height, width, channels]`.
  var samples: [Int]
  /// Chunks before and after the pixels.
  var before: [[UInt8]] = []
  var after: [[UInt8]] = []

  private var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType]! }

  /// Rows of the pixels at these columns and rows, each behind filter 0.
  private func scanlines(columns: [Int], rows: [Int]) -> [UInt8] {
    guard !columns.isEmpty else { return [] }
    return rows.flatMap { y -> [UInt8] in
      var row: [Int] = []
      for x in columns {
        row += samples[(y * width + x) * channels..<(y * width + x + 1) * channels]
      }
      if depth == 16 {
        return row.reduce(into: [0]) { $0 += [UInt8($1 >> 8), UInt8($1 & 255)] }
      }
      var bytes: [UInt8] = [0]
      for first in stride(from: 0, to: row.count, by: 8 / depth) {
        var byte = 0
        for place in 0..<8 / depth {
          byte = byte << depth | (first + place < row.count ? row[first + place] : 0)
        }
        bytes.append(UInt8(byte))
      }
      return bytes
    }
  }

  var bytes: [UInt8] {
    get throws {
      func every(_ step: Int, from start: Int, below end: Int) -> [Int] {
        Array(stride(from: start, to: end, by: step))
      }
      // Adam7: first column, step, first row, step.
      let passes =
        isInterlaced
        ? [
          (0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2),
          (0, 1, 1, 2),
        ] : [(0, 1, 0, 1)]
      let raw = passes.flatMap { pass in
        scanlines(
          columns: every(pass.1, from: pass.0, below: width),
          rows: every(pass.3, from: pass.2, below: height))
      }
      var size = compressBound(UInt(raw.count))
      var packed = [UInt8](repeating: 0, count: Int(size))
      try #require(compress(&packed, &size, raw, UInt(raw.count)) == Z_OK)
      let header =
        bigEndian(width) + bigEndian(height)
        + [UInt8(depth), UInt8(colorType), 0, 0, isInterlaced ? 1 : 0]
      return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + pngChunk("IHDR", header)
        + before.flatMap { $0 } + pngChunk("IDAT", Array(packed[..<Int(size)]))
        + after.flatMap { $0 } + pngChunk("IEND", [])
    }
  }
}

/// WebP containers put together by hand around what libwebp encodes.
enum WebPFile {
  static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    Array(name.utf8) + littleEndian(data.count, bytes: 4) + data
      + (data.count.isMultiple(of: 2) ? [] : [0])
  }

  static func riff(_ chunks: [[UInt8]]) -> [UInt8] {
    chunk("RIFF", Array("WEBP".utf8) + chunks.flatMap { $0 })
  }

  /// Losslessly from `[height, width, 4]`.
  static func lossless(_ samples: [UInt8], width: Int, height: Int) throws -> [UInt8] {
    var output: UnsafeMutablePointer<UInt8>?
    let size = WebPEncodeLosslessRGBA(
      samples, Int32(width), Int32(height), Int32(width * 4), &output)
    try #require(size > 0)
    defer { WebPFree(output) }
    return Array(UnsafeBufferPointer(start: output, count: size))
  }

  /// The extended header. `flags`: 2 animation, 8 EXIF, 16 alpha.
  static func extended(flags: UInt8, width: Int, height: Int) -> [UInt8] {
    chunk(
      "VP8X",
      [flags, 0, 0, 0] + littleEndian(width - 1, bytes: 3) + littleEndian(height - 1, bytes: 3))
  }

  /// A frame at an even column and row; `picture` is a whole file.
  static func frame(_ picture: [UInt8], left: Int, top: Int, width: Int, height: Int) -> [UInt8] {
    chunk(
      "ANMF",
      [left / 2, top / 2, width - 1, height - 1, 100].flatMap { littleEndian($0, bytes: 3) } + [0]
        + picture.dropFirst(12))
  }

  static func littleEndian(_ value: Int, bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(value >> (8 * $0) & 255) }
  }
}

/// An EXIF block that says nothing but the orientation.
func exifBlock(orientation: UInt8, isBigEndian: Bool = false) -> [UInt8] {
  if isBigEndian {
    return [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]
      + [0, 0, 0, 0]
  }
  return [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]
    + [0, 0, 0, 0]
}

/// What `PictureFile` says of bytes in a file.
struct Decoding {
  let folder: TemporaryFolder
  let path: String

  init(_ bytes: [UInt8], name: String = "image") throws {
    folder = try TemporaryFolder()
    path = try folder.write(name, bytes)
  }

  /// The folder is there until this returns.
  private func decode() throws(DatasetError) -> (picture: Picture, warnings: [String]) {
    defer { withExtendedLifetime(folder) {} }
    return try PictureFile.decode(path: path)
  }

  static func picture(_ bytes: [UInt8], name: String = "image") throws -> Picture {
    let (picture, warnings) = try Decoding(bytes, name: name).decode()
    #expect(warnings.isEmpty)
    return picture
  }

  /// The error, which must be one line that names the file; nil if there is none.
  static func failure(_ bytes: [UInt8]) throws -> DatasetError? {
    let decoding = try Decoding(bytes)
    do throws(DatasetError) {
      _ = try decoding.decode()
      return nil
    } catch {
      #expect(!error.description.contains("\n") && error.description.hasPrefix(decoding.path))
      return error
    }
  }

  /// The picture and its only warning, which must be a line that names the file.
  static func warned(_ bytes: [UInt8]) throws -> (picture: Picture, warning: String) {
    let decoding = try Decoding(bytes)
    let (picture, warnings) = try decoding.decode()
    try #require(warnings.count == 1, "\(warnings)")
    #expect(!warnings[0].contains("\n") && warnings[0].hasPrefix(decoding.path + ": "))
    return (picture, warnings[0])
  }
}
