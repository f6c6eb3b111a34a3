import Foundation

/// Reads IDX files of unsigned bytes, the format of MNIST: two zero bytes, the element type, the
/// number of dimensions, each dimension as a big-endian 32-bit number, then the elements. Plain or
/// gzip.
package enum IDXReader {
  /// A grey image file: `pixels` is `[count, height, width]`.
  package struct Images: Equatable, Sendable {
    package let count: Int
    package let height: Int
    package let width: Int
    package let pixels: [UInt8]
  }

  /// Sides longer than this are taken for damage.
  package static let largestSide = 4096

  /// Reads an idx3 file of images. Throws `DatasetError` where the file is not exactly that: type,
  /// dimensions, zero sizes, more bytes than `memory`, or data shorter or longer than the header
  /// says.
  ///
  /// - Parameter memory: bytes that the machine has.
  package static func readImages(
    path: String, memory: UInt64 = ProcessInfo.processInfo.physicalMemory
  ) throws(DatasetError) -> Images {
    let (sizes, pixels) = try read(
      path: path, dimensions: ["images", "rows", "columns"], memory: memory)
    return Images(count: sizes[0], height: sizes[1], width: sizes[2], pixels: pixels)
  }

  /// Reads an idx1 file of labels, each below `classes`. Throws as `readImages` does, and for a
  /// label out of range.
  package static func readLabels(path: String, classes: Int) throws(DatasetError) -> [UInt8] {
    let labels = try read(
      path: path, dimensions: ["labels"], memory: ProcessInfo.processInfo.physicalMemory
    ).elements
    if let index = labels.firstIndex(where: { $0 >= classes }) {
      throw DatasetError.malformed(
        path: path, field: "label \(index)", found: "\(labels[index])",
        expected: "0…\(classes - 1)")
    }
    return labels
  }

  /// The sizes and elements of a file with the dimensions named.
  private static func read(
    path: String, dimensions names: [String], memory: UInt64
  ) throws(DatasetError) -> (sizes: [Int], elements: [UInt8]) {
    func malformed(_ field: String, _ found: String, _ expected: String) -> DatasetError {
      .malformed(path: path, field: field, found: found, expected: expected)
    }
    var file = try CompressedFile(path: path)
    let headerSize = 4 + 4 * names.count
    let header = try file.read(upTo: headerSize)
    if header.count >= 4 {
      // In an IDX file the number of images may be 60, which is '<' too.
      if header[0] != 0, header.first(where: { $0 > 0x20 }) == UInt8(ascii: "<") {
        throw malformed("content (offset 0)", "a web page, not a data file", "an IDX file")
      }
      guard header[0] == 0 && header[1] == 0 else {
        throw malformed(
          "magic number (offset 0)", hexadecimal(header[0..<4]), "0000080\(names.count)")
      }
      guard header[2] == 8 else {
        throw malformed("element type (offset 2)", hexadecimal(header[2..<3]), "08 (unsigned byte)")
      }
      guard header[3] == names.count else {
        throw malformed("number of dimensions (offset 3)", "\(header[3])", "\(names.count)")
      }
    }
    guard header.count == headerSize else {
      throw malformed("size", "\(header.count) bytes", "a header of \(headerSize) bytes")
    }
    var sizes: [Int] = []
    var total = 1
    for (index, name) in names.enumerated() {
      let offset = 4 + 4 * index
      let size = header[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      let field = "number of \(name) (offset \(offset))"
      guard size >= 1 else { throw malformed(field, "0", "at least 1") }
      guard index == 0 || size <= largestSide else {
        throw malformed(field, "\(size)", "at most \(largestSide)")
      }
      sizes.append(size)
      // At most 2³² · 2¹² · 2¹²: no overflow.
      total *= size
    }
    let claim = "\(total) (\(sizes.map(String.init).joined(separator: " × ")))"
    // A compressed file may well hold what its header claims, so memory is compared first.
    guard total <= memory else {
      throw malformed(
        "data (offset \(headerSize))", "\(claim) bytes by the header",
        "at most this machine's memory of \(memory) bytes")
    }
    let elements = try file.read(upTo: total)
    guard elements.count == total else {
      throw malformed(
        "data (offset \(headerSize))", "\(elements.count) bytes", claim)
    }
    guard try file.read(upTo: 1).isEmpty else {
      throw malformed(
        "data (offset \(headerSize))", "more than \(total) bytes", claim)
    }
    return (sizes, elements)
  }

  private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
