import CNcurses
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
  private let isUTF8: Bool
  private let hasBrightColors: Bool
  private let screen: OpaquePointer
  private var pairs: ColorPairs
  var shown: CellBuffer?
  private var isOpen = true

  /// Takes over the terminal on standard input and output.
  /// Throws before it has changed anything where there is none that can be drawn on.
  package init() throws(TerminalError) {
    let name = try Self.usableTerminal()
    // Only the character type: number formats must stay those of C for everybody else.
    setlocale(LC_CTYPE, "")
    isUTF8 = String(cString: ncurses_codeset()) == "UTF-8"
    guard let screen = ncurses_open(name) else { throw .cannotOpen(name) }
    self.screen = screen
    set_term(screen)
    set_escdelay(25)
    ncurses_prepare_screen()
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
  }

  deinit { close() }

  /// Gives the terminal back as it was. Any further call does nothing.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    endwin()
    delscreen(screen)
  }

  /// In cells.
  package var size: (width: Int, height: Int) {
    isOpen ? (Int(ncurses_width()), Int(ncurses_height())) : (0, 0)
  }

  /// Shows `buffer`; only cells that differ from the last frame are sent.
  package func present(_ buffer: CellBuffer) {
    guard isOpen else { return }
    let previous = shown
    let isComparable = previous?.width == buffer.width && previous?.height == buffer.height
    if !isComparable { ncurses_repaint() }
    let (width, height) = size
    for y in 0..<min(height, buffer.height) {
      for x in 0..<min(width, buffer.width) {
        let cell = buffer[x, y]
        if isComparable, let previous, previous[x, y] == cell { continue }
        put(cell, x: x, y: y)
      }
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

  /// The terminal's name, once it is certain that opening it will neither fail nor end the process.
  private static func usableTerminal() throws(TerminalError) -> String {
    guard isatty(STDOUT_FILENO) == 1 else { throw .notATerminal("standard output") }
    guard isatty(STDIN_FILENO) == 1 else { throw .notATerminal("standard input") }
    guard let name = environment("TERM"), !name.isEmpty else { throw .termUnset }
    guard ncurses_find_terminal(name, STDOUT_FILENO) == 1 else { throw .unknownTerminal(name) }
    guard ncurses_has_capability("cup") != 0 else { throw .cannotDraw(name) }
    return name
  }
}
