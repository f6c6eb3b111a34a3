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

  /// From now on nothing is lost: a program that was asked to stop leaves in order, or is ended
  /// where it waits for a terminal that takes nothing.
  static func allIsSaved() { process_guard_set_saved() }

  /// The number of the signal that asks to stop; nil for none.
  static var stop: Int32? {
    let number = process_guard_stop_signal()
    return number == 0 ? nil : number
  }

  /// Says whether who was told to stop has waited long enough for who reads, 0.3 s from now.
  static func patience() -> () -> Bool {
    let deadline = ContinuousClock.now + .milliseconds(300)
    return { stop != nil && ContinuousClock.now >= deadline }
  }

  /// Whether the terminal has gone away.
  static var haveHungUp: Bool { process_guard_has_hung_up() != 0 }

  /// What the shell is told of a program that a signal ended.
  static func exitCode(_ number: Int32) -> Int32 { 128 + number }
}
