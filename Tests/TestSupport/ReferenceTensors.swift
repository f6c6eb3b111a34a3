import Foundation

/// Tensors of a safetensors file, for tests alone: F64 and F32, read whole, values as Double.
package struct ReferenceTensors: Sendable {
  package struct Tensor: Sendable {
    package let shape: [Int]
    package let values: [Double]
  }

  package enum Failure: Error {
    case malformed(String)
  }

  package let tensors: [String: Tensor]

  /// Reads every tensor of the file at `url`.
  package init(url: URL) throws {
    let data = try Data(contentsOf: url)
    guard data.count >= 8 else { throw Failure.malformed("\(url.path): \(data.count) bytes") }
    let headerSize = (0..<8).reduce(0) { $0 | Int(data[$1]) << (8 * $1) }
    guard headerSize >= 2, headerSize <= data.count - 8,
      let header = try JSONSerialization.jsonObject(with: data[8..<8 + headerSize])
        as? [String: Any]
    else { throw Failure.malformed("\(url.path): header of \(headerSize) bytes") }
    var tensors: [String: Tensor] = [:]
    for (name, entry) in header where name != "__metadata__" {
      guard let entry = entry as? [String: Any], let type = entry["dtype"] as? String,
        let shape = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int],
        let width = ["F64": 8, "F32": 4][type], offsets.count == 2,
        offsets[0] >= 0, offsets[1] - offsets[0] == shape.reduce(width, *),
        8 + headerSize + offsets[1] <= data.count
      else { throw Failure.malformed("\(url.path): tensor \(name)") }
      let start = 8 + headerSize + offsets[0]
      let count = shape.reduce(1, *)
      let values = data.withUnsafeBytes { bytes in
        (0..<count).map { index -> Double in
          let offset = start + index * width
          return width == 8
            ? bytes.loadUnaligned(fromByteOffset: offset, as: Double.self)
            : Double(bytes.loadUnaligned(fromByteOffset: offset, as: Float.self))
        }
      }
      tensors[name] = Tensor(shape: shape, values: values)
    }
    self.tensors = tensors
  }

  /// The tensor of that name.
  package func tensor(_ name: String) throws -> Tensor {
    guard let tensor = tensors[name] else { throw Failure.malformed("no tensor \(name)") }
    return tensor
  }
}
