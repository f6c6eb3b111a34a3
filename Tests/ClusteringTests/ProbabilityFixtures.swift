import Foundation
import Kernels

@testable import Clustering

/// I of a symmetric joint distribution, in nats, by its definition.
func plainInformation(_ joint: [[Double]]) -> Double {
  let marginal = joint.map { $0.reduce(0, +) }
  var sum = 0.0
  for (i, row) in joint.enumerated() {
    for (j, value) in row.enumerated() where value > 0 {
      sum += value * log(value / (marginal[i] * marginal[j]))
    }
  }
  return sum
}

/// Softmax outputs of both sides of some pairs, and a place for their gradients.
struct PairFixture {
  let pairs: Int
  let clusters: Int
  var firstView: [Float]
  var secondView: [Float]

  /// Softmax of the logits, `[pairs, clusters]` each.
  init(pairs: Int, clusters: Int, firstViewLogits: [Double], secondViewLogits: [Double]) {
    self.pairs = pairs
    self.clusters = clusters
    firstView = softmax(firstViewLogits, clusters: clusters).map { Float($0) }
    secondView = softmax(secondViewLogits, clusters: clusters).map { Float($0) }
  }

  /// Softmax of normal-like logits; the sides agree where `agreement` is large.
  init(pairs: Int, clusters: Int, agreement: Float = 1, seed: UInt64) {
    var random = RandomStream(seed: seed, purpose: .samples)
    let shared = (0..<pairs * clusters).map { _ in random.uniform(-3, 3) * agreement }
    self.init(
      pairs: pairs, clusters: clusters,
      firstViewLogits: shared.map { Double($0 + random.uniform(-1, 1)) },
      secondViewLogits: shared.map { Double($0 + random.uniform(-1, 1)) })
  }

  /// The raw joint of pairs in `range`.
  func sum(_ range: Range<Int>? = nil) -> JointSum {
    var sum = JointSum(clusters: clusters)
    accumulate(range ?? 0..<pairs, into: &sum)
    return sum
  }

  func accumulate(_ range: Range<Int>, into sum: inout JointSum) {
    withRows(range) { sum.accumulate(firstView: $0, secondView: $1) }
  }

  /// The loss of all pairs.
  func loss(lambda: Double) -> Double {
    InformationLoss(JointDistribution(sum()), lambda: lambda).value
  }

  /// The gradient with respect to both sides' probabilities.
  func gradient(lambda: Double, scale: Double = 1) -> (firstView: [Float], secondView: [Float]) {
    let loss = InformationLoss(JointDistribution(sum()), lambda: lambda)
    var firstViewGradient = [Float](repeating: .nan, count: pairs * clusters)
    var secondViewGradient = firstViewGradient
    withRows(0..<pairs) { firstView, secondView in
      firstViewGradient.withUnsafeMutableBufferPointer { firstViewTarget in
        secondViewGradient.withUnsafeMutableBufferPointer { secondViewTarget in
          loss.writeGradient(
            firstView: firstView, secondView: secondView,
            firstViewGradient: GradientRows(
              base: firstViewTarget.baseAddress!, rowStride: clusters, count: pairs,
              clusters: clusters),
            secondViewGradient: GradientRows(
              base: secondViewTarget.baseAddress!, rowStride: clusters, count: pairs,
              clusters: clusters),
            scale: scale)
        }
      }
    }
    return (firstViewGradient, secondViewGradient)
  }

  func withRows(_ range: Range<Int>, _ body: (ProbabilityRows, ProbabilityRows) -> Void) {
    firstView.withUnsafeBufferPointer { firstView in
      secondView.withUnsafeBufferPointer { secondView in
        let start = range.lowerBound * clusters
        body(
          ProbabilityRows(
            base: firstView.baseAddress! + start, rowStride: clusters, count: range.count,
            clusters: clusters),
          ProbabilityRows(
            base: secondView.baseAddress! + start, rowStride: clusters, count: range.count,
            clusters: clusters))
      }
    }
  }
}

/// Softmax of each row.
func softmax(_ logits: [Double], clusters: Int) -> [Double] {
  stride(from: 0, to: logits.count, by: clusters).flatMap { start -> [Double] in
    let row = logits[start..<start + clusters]
    let largest = row.max() ?? 0
    let exponentials = row.map { exp($0 - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }
}

/// The gradient with respect to logits: p (g − Σ p g) for each row.
func softmaxBackward(logits: [Double], gradient: [Float], clusters: Int) -> [Double] {
  let probabilities = softmax(logits, clusters: clusters)
  return stride(from: 0, to: logits.count, by: clusters).flatMap { start -> [Double] in
    let range = start..<start + clusters
    let mean = range.reduce(0.0) { $0 + probabilities[$1] * Double(gradient[$1]) }
    return range.map { probabilities[$0] * (Double(gradient[$0]) - mean) }
  }
}
