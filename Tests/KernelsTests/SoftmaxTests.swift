import Kernels
import TestSupport
import Testing

struct SoftmaxTests {
  @Test(arguments: [1, 2, 3, 10, 50, 257]) func matchesTheNaiveTwin(count: Int) {
    for scale in [0.1, 1, 20, 1e4] {
      let logits = randomValues(count, seed: 1).map { Double(Float($0 * scale)) }
      let gradient = randomValues(count, seed: 2)
      let buffer = FloatBuffer(count: count)
      for index in 0..<count { buffer[index] = Float(logits[index]) }
      // In place, as the head does with the gradient.
      softmax(buffer.pointer, count: count, to: buffer.pointer)
      let probabilities = (0..<count).map { Double(buffer[$0]) }
      #expect(relativeError(probabilities, naiveSoftmax(logits)) <= 1e-6)
      #expect(abs(probabilities.reduce(0, +) - 1) <= 1e-6)

      let slopes = FloatBuffer(count: count)
      for index in 0..<count { slopes[index] = Float(gradient[index]) }
      softmaxInputGradient(buffer.pointer, slopes.pointer, count: count, to: slopes.pointer)
      let expected = naiveSoftmaxGradient(logits: logits, gradient: gradient)
      let errors = (0..<count).map { abs(Double(slopes[$0]) - expected[$0]) }
      #expect(errors.allSatisfy { $0 <= 1e-6 }, "\(scale)")
    }
  }

  @Test func hugeLogitsDoNotOverflow() {
    let buffer = FloatBuffer(count: 3)
    for (index, value) in [1e38, 1e38, -1e38].enumerated() { buffer[index] = Float(value) }
    softmax(buffer.pointer, count: 3, to: buffer.pointer)
    #expect((0..<3).map { buffer[$0] } == [0.5, 0.5, 0])
  }

  @Test(arguments: 0..<3) func notANumberStays(place: Int) {
    let buffer = FloatBuffer(count: 3)
    buffer[place] = .nan
    softmax(buffer.pointer, count: 3, to: buffer.pointer)
    #expect((0..<3).allSatisfy { buffer[$0].isNaN })
  }

  @Test func naiveGradientMatchesFiniteDifferences() {
    let logits = randomValues(6, seed: 3)
    let gradient = randomValues(6, seed: 4)
    let slopes = finiteDifferenceGradient(at: logits, step: 1e-5) { logits in
      zip(naiveSoftmax(logits), gradient).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let found = naiveSoftmaxGradient(logits: logits, gradient: gradient)
    #expect(relativeError(found, slopes) <= 1e-8)
  }
}
