import Foundation

/// Softmax over `count` neighbouring logits, with the largest subtracted first; may work in place.
package func softmax(
  _ logits: UnsafePointer<Float>, count: Int, to probabilities: UnsafeMutablePointer<Float>
) {
  var largest = -Float.infinity
  for index in 0..<count { largest = max(largest, logits[index]) }
  var sum: Float = 0
  for index in 0..<count {
    let value = exp(logits[index] - largest)
    probabilities[index] = value
    sum += value
  }
  let scale = 1 / sum
  for index in 0..<count { probabilities[index] *= scale }
}

/// dL/dlogit_c = p_c (dL/dp_c − Σ_k p_k dL/dp_k); may overwrite `gradient`.
package func softmaxInputGradient(
  _ probabilities: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, count: Int,
  to logitGradient: UnsafeMutablePointer<Float>
) {
  var product: Float = 0
  for index in 0..<count { product += probabilities[index] * gradient[index] }
  for index in 0..<count {
    logitGradient[index] = probabilities[index] * (gradient[index] - product)
  }
}
