import CZlib

/// A PNG chunk: length, name, data, checksum.
package func pngChunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
  let body = Array(name.utf8) + data
  return bigEndian(data.count) + body + bigEndian(Int(crc32(0, body, UInt32(body.count))))
}
