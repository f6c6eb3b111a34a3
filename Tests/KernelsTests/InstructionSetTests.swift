import Kernels
import Testing

struct InstructionSetTests {
  @Test func selection() throws {
    let available = InstructionSet.available
    #expect(available.first == .portable)
    #expect(try InstructionSet.selected(nil) == available.last)
    #expect(try InstructionSet.selected("") == available.last)
    for instructionSet in available {
      #expect(try InstructionSet.selected(instructionSet.rawValue) == instructionSet)
    }
  }

  @Test func refusesWhatIsNotHere() {
    let missing = InstructionSet.allCases.filter { !InstructionSet.available.contains($0) }
    for name in ["neon", "AVX2", " portable", "512"] + missing.map(\.rawValue) {
      #expect {
        try InstructionSet.selected(name)
      } throws: { error in
        let text = "\(error)"
        return error is UnavailableInstructionSet && text.contains("'\(name)'")
          && text.contains("one of: portable")
      }
    }
  }

  /// The wider sets are those of the processor, not of the list.
  @Test func widthsAreTheirOwn() {
    for instructionSet in InstructionSet.available {
      let widths: [InstructionSet: Int] = [.portable: 4, .avx2: 8, .avx512: 16]
      #expect(instructionSet.kernels.vectorWidth == widths[instructionSet])
    }
    let names = Set(InstructionSet.available.map(\.kernels.name))
    #expect(names.count == InstructionSet.available.count)
  }
}
