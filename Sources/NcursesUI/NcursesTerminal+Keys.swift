import CNcurses
import TerminalUI

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension NcursesTerminal {
  /// The next key, or nil after `timeoutMilliseconds` without one (0 does not wait).
  /// A resized terminal is a key too.
  package func readKey(timeoutMilliseconds: Int) -> Key? {
    let clock = ContinuousClock()
    let start = clock.now
    let timeout = max(0, min(timeoutMilliseconds, 60_000))
    var code: wint_t = 0
    let result = ncurses_read_key(Int32(timeout), &code)
    if ncurses_is_key_code(result) != 0 { return specialKey(code) }
    if ncurses_is_character(result) != 0 { return character(code) }
    // Input that has ended answers at once, again and again: wait all the same.
    let rest = Duration.milliseconds(timeout) - (clock.now - start)
    let (seconds, attoseconds) = rest.components
    if seconds > 0 || attoseconds > 5_000_000_000_000_000 {
      usleep(UInt32(seconds * 1_000_000 + attoseconds / 1_000_000_000_000))
    }
    return nil
  }

  private func specialKey(_ code: wint_t) -> Key? {
    switch code {
    case ncurses_key_resize():
      // ncurses has cut its own picture, even if the size is by now what it was.
      shown = nil
      let (width, height) = size
      return .resize(width: width, height: height)
    case ncurses_key_left(): return .left
    case ncurses_key_right(): return .right
    case ncurses_key_up(): return .up
    case ncurses_key_down(): return .down
    case ncurses_key_home(): return .home
    case ncurses_key_end(): return .end
    case ncurses_key_page_up(): return .pageUp
    case ncurses_key_page_down(): return .pageDown
    case ncurses_key_enter(): return .enter
    case ncurses_key_backspace(): return .backspace
    case ncurses_key_back_tab(): return .tab
    default: return nil
    }
  }

  private func character(_ code: wint_t) -> Key? {
    switch code {
    case 9: return .tab
    case 10, 13: return .enter
    case 27: return .escape
    case 8, 127: return .backspace
    case 0..<32: return nil
    default: return Unicode.Scalar(UInt32(code)).map { .character(Character($0)) }
    }
  }
}
