import Foundation

/// Numbers as the bytes that the run's files hold: little-endian on every machine.
enum LittleEndian {
  static func data(_ values: [Float]) -> Data { encode(values.map(\.bitPattern)) }
  static func data(_ values: [Double]) -> Data { encode(values.map(\.bitPattern)) }
  static func data(int32 values: [Int]) -> Data { encode(values.map { Int32(clamping: $0) }) }

  /// nil if the bytes are not a whole number of values.
  static func floats(_ data: Data) -> [Float]? {
    decode(data, UInt32.self)?.map { Float(bitPattern: $0) }
  }
  static func doubles(_ data: Data) -> [Double]? {
    decode(data, UInt64.self)?.map { Double(bitPattern: $0) }
  }
  static func int32s(_ data: Data) -> [Int]? { decode(data, Int32.self)?.map(Int.init) }
  static func int64s(_ data: Data) -> [Int64]? { decode(data, Int64.self) }

  private static func encode<Value: FixedWidthInteger>(_ values: [Value]) -> Data {
    values.map(\.littleEndian).withUnsafeBytes { Data($0) }
  }

  private static func decode<Value: FixedWidthInteger>(
    _ data: Data, _ type: Value.Type
  ) -> [Value]? {
    let size = MemoryLayout<Value>.size
    guard data.count % size == 0 else { return nil }
    return [Value](unsafeUninitializedCapacity: data.count / size) { buffer, count in
      data.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
      count = data.count / size
      if Value(1).littleEndian != 1 {
        for index in 0..<count { buffer[index] = Value(littleEndian: buffer[index]) }
      }
    }
  }
}
