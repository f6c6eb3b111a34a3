/// Keys out of the bytes that a terminal sends.
///
/// Arrow keys, function keys and pastes come as sequences that begin with the byte of the Escape
/// key, whole or in pieces. What is no key that the program knows presses none: not a key with Alt,
/// nor the report of a mouse.
package struct KeyDecoder: Sendable, Equatable {
  private enum State: Sendable, Equatable {
    case ground
    /// Behind the byte of Escape: the key, or the beginning of a sequence.
    case escape
    /// Behind `ESC [`, with the bytes since.
    case sequence([UInt8])
    /// Behind `ESC O`.
    case shift
    /// So many bytes are to be left out.
    case skipping(Int)
    /// Inside a text for programs, which ends with BEL or `ESC \`.
    case string(afterEscape: Bool)
    /// Inside a paste; of a late one a part has been handed on, and its end may never come.
    case paste(isLate: Bool)
    /// A character of several bytes, with those so far and how many there are to be; pressed with
    /// Alt or alone.
    case character([UInt8], count: Int, isAlone: Bool)
  }

  private var state = State.ground
  /// The paste so far.
  private var pasted: [UInt8] = []
  /// Escape was pressed last, or is the beginning of a sequence whose rest is late.
  private var mayBeLate = false
  private let escapeDelay: Int
  private let suspendByte: UInt8?

  /// Longer ones are no sequences; longer pastes are cut.
  private static let longestSequence = 64
  private static let longestPaste = 65_536

  /// - Parameters:
  ///   - escapeDelay: milliseconds after which Escape counts as a key of its own.
  ///   - suspendByte: what the terminal sends for `Key.suspend`; nil if no key does that.
  package init(escapeDelay: Int = 100, suspendByte: UInt8? = 0x1A) {
    self.escapeDelay = escapeDelay
    self.suspendByte = suspendByte
  }

  /// How many milliseconds without a byte to wait before `giveUp`; nil if nothing is half read.
  package var patience: Int? {
    switch state {
    case .ground: nil
    case .escape: escapeDelay
    case .paste(isLate: true) where pasted.count == countOfEnd: Self.pastePatience
    default: 1000
    }
  }

  /// The keys that end in `bytes`, which were read at once.
  package mutating func feed(_ bytes: [UInt8]) -> [Key] {
    if mayBeLate, state == .ground, Self.isRestOfSequence(bytes) { state = .escape }
    mayBeLate = false
    return bytes.compactMap { take($0) }
  }

  /// No more comes of what is half read.
  package mutating func giveUp() -> [Key] {
    let before = state
    state = .ground
    switch before {
    case .escape:
      mayBeLate = true
      return [.escape]
    case .paste(let isLate): return giveUpPaste(isLate: isLate)
    default: return []
    }
  }

  /// Whether bytes that came at once are all of a sequence but its Escape. Nobody types so fast.
  private static func isRestOfSequence(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 2, let last = bytes.last, (0x40...0x7E).contains(last) else {
      return false
    }
    switch bytes[0] {
    case UInt8(ascii: "["): return bytes[1..<(bytes.count - 1)].allSatisfy { $0 < 0x40 }
    case UInt8(ascii: "O"): return bytes.count == 2
    default: return false
    }
  }

  private mutating func take(_ byte: UInt8) -> Key? {
    switch state {
    case .ground: return begin(byte, isAlone: true)
    case .escape: return takeAfterEscape(byte)
    case .sequence(let bytes): return take(byte, inSequence: bytes)
    case .shift:
      state = .ground
      return Self.shiftKeys[byte]
    case .skipping(let count): state = count > 1 ? .skipping(count - 1) : .ground
    case .string(let afterEscape):
      let ends = byte == 0x07 || byte == 0x18 || byte == 0x1A || afterEscape
      state = ends ? .ground : .string(afterEscape: byte == 0x1B)
    case .paste: return take(inPaste: byte)
    case .character(let bytes, let count, let isAlone):
      return take(byte, inCharacter: bytes, count: count, isAlone: isAlone)
    }
    return nil
  }

  private mutating func begin(_ byte: UInt8, isAlone: Bool) -> Key? {
    state = .ground
    if byte == suspendByte { return .suspend }
    switch byte {
    case 0x1B: state = .escape
    case 0x09: return isAlone ? .tab : nil
    case 0x0A, 0x0D: return isAlone ? .enter : nil
    case 0x08, 0x7F: return isAlone ? .backspace : nil
    case 0x0C: return isAlone ? .repaint : nil
    case 0x20..<0x7F: return isAlone ? .character(Character(Unicode.Scalar(byte))) : nil
    case 0xC2..<0xE0: state = .character([byte], count: 2, isAlone: isAlone)
    case 0xE0..<0xF0: state = .character([byte], count: 3, isAlone: isAlone)
    case 0xF0..<0xF5: state = .character([byte], count: 4, isAlone: isAlone)
    default: break
    }
    return nil
  }

  private mutating func takeAfterEscape(_ byte: UInt8) -> Key? {
    switch byte {
    case UInt8(ascii: "["): state = .sequence([])
    case UInt8(ascii: "O"): state = .shift
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"),
      UInt8(ascii: "X"):
      state = .string(afterEscape: false)
    case 0x1B: return .escape
    default: return begin(byte, isAlone: false)
    }
    return nil
  }

  private mutating func take(_ byte: UInt8, inSequence bytes: [UInt8]) -> Key? {
    switch byte {
    case 0x20..<0x40:
      // What grows without an end is none.
      state = bytes.count < Self.longestSequence ? .sequence(bytes + [byte]) : .ground
    case UInt8(ascii: "[") where bytes.isEmpty: state = .skipping(1)  // a Linux console's F1 to F5
    case UInt8(ascii: "M") where bytes.isEmpty: state = .skipping(3)  // a mouse
    case 0x40..<0x7F:
      state = .ground
      return key(of: bytes, final: byte)
    case 0x1B: state = .escape
    default: state = .ground
    }
    return nil
  }

  /// - Parameter bytes: numbers with `;` between them: which key, and what was held with it.
  private mutating func key(of bytes: [UInt8], final: UInt8) -> Key? {
    let numbers = bytes.split(separator: UInt8(ascii: ";")).map {
      Int(String(decoding: $0, as: UTF8.self))
    }
    guard final == UInt8(ascii: "~") else {
      // Reports of a mouse and of a terminal's kind carry a sign before their numbers.
      guard bytes.allSatisfy({ (0x30..<0x3C).contains($0) }) else { return nil }
      return Self.sequenceKeys[final]
    }
    switch numbers.first {
    case 1, 7: return .home
    case 4, 8: return .end
    case 5: return .pageUp
    case 6: return .pageDown
    case 200: state = .paste(isLate: false)
    default: break
    }
    return nil
  }

  private static let pasteEnd: [UInt8] = Array("\u{1B}[201~".utf8)
  /// Milliseconds after which a paste that has no end is over.
  private static let pastePatience = 10_000

  /// How many of the last bytes may be the beginning of the paste's end.
  private var countOfEnd: Int {
    let end = Self.pasteEnd
    return (1..<end.count).last { pasted.suffix($0) == end.prefix($0) } ?? 0
  }

  /// Hands on what there is. On a slow line more comes after a pause, and presses no keys either.
  private mutating func giveUpPaste(isLate: Bool) -> [Key] {
    let rest = Array(pasted.suffix(countOfEnd))
    let isOver = isLate && pasted.count == rest.count
    pasted.removeLast(rest.count)
    let keys = pasted.isEmpty ? [] : [takePaste()]
    state = isOver ? .ground : .paste(isLate: true)
    pasted = isOver ? [] : rest
    return keys
  }

  private mutating func take(inPaste byte: UInt8) -> Key? {
    let end = Self.pasteEnd
    // What does not fit any more pushes out what might have been the end.
    if pasted.count == Self.longestPaste { pasted.remove(at: pasted.count - end.count) }
    pasted.append(byte)
    guard byte == end.last, pasted.suffix(end.count) == end[...] else { return nil }
    pasted.removeLast(end.count)
    let isDone = state == .paste(isLate: true) && pasted.isEmpty
    state = .ground
    return isDone ? nil : takePaste()
  }

  private mutating func takePaste() -> Key {
    defer { pasted = [] }
    return .pasted(String(decoding: pasted, as: UTF8.self))
  }

  private mutating func take(
    _ byte: UInt8, inCharacter bytes: [UInt8], count: Int, isAlone: Bool
  ) -> Key? {
    guard (0x80..<0xC0).contains(byte) else { return begin(byte, isAlone: true) }
    let all = bytes + [byte]
    guard all.count == count else {
      state = .character(all, count: count, isAlone: isAlone)
      return nil
    }
    state = .ground
    guard isAlone, let text = String(validating: all, as: UTF8.self), let character = text.first,
      let scalar = text.unicodeScalars.first, scalar.value >= 0xA0
    else { return nil }
    return .character(character)
  }

  /// Behind `ESC [`, by the last byte; also with numbers that say what was held with them.
  private static let sequenceKeys: [UInt8: Key] = [
    UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right,
    UInt8(ascii: "D"): .left, UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end,
    UInt8(ascii: "Z"): .tab,
  ]

  /// Behind `ESC O`: arrows of some terminals, and the Enter of a number pad.
  private static let shiftKeys: [UInt8: Key] = [
    UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right,
    UInt8(ascii: "D"): .left, UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end,
    UInt8(ascii: "M"): .enter,
  ]
}
