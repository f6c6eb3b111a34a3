import Snapshots
import Testing

@testable import TerminalUI

/// Keys out of bytes, whole, in pieces and foreign.
@Suite struct KeyDecoderTests {
  /// What a decoder makes of texts that come one after the other; nil is a pause in which it gives
  /// up on what is half read.
  private func keys(_ parts: [String?]) -> [Key] {
    var decoder = KeyDecoder()
    return parts.flatMap { part in
      part.map { decoder.feed(Array($0.utf8)) } ?? decoder.giveUp()
    }
  }

  private static let known: [(String, Key)] = [
    ("[A", .up), ("[B", .down), ("[C", .right), ("[D", .left), ("OA", .up), ("OB", .down),
    ("OC", .right), ("OD", .left), ("[H", .home), ("[F", .end), ("OH", .home), ("OF", .end),
    ("[1~", .home), ("[7~", .home), ("[4~", .end), ("[8~", .end), ("[5~", .pageUp),
    ("[6~", .pageDown), ("[Z", .tab), ("OM", .enter), ("[1;5C", .right), ("[1;2A", .up),
    ("[5;5~", .pageUp),
  ]

  @Test(arguments: known) func sequences(rest: String, key: Key) {
    let sequence = "\u{1B}" + rest
    #expect(keys([sequence + "x"]) == [key, .character("x")])
    // Cut anywhere but behind Escape, however long the pause.
    for cut in 1..<sequence.count {
      let parts = [String(sequence.prefix(cut)), String(sequence.dropFirst(cut))]
      #expect(keys([parts[0], parts[1]]) == [key], "\(cut)")
    }
    // Late: Escape has counted as a key by then.
    #expect(keys(["\u{1B}", nil, rest]) == [.escape, key])
  }

  @Test func charactersAndControls() {
    #expect(keys(["aß漢😀"]) == "aß漢😀".map { .character($0) })
    #expect(
      keys(["\t\r\n\u{7F}\u{8}\u{C}"]) == [
        .tab, .enter, .enter, .backspace, .backspace, .repaint,
      ])
    #expect(keys(["\u{1}\u{3}\u{13}\u{0}"]).isEmpty)
    #expect(keys(["\u{1B}", nil]) == [.escape])
    #expect(keys(["\u{1B}\u{1B}", nil]) == [.escape, .escape])
    #expect(keys(["\u{1B}", nil, "x"]) == [.escape, .character("x")])
    #expect(
      keys(["a\u{1A}\u{1B}\u{1A}b"]) == [
        .character("a"), .suspend, .suspend, .character("b"),
      ])
    #expect(keys(["\u{1B}[200~\u{1A}\u{1B}[201~"]) == [.pasted("\u{1A}")])
    var other = KeyDecoder(suspendByte: 0x18)
    #expect(other.feed([0x1A, 0x18]) == [.suspend])
    var none = KeyDecoder(suspendByte: nil)
    #expect(none.feed([0x1A, 0x18]) == [])
    var decoder = KeyDecoder()
    let parts = Array("漢".utf8).flatMap { decoder.feed([$0]) }
    #expect(parts == [.character("漢")])
    #expect(
      decoder.feed([0xE6, 0xBC]) + decoder.feed([0x61, 0xFF, 0xC0, 0x80]) == [.character("a")])
  }

  /// Keys with Alt, function keys, mice, and what terminals answer.
  @Test(arguments: [
    "q", "é", "[M !!", "[<0;1;1M", "[<0;1;1m", "[15~", "[[A", "[?1;2c", "[0n", "]11;rgb:0/0/0\u{7}",
    "]0;q\u{1B}\\", "P1$r\u{1B}\\", "[I", "Op", "[2;3R", "[201~",
  ]) func foreignSequencesPressNothing(rest: String) {
    #expect(keys(["\u{1B}" + rest + "x"]) == [.character("x")])
  }

  @Test func pastes() {
    let paste = "\u{1B}[200~see q\r\u{1B}[A 3\u{1B}[201~"
    #expect(keys([paste + "x"]) == [.pasted("see q\r\u{1B}[A 3"), .character("x")])
    for cut in 6..<paste.count {
      #expect(
        keys([String(paste.prefix(cut)), String(paste.dropFirst(cut))])
          == [.pasted("see q\r\u{1B}[A 3")])
    }
    // On a slow line the rest comes after a pause, and the end perhaps never.
    #expect(
      keys(["\u{1B}[200~half", nil, "q", "s\u{1B}[201~", "x"])
        == [.pasted("half"), .pasted("qs"), .character("x")])
    for cut in 1..<6 {
      let end = "\u{1B}[201~"
      #expect(
        keys(["\u{1B}[200~half" + end.prefix(cut), nil, String(end.dropFirst(cut)), "x"])
          == [.pasted("half"), .character("x")], "\(cut)")
    }
    #expect(keys(["\u{1B}[200~half", nil, nil, "x"]) == [.pasted("half"), .character("x")])
    #expect(keys(["\u{1B}[200~", nil, nil, "x"]) == [.character("x")])
    let long = String(repeating: "q", count: 200_000)
    let taken = keys(["\u{1B}[200~" + long + "\u{1B}[201~x"])
    #expect(taken.count == 2 && taken.last == .character("x"))
    guard case .pasted(let text) = taken.first else {
      Issue.record("\(taken.count) keys")
      return
    }
    #expect(text.count <= 65_536 && text.allSatisfy { $0 == "q" })
  }

  /// A hundred thousand random keys, sequences, pieces of them, pastes, bytes and sizes: nothing
  /// traps, whatever they open and close.
  @Test func randomKeysNeverTrap() {
    var random = SystemRandomNumberGenerator()
    var state = DashboardState(history: Fixture.history(), mode: .live)
    var decoder = KeyDecoder()
    let plain = Array(" ?qwtdvabhl09np,.[]<>e+-=_cjkr*st\r\t\u{1B}\u{7F}".utf8)
    for round in 0..<100_000 {
      var bytes: [UInt8]
      switch Int.random(in: 0..<8, using: &random) {
      case 0: bytes = Array(("\u{1B}" + Self.known.randomElement(using: &random)!.0).utf8)
      case 1: bytes = Array("\u{1B}[200~qs \u{1B}[201~".utf8)
      case 2: bytes = (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) }
      default: bytes = [plain.randomElement(using: &random)!]
      }
      if Int.random(in: 0..<4, using: &random) == 0 {
        bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
      }
      var keys = decoder.feed(bytes)
      if Bool.random(using: &random) { keys += decoder.giveUp() }
      if round % 97 == 0 {
        keys.append(
          .resize(
            width: Int.random(in: 0...220, using: &random),
            height: Int.random(in: 0...70, using: &random)))
      }
      for key in keys { _ = update(&state, .key(key)) }
      if let step = state.missingMoment { state.recall(Moment(), at: step) }
      if round % 1009 == 0 {
        #expect(Dashboard.frame(state).width == state.width)
        if state.isFinished {
          state = DashboardState(
            history: Fixture.history(),
            mode: round % 2 == 0 ? .watch : .replay(speed: 1, from: 0))
        }
      }
    }
  }
}
