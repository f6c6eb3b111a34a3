import Fuzzing
import TestSupport
import Testing

/// Whatever the bytes are, a reader returns or throws its own kind of error.
@Suite struct ReaderTests {
  @Test(arguments: FuzzTarget.all) func aThousandDamagedFiles(_ target: FuzzTarget) throws {
    let place = try FuzzPlace()
    let corpus = try target.seeds()
    for (number, seed) in corpus.enumerated() {
      #expect(try target.run(seed, at: place) == .accepted, "seed \(number)")
    }
    var refused = 0
    for number in 0..<1000 {
      let bytes = try target.input(number, seed: 1, corpus: corpus, at: place)
      do throws(FuzzFinding) {
        if try target.run(bytes, at: place) == .refused { refused += 1 }
      } catch {
        Issue.record("input \(number) of \(target.name): \(error)")
      }
    }
    #expect(refused > 50, "the inputs are hardly damaged")
  }

  @Test func anInputIsItsNumbersAlone() throws {
    for target in FuzzTarget.all {
      let corpus = try target.seeds()
      let inputs = try (0..<2).map { _ in
        let place = try FuzzPlace()
        return try (0..<20).map { try target.input($0, seed: 9, corpus: corpus, at: place) }
      }
      #expect(inputs[0] == inputs[1], "\(target.name)")
      #expect(Set(inputs[0]).count > 10, "\(target.name)")
    }
  }

  @Test func mutationsStayWithinTheirLength() {
    let seed = Array("a: 12\nb: [3, 4]\nc: \"x\"\n".utf8)
    for number in 0..<2000 {
      var mutator = Mutator(seed: UInt64(number), longest: 40)
      #expect(mutator.mutate(seed, with: seed).count <= 40)
      #expect(mutator.mutate([], with: []).count <= 40)
    }
  }

  /// Each kind changes something, and leaves what it cannot change.
  @Test(arguments: Mutator.Kind.allCases) func kinds(_ kind: Mutator.Kind) {
    let seed = Array("a: 12\nb: [3, 4]\nc: \"x\"\n".utf8)
    var changed = 0
    for number in 0..<100 {
      var mutator = Mutator(seed: UInt64(number), longest: 1000)
      var bytes = seed
      mutator.apply(kind, to: &bytes, with: [1, 2, 3])
      if bytes != seed { changed += 1 }
      var nothing: [UInt8] = []
      mutator.apply(kind, to: &nothing, with: [])
      #expect(nothing.isEmpty || kind == .insert)
    }
    #expect(changed > 50, "\(kind): \(changed)")
  }
}
