import Foundation

/// A program that runs beside the test: on pipes, or on a pseudo-terminal of its own.
///
/// Its standard error is a pipe in both cases, so that a test can tell it from what is drawn. Not
/// to be used from two threads at once. Killed when it is let go of.
package final class ChildProcess {
  package enum Ending: Equatable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)
  }

  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  package let identifier: pid_t
  package private(set) var output: [UInt8] = []
  package private(set) var errorOutput: [UInt8] = []
  private var outputDescriptor: Int32
  private var errorDescriptor: Int32
  /// Keeps it open for as long as the program.
  private let terminal: PseudoTerminal?
  private var ending: Ending?

  /// - Parameters:
  ///   - environment: all of it; nothing is inherited.
  ///   - refusesWhenFull: the pipes are small and answer EAGAIN instead of making a writer wait, as
  ///     those of a program that sets its own ends so.
  package init(
    _ program: String, _ arguments: [String], environment: [String: String],
    terminal: PseudoTerminal? = nil, refusesWhenFull: Bool = false
  ) throws {
    self.terminal = terminal
    let errorPipe = try Pipe(refusesWhenFull: refusesWhenFull)
    let outputPipe = terminal == nil ? try Pipe(refusesWhenFull: refusesWhenFull) : nil
    identifier = try Spawn.start(
      program, arguments, environment, terminalPath: terminal?.path,
      output: outputPipe?.writing, error: errorPipe.writing)
    close(errorPipe.writing)
    errorDescriptor = errorPipe.reading
    outputDescriptor = outputPipe?.reading ?? terminal?.controller ?? -1
    if let outputPipe { close(outputPipe.writing) }
  }

  deinit {
    if ending == nil {
      kill(identifier, SIGKILL)
      waitpid(identifier, nil, 0)
    }
    closeOutput()
    if errorDescriptor >= 0 { close(errorDescriptor) }
  }

  package var text: String { String(decoding: output, as: UTF8.self) }
  package var errorText: String { String(decoding: errorOutput, as: UTF8.self) }

  package var isRunning: Bool { checkEnding() == nil }

  package func send(signal: Int32) { kill(identifier, signal) }

  /// Reads no more of what the program writes, as `head` does when it has had enough.
  package func closeOutput() {
    if terminal == nil, outputDescriptor >= 0 { close(outputDescriptor) }
    outputDescriptor = -1
  }

  /// Reads until `condition` holds.
  ///
  /// - Throws: `Failure` with all that was read if the program ends, or the time does, before it
  ///   holds.
  package func wait(
    for what: String, seconds: Double = 60, until condition: (ChildProcess) -> Bool
  ) throws {
    let deadline = Date().addingTimeInterval(seconds)
    while !condition(self) {
      let hasEnded = checkEnding() != nil
      // The rest that it wrote before it ended.
      let hasRead = read(waitMilliseconds: hasEnded ? 0 : 20)
      if hasEnded && !hasRead {
        if condition(self) { return }
        throw failure("ended without \(what)")
      }
      if Date() > deadline { throw failure("no \(what) after \(seconds) seconds") }
    }
  }

  /// Reads until the program has ended by itself.
  package func waitForEnding(seconds: Double = 60) throws -> Ending {
    let deadline = Date().addingTimeInterval(seconds)
    while checkEnding() == nil {
      read(waitMilliseconds: 20)
      if Date() > deadline { throw failure("still runs after \(seconds) seconds") }
    }
    while read(waitMilliseconds: 0) {}
    return try ending ?? { throw failure("has no ending") }()
  }

  private func failure(_ what: String) -> Failure {
    Failure(
      description: "\(what) (\(ending.map { "\($0)" } ?? "running")); stdout: "
        + "\(text.suffix(2000).debugDescription); stderr: \(errorText.debugDescription)")
  }

  private func checkEnding() -> Ending? {
    if ending != nil { return ending }
    var status: Int32 = 0
    guard waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
    let signal = status & 0x7F
    ending = signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
    return ending
  }

  /// Takes what there is; false if there was nothing.
  @discardableResult
  private func read(waitMilliseconds: Int32) -> Bool {
    var polled = [outputDescriptor, errorDescriptor].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    guard poll(&polled, nfds_t(polled.count), waitMilliseconds) > 0 else { return false }
    var hasRead = false
    if polled[0].revents != 0 {
      if let bytes = Self.bytes(of: outputDescriptor) {
        output += bytes
        hasRead = true
      } else {
        closeOutput()
      }
    }
    if polled[1].revents != 0 {
      if let bytes = Self.bytes(of: errorDescriptor) {
        errorOutput += bytes
        hasRead = true
      } else {
        close(errorDescriptor)
        errorDescriptor = -1
      }
    }
    return hasRead
  }

  /// nil at the end.
  private static func bytes(of descriptor: Int32) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = Foundation.read(descriptor, &buffer, buffer.count)
    return count > 0 ? Array(buffer.prefix(count)) : nil
  }
}

/// A pipe whose ends other children do not inherit.
private struct Pipe {
  let reading: Int32
  let writing: Int32

  init(refusesWhenFull: Bool) throws {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw ChildProcess.Failure(description: "pipe: \(String(cString: strerror(errno)))")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reading, writing) = (ends[0], ends[1])
    guard refusesWhenFull else { return }
    _ = fcntl(writing, F_SETFL, O_WRONLY | O_NONBLOCK)
    #if os(Linux)
      let setSize: Int32 = 1031  // F_SETPIPE_SZ
      _ = fcntl(writing, setSize, 4096)
    #endif
  }
}
