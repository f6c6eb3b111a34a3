import Foundation
import RunStorage
import SwiftProtobuf

/// An event file while it is written: records of TensorFlow's TFRecord format, an event each.
///
///     length of the event     8 bytes, little-endian
///     masked CRC-32C of that  4 bytes
///     the event               a protobuf
///     masked CRC-32C of that  4 bytes
struct EventFile {
  private let output: AtomicFile.Output

  /// Writes the first event, which tells the format.
  ///
  /// - Parameter time: seconds since 1970.
  init(_ output: AtomicFile.Output, time: Double) throws {
    self.output = output
    var event = Event()
    event.wallTime = time
    event.fileVersion = "brain.Event:2"
    try add(event)
  }

  /// Adds what was measured after `step` steps; nothing if that is nothing.
  func add(_ values: [Summary.Value], step: Int, time: Double) throws {
    guard !values.isEmpty else { return }
    var event = Event()
    event.wallTime = time
    event.step = Int64(step)
    event.summary.value = values
    try add(event)
  }

  private func add(_ event: Event) throws {
    try output.write(Self.record(event.serializedData()))
  }

  static func record(_ data: Data) -> Data {
    let length = bytes(UInt64(data.count))
    return Data(length) + Data(bytes(CRC32C.masked(length))) + data
      + Data(bytes(CRC32C.masked(data)))
  }

  private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}

extension Summary.Value {
  /// nil for what is not a number, or was not measured.
  static func scalar(_ tag: String, _ number: Double?) -> Summary.Value? {
    guard let number, !number.isNaN else { return nil }
    var value = Summary.Value()
    value.tag = tag
    value.simpleValue = Float(number)
    return value
  }
}
