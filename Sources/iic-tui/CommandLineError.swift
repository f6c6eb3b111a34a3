/// A reason to end with exit code 1 and one line on stderr.
struct CommandLineError: Error, Equatable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
