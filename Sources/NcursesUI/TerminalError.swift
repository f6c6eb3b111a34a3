/// Why no screen can be drawn here.
package enum TerminalError: Error, Equatable, CustomStringConvertible {
  /// Standard input or output is not a terminal.
  case notATerminal(String)
  case termUnset
  case unknownTerminal(String)
  /// The terminal is known but cannot place its cursor, as `dumb`.
  case cannotDraw(String)
  case cannotOpen(String)

  /// One line for stderr.
  package var description: String {
    switch self {
    case .notATerminal(let stream): "\(stream) is not a terminal"
    case .termUnset: "TERM is not set, so the terminal's kind is not known"
    case .unknownTerminal(let name):
      "no terminal description for TERM=\(name) is installed; TERM=xterm-256color may do"
    case .cannotDraw(let name): "a terminal of kind TERM=\(name) cannot place its cursor"
    case .cannotOpen(let name): "ncurses could not open the terminal (TERM=\(name))"
    }
  }
}
