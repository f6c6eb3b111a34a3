import CNcurses
import CProcessGuard
import TerminalUI

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The terminal: draws frames, reads keys, and leaves everything as it was.
///
/// ncurses keeps its state in globals, so a process opens one terminal at a time and uses it from
/// one thread.
package final class NcursesTerminal {
  /// What the terminal can show; a frame for it is made at this depth.
  package let colorDepth: ColorDepth
  /// What the user should know of how it was opened; nil for nothing.
  package let note: String?
  /// Whether whoever sat at it has left: the window is closed, or the line is cut.
  package internal(set) var isGone = false
  private let isUTF8: Bool
  private let hasBrightColors: Bool
  private let screen: OpaquePointer
  private let paste: (on: String, off: String)
  private var pairs: ColorPairs
  private var shown: CellBuffer?
  private var isOpen = true
  var decoder: KeyDecoder
  var pendingKeys: [Key] = []
  var lastByte = ContinuousClock.now

  /// Takes over the terminal on standard input and output.
  /// Throws before it has changed anything where there is none that can be drawn on.
  package init() throws(TerminalError) {
    let (name, wanted) = try Self.usableTerminal()
    let (hasLocale, locale) = Self.setLocale()
    isUTF8 = String(cString: ncurses_codeset()) == "UTF-8"
    var notes: [String] = []
    if name != wanted { notes.append("TERM=\(wanted) is not known here, drawing as for \(name)") }
    if !hasLocale { notes.append("the locale is not installed, using \(locale)") }
    note = notes.isEmpty ? nil : notes.joined(separator: "; ")
    paste = Self.pasteModes(name)
    let leaving = Self.capabilities(["sgr0", "cnorm", "rmcup"])
    let restoring = paste.off + leaving + (ncurses_has_capability("rmcup") != 0 ? "" : "\r\n")
    _ = restoring.withCString { process_guard_hold_terminal(STDOUT_FILENO, $0, strlen($0)) }
    // What the variables LINES and COLUMNS say is old once the window is resized.
    use_tioctl(true)
    guard let screen = ncurses_open(name) else {
      process_guard_release_terminal()
      throw .cannotOpen(name)
    }
    self.screen = screen
    decoder = KeyDecoder(
      escapeDelay: Self.environment("ESCDELAY").flatMap { Int($0) }.map { min(max(0, $0), 10_000) }
        ?? 100, suspendByte: UInt8(exactly: ncurses_suspend_byte()))
    set_term(screen)
    ncurses_prepare_screen()
    Self.takeSignals()
    Self.send(paste.on)
    let wantsColor = (Self.environment("NO_COLOR") ?? "").isEmpty
    var depth = ColorDepth.none
    if wantsColor, has_colors(), start_color() == OK, use_default_colors() == OK {
      let colors = ncurses_colors()
      depth = colors >= 256 ? .palette256 : colors >= 8 ? .ansi16 : .none
    }
    // Half-block pictures need their character; shades have substitutes.
    colorDepth = depth == .palette256 && !isUTF8 ? .ansi16 : depth
    hasBrightColors = ncurses_colors() >= 16
    pairs = ColorPairs(limit: depth == .none ? 1 : Int(ncurses_color_pairs()))
    if let size = Self.askSize(), size != self.size { resize(to: size) }
  }

  deinit { close() }

  /// The first refresh, and each after the screen was left, puts ncurses' own handlers in place;
  /// from here on there are ours.
  private static func takeSignals() {
    ncurses_refresh()
    process_guard_catch_suspensions()
    process_guard_catch_resizes()
  }

  /// Gives the terminal back as it was. Any further call does nothing.
  package func close() {
    guard isOpen else { return }
    leaveScreen()
    isOpen = false
    process_guard_leave_suspensions()
    process_guard_release_terminal()
    delscreen(screen)
  }

  /// Gives the terminal back until `enterScreen`.
  func leaveScreen() {
    Self.send(paste.off)
    endwin()
  }

  /// Takes the terminal again, whatever is on it now.
  func enterScreen() {
    repaint()
    Self.takeSignals()
    Self.send(paste.on)
  }

  /// In cells.
  package var size: (width: Int, height: Int) {
    isOpen ? (Int(ncurses_width()), Int(ncurses_height())) : (0, 0)
  }

  func resize(to size: (width: Int, height: Int)) {
    resizeterm(Int32(size.height), Int32(size.width))
    // ncurses has cut its own picture, even if the size is by now what it was.
    shown = nil
  }

  /// The next frame is sent whole, over whatever others have written onto the screen.
  package func repaint() { shown = nil }

  /// Shows `buffer`; only cells that differ from the last frame are sent.
  package func present(_ buffer: CellBuffer) {
    guard isOpen else { return }
    let previous =
      shown?.width == buffer.width && shown?.height == buffer.height ? shown : nil
    if previous == nil { ncurses_repaint() }
    let (width, height) = size
    buffer.forEachChange(since: previous) { x, y, cell in
      if x < width && y < height { put(cell, x: x, y: y) }
    }
    ncurses_refresh()
    shown = buffer
  }

  private func put(_ cell: Cell, x: Int, y: Int) {
    guard cell.character != Cell.continuation else { return }
    var attributes: attr_t = 0
    if cell.style.isBold { attributes |= ncurses_bold() }
    if cell.style.isDim { attributes |= ncurses_dim() }
    if cell.style.isReverse { attributes |= ncurses_reverse() }
    var foreground = cell.style.foreground.resolved(at: colorDepth).map(Int16.init) ?? -1
    var background = cell.style.background.resolved(at: colorDepth).map(Int16.init) ?? -1
    if colorDepth == .none && cell.style.background != .standard {
      attributes |= ncurses_reverse()
    }
    if !hasBrightColors {
      // Eight colours: the bright ones are the plain ones, bold; dark grey, which would be black,
      // is none.
      if foreground == 8 {
        foreground = -1
      } else if foreground > 8 {
        (foreground, attributes) = (foreground - 8, attributes | ncurses_bold())
      }
      if background == 8 {
        (foreground, background, attributes) = (-1, -1, attributes | ncurses_reverse())
      } else if background > 8 {
        background -= 8
      }
    }
    let pair = pairs.pair(foreground: foreground, background: background)
    let character = isUTF8 ? cell.character : ASCIISubstitutes.substitute(cell.character)
    // CCHARW_MAX is 5: a base character and up to four marks.
    let text = character.unicodeScalars.prefix(5).map { wchar_t($0.value) } + [0]
    _ = ncurses_put(Int32(y), Int32(x), text, attributes, pair)
  }

  // MARK: Before opening

  private static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// The terminal's size as the system has it; nil if it has none.
  static func askSize() -> (width: Int, height: Int)? {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return nil }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Only the character type: number formats must stay those of C for everybody else.
  ///
  /// - Returns: whether the locale that was asked for is there, and the one in use.
  private static func setLocale() -> (isWanted: Bool, name: String) {
    if let name = setlocale(LC_CTYPE, "") { return (true, String(cString: name)) }
    for name in ["C.UTF-8", "en_US.UTF-8"] where setlocale(LC_CTYPE, name) != nil {
      return (false, name)
    }
    return (false, "C")
  }

  /// The terminal's name, once it is certain that opening it will neither fail nor end the process,
  /// and the one that the environment has.
  private static func usableTerminal() throws(TerminalError) -> (name: String, wanted: String) {
    guard isatty(STDOUT_FILENO) == 1 else { throw .notATerminal("standard output") }
    guard isatty(STDIN_FILENO) == 1 else { throw .notATerminal("standard input") }
    guard let wanted = environment("TERM"), !wanted.isEmpty else { throw .termUnset }
    let candidates = [wanted] + substitutes(for: wanted)
    guard let name = candidates.first(where: { ncurses_find_terminal($0, STDOUT_FILENO) == 1 })
    else { throw .unknownTerminal(wanted) }
    guard ncurses_has_capability("cup") != 0 else { throw .cannotDraw(name) }
    return (name, wanted)
  }

  /// What a terminal whose description is not installed calls itself like.
  private static func substitutes(for name: String) -> [String] {
    for family in ["xterm", "tmux", "screen"] where name.hasPrefix(family + "-") {
      return ["\(family)-256color", "xterm-256color", family, "xterm"]
    }
    return []
  }

  /// How a terminal is told to mark what is pasted; nothing for one that cannot.
  private static func pasteModes(_ name: String) -> (on: String, off: String) {
    let knows = ["xterm", "tmux", "screen", "rxvt", "alacritty", "foot", "kitty", "st-", "vte"]
    guard ncurses_has_capability("BE") != 0 || knows.contains(where: { name.hasPrefix($0) }) else {
      return ("", "")
    }
    return ("\u{1B}[?2004h", "\u{1B}[?2004l")
  }

  /// The texts of capabilities one after the other, without the pauses of old terminals.
  private static func capabilities(_ names: [String]) -> String {
    names.map { name in
      guard let text = ncurses_capability(name) else { return "" }
      var rest = String(
        decoding: Array(
          UnsafeBufferPointer(start: text, count: strlen(text))
            .map { UInt8(bitPattern: $0) }), as: UTF8.self)[...]
      var result = ""
      while let start = rest.firstRange(of: "$<") {
        result += rest[..<start.lowerBound]
        rest = rest[start.upperBound...].drop { $0 != ">" }.dropFirst()
      }
      return result + rest
    }.joined()
  }

  /// Past ncurses, which does not know of it.
  private static func send(_ text: String) {
    guard !text.isEmpty else { return }
    _ = text.withCString { write(STDOUT_FILENO, $0, strlen($0)) }
  }
}
