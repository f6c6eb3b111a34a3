import Clustering
import Kernels
import NeuralNet
import TestSupport

/// The mean of the sub-heads' information losses over both halves of a batch, and its gradient.
func meanLoss(
  _ probabilities: Tensor, _ clusters: Int, _ subHeads: Int
) -> (Double, Tensor) {
  let gradient = Tensor(probabilities.shape)
  let pairs = probabilities.shape.images / 2
  let stride = probabilities.shape.channelStride
  var total = 0.0
  for subHead in 0..<subHeads {
    func rows(_ side: Int) -> ProbabilityRows {
      ProbabilityRows(
        base: probabilities.pointer + side * pairs * stride + subHead * clusters,
        rowStride: stride, count: pairs, clusters: clusters)
    }
    func gradientRows(_ side: Int) -> GradientRows {
      GradientRows(
        base: gradient.pointer + side * pairs * stride + subHead * clusters, rowStride: stride,
        count: pairs, clusters: clusters)
    }
    var sum = JointSum(clusters: clusters)
    sum.accumulate(plain: rows(0), transformed: rows(1))
    let loss = InformationLoss(JointDistribution(sum))
    total += loss.value / Double(subHeads)
    loss.writeGradient(
      plain: rows(0), transformed: rows(1), plainGradient: gradientRows(0),
      transformedGradient: gradientRows(1), scale: 1 / Double(subHeads))
  }
  return (total, gradient)
}

/// A net6c small enough to train in a test: 1 × 16 × 16 images, heads of 2 × 7 and 2 × 3 clusters.
func tinyNetwork(
  _ instructionSet: InstructionSet = .available.last ?? .portable, threads: Int = 1, width: Int = 3,
  seed: UInt64 = 1
) -> Network {
  let network = Network(
    net6cWidth: width, inputSize: 16, inputChannels: 1,
    heads: [("head_A", 7, 2), ("head_B", 3, 2)],
    context: ComputeContext(instructionSet: instructionSet, threads: threads))
  network.initialize(seed: seed)
  return network
}

/// Random pairs of images for `tinyNetwork`: the plain ones, then their noisy copies.
func tinyImages(pairs: Int, seed: UInt64) -> Tensor {
  let plain = NaiveMap(images: pairs, height: 16, width: 16, channels: 1, seed: seed)
  var both = NaiveMap(images: 2 * pairs, height: 16, width: 16, channels: 1, seed: seed + 1)
  for index in both.values.indices {
    both.values[index] = 0.3 * both.values[index] + plain.values[index % plain.values.count]
  }
  return Tensor(both, channelStride: 1)
}

/// One training step on one head; returns its loss.
@discardableResult
func trainingStep(_ network: Network, _ images: Tensor, head: String) -> Double {
  let probabilities = network.forward(images, head: head, .training)
  let (loss, gradient) = meanLoss(
    probabilities, network.head(head).clusters, network.head(head).subHeads)
  network.backward(gradient, head: head)
  Adam(learningRate: 1e-3).update(network.parameters(training: head), in: network.context)
  return loss
}
