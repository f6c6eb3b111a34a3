import Foundation
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

struct SafetensorsTests {
  static let tensors = [
    NamedTensor(
      name: "trunk.é\"\\\n\u{1}", shape: [2, 3], values: [1, -2, .infinity, 0, -0.0, 7]),
    NamedTensor(name: "a", shape: [], values: [3.25]),
    NamedTensor(name: "empty", shape: [0, 5], values: []),
  ]

  /// A file from a header and some bytes of data.
  static func file(_ header: String, data: Int = 0, length: UInt64? = nil) -> Data {
    let length = length ?? UInt64(header.utf8.count)
    return withUnsafeBytes(of: length.littleEndian) { Data($0) } + Data(header.utf8)
      + Data(count: data)
  }

  static let url = URL(fileURLWithPath: "/somewhere/x.safetensors")

  @Test func roundTrip() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      let metadata = ["step": "12", "text": "{\"a\": \"ü\\\"}\t\n"]
      try Safetensors.write(Self.tensors, metadata: metadata, to: url)
      let file = try SafetensorsFile(contentsOf: url)
      #expect(file.metadata == metadata)
      #expect(file.names == ["a", "empty", "trunk.é\"\\\n\u{1}"])
      #expect(try file.shape(of: "a") == [])
      #expect(try file.tensors() == Self.tensors.sorted { $0.name < $1.name })
      #expect(try file.doubles("a") == [3.25])
      #expect(message { _ = try file.floats("b") } == "\(url.path): no tensor 'b' among its 3")
    }
  }

  @Test func notANumberKeepsItsBits() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      let odd = Float(bitPattern: 0x7FC1_2345)
      let tensor = NamedTensor(name: "n", shape: [1], values: [odd])
      try Safetensors.write([tensor], metadata: [:], to: url)
      #expect(try SafetensorsFile(contentsOf: url).floats("n")[0].bitPattern == odd.bitPattern)
    }
  }

  @Test func bytesDependOnTheInputAlone() throws {
    try withTemporaryFolder { folder in
      let first = folder.appendingPathComponent("1")
      let second = folder.appendingPathComponent("2")
      var metadata: [String: String] = [:]
      for index in 0..<20 { metadata["key\(index)"] = "\(index)" }
      try Safetensors.write(Self.tensors, metadata: metadata, to: first)
      try Safetensors.write(Self.tensors.reversed(), metadata: metadata, to: second)
      let bytes = try Data(contentsOf: first)
      #expect(try Data(contentsOf: second) == bytes)
      #expect(bytes[0] % 8 == 0)
      #expect(try contents(folder).count == 2)
    }
  }

  @Test func knownBytes() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x")
      let tensor = NamedTensor(name: "w", shape: [1, 2], values: [1, -2])
      try Safetensors.write([tensor], metadata: ["format": "pt"], to: url)
      let header =
        #"{"__metadata__":{"format":"pt"},"w":{"data_offsets":[0,8],"dtype":"F32","shape":[1,2]}}"#
      let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
      let expected = Self.file(padded) + Data([0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
      #expect(try Data(contentsOf: url) == expected)
    }
  }

  @Test func otherElementTypes() throws {
    var data = Self.file(
      #"{"d":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}, "#
        + #""i":{"data_offsets":[16,24],"shape":[],"dtype":"I64"},"#
        + #" "h":{"dtype":"F16","shape":[3],"data_offsets":[24,30]}}  "#)
    data += LittleEndian.data([1.0 / 3, -1e300])
    data += Data([5, 0, 0, 0, 0, 0, 0, 0]) + Data(count: 6)
    let file = try SafetensorsFile(data, of: Self.url)
    #expect(try file.doubles("d") == [1.0 / 3, -1e300])
    #expect(try file.floats("d") == [Float(1.0 / 3), -.infinity])
    #expect(try file.floats("i") == [5])
    #expect(try file.shape(of: "h") == [3])
    #expect(
      message { _ = try file.floats("h") }
        == "/somewhere/x.safetensors: safetensors tensor 'h': dtype F16, "
        + "expected F32, F64, I32 or I64")
  }

  @Test func refusesDuplicateNames() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x")
      let tensor = Self.tensors[1]
      #expect(
        message { try Safetensors.write([tensor, tensor], metadata: [:], to: url) }
          .hasSuffix("two tensors named 'a'"))
      let files = try contents(folder)
      #expect(files.isEmpty)
    }
  }
}
