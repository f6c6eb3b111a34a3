import Kernels
import NeuralNet
import TestSupport
import Testing

struct AdamTests {
  /// 1 − β₂ is rounded in Float by 1.3e-5 of itself, so a step differs from Double's by half of
  /// that.
  @Test(arguments: InstructionSet.available)
  func matchesTheNaiveTwin(_ instructionSet: InstructionSet) throws {
    let context = ComputeContext(instructionSet: instructionSet, threads: 2)
    for count in [1, 3, 16, 17, 31, 100, (1 << 16) + 5] {
      let parameter = Parameter(vector: "p", count: count)
      let start = randomValues(count, seed: 1)
      parameter.load(start)
      var naive = NaiveAdam(learningRate: 0.01, values: start)
      let adam = Adam(learningRate: 0.01)
      for step in 0..<6 {
        var gradient = randomValues(count, seed: UInt64(2 + step))
        // Gradients of all sizes, and none at all.
        for index in gradient.indices { gradient[index] *= [1, 1e-4, 0, 1e3][index % 4] }
        parameter.views[0].scatter(gradient.map { Float($0) }, to: parameter.gradient)
        adam.update([parameter], in: context)
        naive.step(parameter.gradientValues)
      }
      let values = parameter.views[0].gather(parameter.values).map(Double.init)
      let moved = zip(values, start).map { $0 - $1 }
      let expected = zip(naive.values, start).map { $0 - $1 }
      #expect(relativeError(moved, expected) <= 3e-5, "\(count)")
      let moments = try #require(adam.moments(of: parameter))
      let first = parameter.views[0].gather(moments.first).map(Double.init)
      #expect(relativeError(first, naive.firstMoment) <= 2e-5, "\(count)")
      let second = parameter.views[0].gather(moments.second).map(Double.init)
      #expect(relativeError(second, naive.secondMoment) <= 2e-5, "\(count)")
      #expect(moments.steps == 6)
      #expect((count..<padded(count)).allSatisfy { parameter.values[$0] == 0 }, "\(count)")
    }
  }

  @Test func othersKeepTheirState() {
    let context = ComputeContext(threads: 1)
    let (trained, other) = (Parameter(vector: "a", count: 3), Parameter(vector: "b", count: 3))
    for parameter in [trained, other] {
      parameter.load([1, 2, 3])
      parameter.views[0].scatter([1, 1, 1], to: parameter.gradient)
    }
    let adam = Adam(learningRate: 0.5)
    adam.update([trained], in: context)
    #expect(adam.moments(of: trained)?.steps == 1)
    #expect(adam.moments(of: other) == nil)
    // The first step of Adam is the learning rate, whatever the size of the gradient.
    #expect(abs(trained.values[0] - 0.5) <= 1e-5)
    #expect(other.views[0].gather(other.values) == [1, 2, 3])
    let state = adam.state(of: [other])
    #expect(state.map(\.name) == ["b.exp_avg", "b.exp_avg_sq", "b.step"])
    #expect(state.allSatisfy { $0.values.allSatisfy { $0 == 0 } })
  }

  /// A part of the learning rate for some parameters follows the rate when that changes.
  @Test func aPartOfTheRate() {
    let context = ComputeContext(threads: 1)
    let adam = Adam(learningRate: 0.5)
    for (rate, scale) in [(0.5, 0.1), (0.25, 0.1), (0.5, 0)] {
      let parameter = Parameter(vector: "a", count: 2)
      parameter.load([1, 2])
      parameter.views[0].scatter([3, -4], to: parameter.gradient)
      adam.learningRate = rate
      adam.update([parameter], rateScale: scale, in: context)
      #expect(abs(Double(parameter.values[0]) - (1 - rate * scale)) <= 1e-6)
      #expect(abs(Double(parameter.values[1]) - (2 + rate * scale)) <= 1e-6)
    }
  }
}
