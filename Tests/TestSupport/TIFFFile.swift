/// TIFF files put together by hand: one strip of RGB and perhaps more channels.
package struct TIFFFile {
  package var width: Int
  package var height: Int
  package var channels: Int
  /// `[height, width, channels]`.
  package var samples: [UInt8]
  package var isLZW = false
  package var rowsPerStrip: Int?
  package var bits = 8
  /// 2 RGB.
  package var meaning = 2

  package init(
    width: Int, height: Int, channels: Int, samples: [UInt8], isLZW: Bool = false,
    rowsPerStrip: Int? = nil, bits: Int = 8, meaning: Int = 2
  ) {
    self.width = width
    self.height = height
    self.channels = channels
    self.samples = samples
    self.isLZW = isLZW
    self.rowsPerStrip = rowsPerStrip
    self.bits = bits
    self.meaning = meaning
  }

  private func bytes(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(value >> (8 * $0) & 255) }
  }

  /// LZW that never grows its table beyond codes of 9 bits.
  private func lzw(_ data: ArraySlice<UInt8>) -> [UInt8] {
    var codes: [Int] = []
    for (place, byte) in data.enumerated() {
      if place % 200 == 0 { codes.append(256) }
      codes.append(Int(byte))
    }
    codes.append(257)
    var (result, bits, count): ([UInt8], Int, Int) = ([], 0, 0)
    for code in codes {
      bits = bits << 9 | code
      count += 9
      while count >= 8 {
        count -= 8
        result.append(UInt8(bits >> count & 255))
      }
      bits &= (1 << count) - 1
    }
    if count > 0 { result.append(UInt8(bits << (8 - count) & 255)) }
    return result
  }

  package var bytes: [UInt8] {
    let stripRows = rowsPerStrip ?? height
    let rowSize = width * channels
    let strips = stride(from: 0, to: height, by: stripRows).map { top -> [UInt8] in
      let strip = samples[top * rowSize..<min(height, top + stripRows) * rowSize]
      return isLZW ? lzw(strip) : Array(strip)
    }
    // Header, strips, tables, directory.
    var file: [UInt8] = [0x49, 0x49, 42, 0, 0, 0, 0, 0]
    var offsets: [Int] = []
    for strip in strips {
      offsets.append(file.count)
      file += strip
    }
    func table(_ values: [Int], _ size: Int) -> Int {
      let start = file.count
      file += values.flatMap { bytes($0, size) }
      return start
    }
    let offsetTable = strips.count == 1 ? offsets[0] : table(offsets, 4)
    let countTable = strips.count == 1 ? strips[0].count : table(strips.map(\.count), 4)
    let bitsTable = table(Array(repeating: bits, count: channels), 2)
    // Tag, type (3 short, 4 long), count, value or offset.
    var entries = [
      (256, 4, 1, width), (257, 4, 1, height), (258, 3, channels, bitsTable),
      (259, 3, 1, isLZW ? 5 : 1), (262, 3, 1, meaning), (273, 4, strips.count, offsetTable),
      (277, 3, 1, channels), (278, 4, 1, stripRows), (279, 4, strips.count, countTable),
      (284, 3, 1, 1),
    ]
    if channels == 4 { entries.append((338, 3, 1, 0)) }
    let directory = file.count
    file += bytes(entries.count, 2)
    for (tag, type, count, value) in entries {
      file += bytes(tag, 2) + bytes(type, 2) + bytes(count, 4) + bytes(value, 4)
    }
    file += [0, 0, 0, 0]
    file.replaceSubrange(4..<8, with: bytes(directory, 4))
    return file
  }
}
