import CNcurses

/// ncurses names a foreground and a background by one number, from a limited supply.
/// This hands the numbers out as colours are first used.
struct ColorPairs {
  private struct Key: Hashable {
    var foreground: Int16
    var background: Int16
  }

  private let limit: Int
  private var pairs: [Key: Int16] = [:]

  /// `limit`: the number of pairs the terminal has, pair 0 (its own colours) included.
  init(limit: Int) { self.limit = min(limit, Int(Int16.max)) }

  /// The pair for two palette indices, −1 for the terminal's own. Once the supply is used up, first
  /// the background is given up, then the foreground.
  mutating func pair(foreground: Int16, background: Int16) -> Int16 {
    if foreground < 0 && background < 0 { return 0 }
    let key = Key(foreground: foreground, background: background)
    if let known = pairs[key] { return known }
    let number = pairs.count + 1
    guard number < limit else {
      return background >= 0 ? pair(foreground: foreground, background: -1) : 0
    }
    guard init_pair(Int16(number), foreground, background) == OK else { return 0 }
    pairs[key] = Int16(number)
    return Int16(number)
  }
}
