import Foundation
import TestSupport

/// A reader of files, and what it has to bear: whatever the bytes are, it returns or throws its own
/// kind of error, of one line.
package struct FuzzTarget: Sendable, CustomStringConvertible {
  package let name: String
  /// Files as they should be, made by the program's own writers where it has some.
  package let seeds: @Sendable () throws -> [[UInt8]]
  /// The errors that the reader may throw.
  let isOwnError: @Sendable (any Error) -> Bool
  /// Makes checksums right again, which a reader would stumble over first; nil where there are
  /// none.
  let repair: (@Sendable ([UInt8]) -> [UInt8])?
  /// Changes that need to know the format; nil where there are none.
  let change: (@Sendable ([UInt8], UInt64, FuzzPlace) throws -> [UInt8])?
  /// Reads the bytes, from a file of this place where the reader wants one.
  let read: @Sendable ([UInt8], FuzzPlace) throws -> Void

  init(
    _ name: String, seeds: @escaping @Sendable () throws -> [[UInt8]],
    errors isOwnError: @escaping @Sendable (any Error) -> Bool,
    repair: (@Sendable ([UInt8]) -> [UInt8])? = nil,
    change: (@Sendable ([UInt8], UInt64, FuzzPlace) throws -> [UInt8])? = nil,
    read: @escaping @Sendable ([UInt8], FuzzPlace) throws -> Void
  ) {
    self.name = name
    self.seeds = seeds
    self.isOwnError = isOwnError
    self.repair = repair
    self.change = change
    self.read = read
  }

  package var description: String { name }

  package enum Outcome: Equatable {
    /// The bytes were read.
    case accepted
    /// They were refused with an error of the reader's own.
    case refused
  }

  /// Lets the reader at the bytes.
  ///
  /// - Throws: `FuzzFinding` if it threw what it may not.
  package func run(_ bytes: [UInt8], at place: FuzzPlace) throws(FuzzFinding) -> Outcome {
    do {
      try read(bytes, place)
      return .accepted
    } catch let finding as FuzzFinding {
      throw finding
    } catch {
      let text = "\(error)"
      guard isOwnError(error) else {
        throw FuzzFinding("\(name) threw \(type(of: error)), no error of its own: \(text)")
      }
      guard !text.contains(where: \.isNewline) else {
        throw FuzzFinding("\(name) threw an error of several lines: \(text.debugDescription)")
      }
      return .refused
    }
  }

  /// The input of a number: that of a seed, mutated. It hangs on nothing else.
  package func input(
    _ number: Int, seed: UInt64, corpus: [[UInt8]], at place: FuzzPlace
  ) throws -> [UInt8] {
    var random = MutatorRandom(seed: seed &+ UInt64(number) &* 0xD134_2543_DE82_EF95)
    let original = random.choice(corpus)
    let longest = 2 * (corpus.map(\.count).max() ?? 0) + 256
    var mutator = Mutator(seed: random.next(), longest: longest)
    var bytes = original
    if let change, random.below(2) == 0 {
      bytes = try change(original, random.next(), place)
      // Half of these stay whole, and are read to the end.
      if random.below(2) == 0 { return bytes }
    }
    bytes = mutator.mutate(bytes, with: random.choice(corpus))
    if let repair, random.below(4) != 0 { bytes = repair(bytes) }
    return bytes
  }
}

/// What a reader did that it may not.
package struct FuzzFinding: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

/// A folder of one target's own, for the file that is read.
package final class FuzzPlace: Sendable {
  package let folder: TemporaryFolder

  package init() throws { folder = try TemporaryFolder() }

  var url: URL { folder.url }

  /// Writes a file that is the same for all inputs, if it is not there yet.
  func keep(_ name: String, _ bytes: () throws -> [UInt8]) throws {
    if access(url.appendingPathComponent(name).path, F_OK) != 0 {
      _ = try write(bytes(), name)
    }
  }

  /// Writes the bytes over the last ones and returns the file's path.
  func write(_ bytes: [UInt8], _ name: String = "input") throws -> String {
    try folder.write(name, bytes)
  }
}

extension FuzzTarget {
  /// Every reader of files that come from elsewhere.
  package static let all = runs + data + pictures + settings
}
