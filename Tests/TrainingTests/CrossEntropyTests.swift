import Foundation
import Kernels
import NeuralNet
import TestSupport
import Testing

@testable import Methods

@Suite struct CrossEntropyTests {
  private func tensor(_ rows: [[Float]]) -> Tensor {
    let tensor = Tensor(
      Shape(images: rows.count, height: 1, width: 1, channels: rows.first?.count ?? 0))
    for (image, row) in rows.enumerated() {
      for (channel, value) in row.enumerated() { tensor[image, 0, 0, channel] = value }
    }
    return tensor
  }

  @Test func ofAGuessAndOfCertainty() {
    let gradient = tensor([[9, 9, 9, 9], [9, 9, 9, 9]])
    let guess = CrossEntropy.differentiate(
      tensor([[0.25, 0.25, 0.25, 0.25], [0.25, 0.25, 0.25, 0.25]]), labels: [0, 3], into: gradient)
    #expect(abs(guess - log(4)) <= 1e-7)
    let expected: [[Float]] = [[-2, 0, 0, 0], [0, 0, 0, -2]]
    for (image, row) in expected.enumerated() {
      #expect((0..<4).map { gradient[image, 0, 0, $0] } == row)
    }
    let certain = CrossEntropy.differentiate(
      tensor([[1, 0, 0, 0], [0, 1, 0, 0]]), labels: [0, 1], into: gradient)
    #expect(certain == 0)
  }

  /// A probability that has become 0 costs much, not infinitely much; NaN stays NaN.
  @Test func impossibleClasses() {
    let gradient = tensor([[0, 0]])
    let loss = CrossEntropy.differentiate(tensor([[1, 0]]), labels: [1], into: gradient)
    #expect(loss > 80 && loss < 100)
    #expect(gradient[0, 0, 0, 1].isFinite && gradient[0, 0, 0, 1] < 0)
    #expect(
      CrossEntropy.differentiate(tensor([[.nan, .nan]]), labels: [1], into: gradient).isNaN)
  }

  @Test func finiteDifferences() {
    let images = 13
    let values = randomValues(images * 5, seed: 1).map { Float(0.5 + 0.4 * $0) }
    let labels = (0..<images).map { $0 * 3 % 5 }
    func loss(_ values: [Float], _ gradient: Tensor) -> Double {
      CrossEntropy.differentiate(
        tensor((0..<images).map { Array(values[$0 * 5..<$0 * 5 + 5]) }), labels: labels,
        into: gradient)
    }
    let gradient = tensor((0..<images).map { _ in [1, 2, 3, 4, 5] })
    _ = loss(values, gradient)
    let found = (0..<images).flatMap { image in
      (0..<5).map { Double(gradient[image, 0, 0, $0]) }
    }
    let scratch = tensor((0..<images).map { _ in [0, 0, 0, 0, 0] })
    for direction in checkDirections(found, seed: 2) {
      let difference = CentralDifference(at: values, along: direction, step: 0x1p-8) {
        loss($0, scratch)
      }
      #expect(difference.relativeError(found) <= 1e-3)
    }
  }
}
