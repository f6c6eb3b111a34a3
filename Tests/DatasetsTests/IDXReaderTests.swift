import Foundation
import Kernels
import TestSupport
import Testing

@testable import Datasets

@Suite struct IDXReaderTests {
  private static let pixels = (0..<3 * 4 * 5).map { UInt8($0 * 4) }
  private static let images = idx([3, 4, 5], pixels)

  private func failure(_ bytes: [UInt8], labels: Bool = false) throws -> DatasetError? {
    let folder = try TemporaryFolder()
    let path = try folder.write("file", bytes)
    do throws(DatasetError) {
      if labels {
        _ = try IDXReader.readLabels(path: path, classes: 10)
      } else {
        _ = try IDXReader.readImages(path: path)
      }
      return nil
    } catch {
      #expect(!error.description.contains("\n") && error.description.hasPrefix(path))
      return error
    }
  }

  private func field(_ bytes: [UInt8], labels: Bool = false) throws -> String? {
    guard case .malformed(_, let field, _, _) = try failure(bytes, labels: labels) else {
      return nil
    }
    return field
  }

  private func reason(_ bytes: [UInt8]) throws -> String? {
    guard case .unreadable(_, let reason) = try failure(bytes) else { return nil }
    return reason
  }

  @Test func readsPlainAndCompressed() throws {
    let folder = try TemporaryFolder()
    let compressed = try folder.compressed(Self.images)
    for bytes in [Self.images, compressed] {
      let images = try IDXReader.readImages(path: folder.write("images", bytes))
      #expect(images == .init(count: 3, height: 4, width: 5, pixels: Self.pixels))
    }
    let labels = try IDXReader.readLabels(
      path: folder.write("labels", idx([4], [0, 9, 5, 1])), classes: 10)
    #expect(labels == [0, 9, 5, 1])
  }

  @Test func readsMoreThanOneBuffer() throws {
    let folder = try TemporaryFolder()
    var random = RandomStream(seed: 1, purpose: .samples)
    let noise = (0..<1000 * 28 * 28).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let bytes = idx([1000, 28, 28], noise)
    let compressed = try folder.compressed(bytes)
    for bytes in [bytes, compressed] {
      #expect(try IDXReader.readImages(path: folder.write("images", bytes)).pixels == noise)
    }
    // Two gzip members, one after the other, are one file.
    let twice =
      try folder.compressed(Array(bytes[..<5000])) + folder.compressed(Array(bytes[5000...]))
    #expect(try IDXReader.readImages(path: folder.write("images", twice)).pixels == noise)
  }

  @Test func missingFilesAndFolders() throws {
    let folder = try TemporaryFolder()
    #expect(throws: DatasetError.self) { try IDXReader.readImages(path: folder.path + "/none") }
    #expect(throws: DatasetError.self) { try IDXReader.readImages(path: folder.path) }
  }

  @Test func wrongHeaders() throws {
    let tail = Array(Self.images[4...])
    #expect(try field([1, 0, 8, 3] + tail) == "magic number (offset 0)")
    #expect(try field(Array("PNG and so on, no IDX".utf8)) == "magic number (offset 0)")
    #expect(try field([0, 0, 13, 3] + tail) == "element type (offset 2)")
    #expect(try field([0, 0, 8, 1] + tail) == "number of dimensions (offset 3)")
    #expect(try field(Self.images, labels: true) == "number of dimensions (offset 3)")
    #expect(try field(idx([0, 4, 5], [])) == "number of images (offset 4)")
    #expect(try field(idx([3, 0, 5], [])) == "number of rows (offset 8)")
    #expect(try field(idx([3, 4, 0], [])) == "number of columns (offset 12)")
    #expect(try field(idx([0], []), labels: true) == "number of labels (offset 4)")
    #expect(try field(idx([3, 4097, 5], [])) == "number of rows (offset 8)")
  }

  @Test func wrongLengths() throws {
    #expect(try field([]) == "size")
    for length in 0..<Self.images.count {
      #expect(
        try field(Array(Self.images[..<length])) == (length < 16 ? "size" : "data (offset 16)"))
    }
    #expect(try field(Self.images + [0]) == "data (offset 16)")
    #expect(try field(idx([2], [1, 2, 3]), labels: true) == "data (offset 8)")
  }

  @Test func lyingHeadersCostNothing() throws {
    // Claims 2⁵⁶ bytes, which no machine has.
    let bytes = idx([0xFFFF_FFFF, 4096, 4096], [1, 2, 3])
    for bytes in [bytes, try TemporaryFolder().compressed(bytes)] {
      guard
        case .malformed(_, "data (offset 16)", let found, let expected) = try failure(bytes)
      else {
        Issue.record("2⁵⁶ bytes were read")
        continue
      }
      #expect(found.hasSuffix("(4294967295 × 4096 × 4096) bytes by the header"))
      #expect(expected.hasPrefix("at most this machine's memory of "))
    }
  }

  /// A compressed file that keeps what its header claims, or more.
  @Test func compressedFilesAreReadNoFurtherThanMemory() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("file", folder.compressed(Self.images))
    #expect(throws: Never.self) { try IDXReader.readImages(path: path, memory: 60) }
    #expect {
      try IDXReader.readImages(path: path, memory: 59)
    } throws: { error in
      "\(error)" == "\(path): data (offset 16) is 60 (3 × 4 × 5) bytes by the header, expected "
        + "at most this machine's memory of 59 bytes"
    }
    let bomb = try folder.compressed(Self.images + [UInt8](repeating: 0, count: 1 << 22))
    guard case .malformed(_, _, let found, _) = try failure(bomb) else {
      Issue.record("4 MiB of zeros were read")
      return
    }
    #expect(found == "more than 60 bytes")
  }

  @Test func damagedGzip() throws {
    let folder = try TemporaryFolder()
    let compressed = try folder.compressed(Self.images)
    for length in 2..<compressed.count {
      #expect(try reason(Array(compressed[..<length])) == "the gzip data ends early, expected more")
    }
    for garbage in [[7], [0, 7], [0x1f], [0x1f, 0x8b], [UInt8](repeating: 7, count: 100_000)]
      as [[UInt8]]
    {
      #expect(try reason(compressed + garbage) != nil)
    }
    // Zeros that fill up a block are no damage.
    #expect(try reason(compressed + [UInt8](repeating: 0, count: 100_000)) == nil)
    // A changed checksum, and a changed byte anywhere, never crash; the checksum is seen.
    var changed = compressed
    changed[compressed.count - 6] ^= 1
    #expect(try reason(changed)?.hasPrefix("the gzip data is damaged") == true)
    for index in 2..<compressed.count {
      changed = compressed
      changed[index] ^= 0x55
      _ = try failure(changed)
    }
  }

  @Test func labelsOutOfRange() throws {
    #expect(try field(idx([3], [0, 10, 255]), labels: true) == "label 1")
  }
}
