import ArgumentParser
import Foundation

/// Asks before something is deleted.
enum Confirmation {
  /// Whether to go on: yes where `isGiven`, else what the person at the terminal answers.
  ///
  /// - Throws: exit code 2, after one line, where there is nobody to ask.
  static func ask(_ question: String, isGiven: Bool) throws -> Bool {
    if isGiven { return true }
    guard isatty(STDIN_FILENO) == 1 else {
      StandardStreams.note("stdin is no terminal to ask on; --yes deletes unasked")
      throw ExitCode(2)
    }
    StandardStreams.error("\(question) [y/N] ")
    let answer = (readLine() ?? "").trimmingCharacters(in: .whitespaces).lowercased()
    return answer == "y" || answer == "yes"
  }
}
