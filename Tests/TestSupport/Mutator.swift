/// Damages bytes as disks, networks and people do, and worse. The same seed and input give the
/// same output, on every machine.
package struct Mutator {
  /// How bytes are changed.
  package enum Kind: CaseIterable, Sendable {
    case flipBit, setByte, cut, remove, duplicate, insert, overwrite, splice, setInteger
    case nudgeInteger, setNumber, repeatLine
  }

  private var random: MutatorRandom
  /// Longer results are cut.
  private let longest: Int

  package init(seed: UInt64, longest: Int) {
    random = MutatorRandom(seed: seed)
    self.longest = longest
  }

  /// One to six changes, few more often than many.
  ///
  /// - Parameter other: what pieces are taken from.
  package mutating func mutate(_ input: [UInt8], with other: [UInt8]) -> [UInt8] {
    var bytes = input
    var changes = 1
    while changes < 6, random.below(3) == 0 { changes += 1 }
    for _ in 0..<changes {
      apply(Kind.allCases[random.below(Kind.allCases.count)], to: &bytes, with: other)
    }
    if bytes.count > longest { bytes.removeLast(bytes.count - longest) }
    return bytes
  }

  /// One change of a kind; none where the bytes have nothing for it.
  package mutating func apply(_ kind: Kind, to bytes: inout [UInt8], with other: [UInt8]) {
    let count = bytes.count
    switch kind {
    case .flipBit where count > 0: bytes[place(count)] ^= 1 << UInt8(random.below(8))
    case .setByte where count > 0:
      let byte = UInt8(random.below(256))
      bytes[place(count)] = random.choice([0, 1, 0x7F, 0x80, 0xFE, 0xFF, 0x0A, 0x22, byte])
    case .cut where count > 0: bytes.removeLast(count - place(count))
    case .remove where count > 0: bytes.removeSubrange(range(count))
    case .duplicate where count > 0:
      let piece = bytes[range(count)]
      bytes.insert(contentsOf: piece, at: place(count))
    case .insert:
      let piece = (0...random.below(8)).map { _ in UInt8(random.below(256)) }
      bytes.insert(contentsOf: piece, at: random.below(count + 1))
    case .overwrite where count > 0:
      let piece = range(count)
      let start = place(count)
      for (offset, byte) in bytes[piece].enumerated() where start + offset < count {
        bytes[start + offset] = byte
      }
    case .splice where !other.isEmpty:
      let piece = other[range(other.count)]
      let start = random.below(count + 1)
      let end = random.below(2) == 0 ? start : min(count, start + piece.count)
      bytes.replaceSubrange(start..<end, with: piece)
    case .setInteger: setInteger(&bytes)
    case .nudgeInteger: nudgeInteger(&bytes)
    case .setNumber: setNumber(&bytes)
    case .repeatLine: repeatLine(&bytes)
    default: break
    }
  }

  /// A length, a count or an offset that says what it should not.
  private mutating func setInteger(_ bytes: inout [UInt8]) {
    let width = random.choice([1, 2, 4, 8])
    guard bytes.count >= width else { return }
    let size = UInt64(bytes.count)
    let value = random.choice([
      0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000,
      0xFFFF_FFFF, 0x1_0000_0000, .max >> 1, 1 << 63, .max, size - 1, size, size + 1, 2 * size,
    ])
    write(value, width, at: place(bytes.count - width + 1), &bytes)
  }

  /// One that is a little off.
  private mutating func nudgeInteger(_ bytes: inout [UInt8]) {
    let width = random.choice([1, 2, 4])
    guard bytes.count >= width else { return }
    let start = place(bytes.count - width + 1)
    let isBigEndian = random.below(2) == 0
    var field = Array(bytes[start..<start + width])
    if isBigEndian { field.reverse() }
    let value = field.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let step = UInt64(1 + random.below(16))
    let changed = random.below(2) == 0 ? value &+ step : value &- step
    field = (0..<width).map { UInt8(truncatingIfNeeded: changed >> UInt64(8 * $0)) }
    if isBigEndian { field.reverse() }
    bytes.replaceSubrange(start..<start + width, with: field)
  }

  private mutating func write(_ value: UInt64, _ width: Int, at start: Int, _ bytes: inout [UInt8])
  {
    let isBigEndian = random.below(2) == 0
    for offset in 0..<width {
      let shift = UInt64(8 * (isBigEndian ? width - 1 - offset : offset))
      bytes[start + offset] = UInt8(truncatingIfNeeded: value >> shift)
    }
  }

  private static let numbers = [
    "0", "-0", "-1", "1", "2", "255", "256", "65535", "65536", "2147483647", "2147483648",
    "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "18446744073709551616", "99999999999999999999999999", "1e308", "1e309", "-1e309", "1e-400",
    "0.1", ".5", "5.", "nan", "inf", "0x10", "1_000", "", "true", "null", "~", "[]", "{}", "\"\"",
  ]

  /// A number that is written out.
  private mutating func setNumber(_ bytes: inout [UInt8]) {
    let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
    guard !digits.isEmpty else { return }
    var start = digits[random.below(digits.count)]
    var end = start
    while start > 0, (0x30...0x39).contains(bytes[start - 1]) { start -= 1 }
    while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
    bytes.replaceSubrange(start..<end, with: Array(random.choice(Self.numbers).utf8))
  }

  /// A line that stands there again, or at another place.
  private mutating func repeatLine(_ bytes: inout [UInt8]) {
    guard bytes.count < 1 << 16 else { return }
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
    guard lines.count > 1 else { return }
    let line = lines[random.below(lines.count)]
    lines.insert(line, at: random.below(lines.count))
    if random.below(2) == 0 { lines.remove(at: random.below(lines.count)) }
    bytes = Array(lines.joined(separator: [0x0A]))
  }

  /// Anywhere, but half of the time near the start, where headers are.
  private mutating func place(_ count: Int) -> Int {
    random.below(2) == 0 ? random.below(count) : random.below(min(count, 64))
  }

  private mutating func range(_ count: Int) -> Range<Int> {
    let start = place(count)
    let length = 1 + random.below(random.below(4) == 0 ? count : 32)
    return start..<min(count, start + length)
  }
}

/// SplitMix64: small, and its sequence is fixed by the seed for good.
package struct MutatorRandom: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// A number of 0..<limit; `limit` is at least 1.
  package mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

  package mutating func choice<Element>(_ elements: [Element]) -> Element {
    elements[below(elements.count)]
  }
}
