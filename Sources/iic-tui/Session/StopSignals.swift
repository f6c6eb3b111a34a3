import CProcessGuard

/// Ctrl-C, `kill` and a closed terminal as requests, which whoever works asks for now and then. One
/// that the program was started with ignored, as by `nohup`, stays ignored.
///
/// The first Ctrl-C or `kill` asks, the second ends the program at once.
enum StopSignals {
  /// From now on.
  static func take() { process_guard_catch_stops() }

  /// Until something is at stake, the first signal ends the program at once too.
  static func protect() { process_guard_set_at_stake(1) }

  /// The number of the signal that asks to stop; nil for none.
  static var stop: Int32? {
    let number = process_guard_stop_signal()
    return number == 0 ? nil : number
  }

  /// Whether the terminal has gone away.
  static var haveHungUp: Bool { process_guard_has_hung_up() != 0 }

  /// What the shell is told of a program that a signal ended.
  static func exitCode(_ number: Int32) -> Int32 { 128 + number }
}
