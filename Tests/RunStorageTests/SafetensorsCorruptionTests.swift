import Foundation
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

/// Every damaged file is an error that says where; none is a trap.
struct SafetensorsCorruptionTests {
  static func entry(
    _ name: String = "a", _ type: String = "F32", _ shape: String = "2", _ offsets: String = "0,8"
  ) -> String {
    #""\#(name)":{"dtype":"\#(type)","shape":[\#(shape)],"data_offsets":[\#(offsets)]}"#
  }

  static let cases: [(header: String, data: Int, part: String)] = [
    ("", 0, "expected '{' at offset 8"),
    ("[]", 0, "expected '{' at offset 8"),
    ("{", 0, "expected '\"' at offset 9"),
    ("{}x", 0, "expected only spaces after the header's '}' at offset 10"),
    ("{\"a", 0, "closing '\"'"),
    ("{\"a\\", 0, "closing '\"'"),
    ("{\"\\q\":{}}", 0, "a JSON string in UTF-8 at offset 10"),
    ("{\"a\":1}", 0, "expected '{' at offset 13"),
    ("{\"a\":{}}", 0, "expected dtype, shape and data_offsets for tensor 'a'"),
    ("{\"a\":{\"color\":1}}", 0, "expected dtype, shape or data_offsets in tensor 'a'"),
    ("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0, "'dtype' appears twice"),
    ("{\(entry()),\(entry())}", 8, "'a' appears twice"),
    ("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "'__metadata__' appears twice"),
    ("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "'k' appears twice"),
    ("{\"__metadata__\":{\"k\":1}}", 0, "expected '\"' at offset 29"),
    ("{\(entry("a", "F31"))}", 8, "unknown dtype 'F31'"),
    ("{\(entry("a", "F32", "-2"))}", 8, "a number of at least 0"),
    ("{\(entry("a", "F32", "2.0"))}", 8, "expected ']'"),
    ("{\(entry("a", "F32", "9223372036854775808"))}", 8, "a number below 2^63"),
    ("{\(entry("a", "F32", "4294967296,4294967296"))}", 8, "is too large"),
    ("{\(entry("a", "F32", "3"))}", 8, "8 bytes, expected 12 for F32 [3]"),
    ("{\(entry("a", "F64", "2"))}", 8, "8 bytes, expected 16 for F64 [2]"),
    ("{\(entry("a", "F32", "2", "0"))}", 8, "two data_offsets for tensor 'a', not 1"),
    ("{\(entry("a", "F32", "2", "8,0"))}", 8, "gap after the tensor before"),
    ("{\(entry("a", "F32", "2", "0,16"))}", 8, "end at data offset 16, expected 0 to 8"),
    ("{\(entry("a", "F32", "2", "0,9223372036854775807"))}", 8, "expected 0 to 8"),
    ("{\(entry()),\(entry("b", "F32", "2", "4,12"))}", 12, "overlaps the tensor before"),
    ("{\(entry()),\(entry("b", "F32", "1", "12,16"))}", 16, "gap after the tensor before"),
    ("{\(entry())}", 9, "1 bytes after the last tensor"),
    ("{}", 4, "4 bytes after the last tensor"),
  ]

  @Test(arguments: cases.indices)
  func isNamed(_ index: Int) throws {
    let (header, data, part) = Self.cases[index]
    let bytes = SafetensorsTests.file(header, data: data)
    let text = message { _ = try SafetensorsFile(bytes, of: SafetensorsTests.url) }
    #expect(text.contains(part), "\(text)")
    #expect(text.hasPrefix("/somewhere/x.safetensors: safetensors"))
  }

  @Test func headerLengthIsChecked() throws {
    for length: UInt64 in [3, 100, 1 << 40, .max] {
      let bytes = SafetensorsTests.file("{}", length: length)
      let text = message { _ = try SafetensorsFile(bytes, of: SafetensorsTests.url) }
      #expect(text.contains("header length \(length) at offset 0, expected at most 2"))
    }
    let invalid = Data([3, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x22, 0xFF])
    _ = message { _ = try SafetensorsFile(invalid, of: SafetensorsTests.url) }
  }

  @Test func missingFile() {
    let url = URL(fileURLWithPath: "/nowhere/x.safetensors")
    let text = message { _ = try SafetensorsFile(contentsOf: url) }
    #expect(text.hasPrefix("/nowhere/x.safetensors: cannot read: "), "\(text)")
    #expect(text.lowercased().contains("no such file"), "\(text)")
  }

  @Test func everyTruncationIsAnError() throws {
    let bytes = try sample()
    for length in 0..<bytes.count {
      #expect(throws: StorageError.self) {
        try SafetensorsFile(Data(bytes.prefix(length)), of: SafetensorsTests.url)
      }
    }
  }

  /// Whatever a damaged header happens to say, reading it ends, and what it still opens can be
  /// read.
  @Test func damagedHeadersNeverTrap() throws {
    let bytes = try sample()
    let headerEnd = 8 + Int(bytes[0])
    var random = SplitMix(state: 7)
    var refused = 0
    for _ in 0..<5000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<headerEnd, using: &random)
        damaged[index] =
          Bool.random(using: &random)
          ? UInt8.random(in: 0...255, using: &random)
          : Array("{}[],:\"0123456789\\ ".utf8).randomElement(using: &random) ?? 0
      }
      do {
        let file = try SafetensorsFile(damaged, of: SafetensorsTests.url)
        _ = try? file.tensors()
      } catch {
        refused += 1
      }
    }
    #expect(refused > 4000)
  }

  private func sample() throws -> Data {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x")
      try Safetensors.write(Fixture.checkpoint(3).weights, metadata: ["step": "3"], to: url)
      return try Data(contentsOf: url)
    }
  }

  struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
}
