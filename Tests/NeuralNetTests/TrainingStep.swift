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
    sum.accumulate(firstView: rows(0), secondView: rows(1))
    let loss = InformationLoss(JointDistribution(sum))
    total += loss.value / Double(subHeads)
    loss.writeGradient(
      firstView: rows(0), secondView: rows(1), firstViewGradient: gradientRows(0),
      secondViewGradient: gradientRows(1), scale: 1 / Double(subHeads))
  }
  return (total, gradient)
}

/// A net6c small enough to train in a test: 1 × `size` × `size` images, heads of 2 × 7 and 2 × 3
/// clusters.
func tinyNetwork(
  _ instructionSet: InstructionSet = .fastest, threads: Int = 1, width: Int = 3,
  size: Int = 16, seed: UInt64 = 1
) -> Network<ClusterHead> {
  let network = Network<ClusterHead>(
    Architecture(.net6c, width: width, inputSize: size, inputChannels: 1),
    heads: [
      HeadSize(name: "head_A", clusters: 7, subHeads: 2),
      HeadSize(name: "head_B", clusters: 3, subHeads: 2),
    ],
    context: ComputeContext(instructionSet: instructionSet, threads: threads))
  network.initialize(seed: seed)
  return network
}

/// Random pairs of images for `tinyNetwork`: the firstView ones, then their noisy copies.
func tinyImages(pairs: Int, size: Int = 16, seed: UInt64) -> Tensor {
  let firstView = NaiveMap(images: pairs, height: size, width: size, channels: 1, seed: seed)
  var both = NaiveMap(images: 2 * pairs, height: size, width: size, channels: 1, seed: seed + 1)
  for index in both.values.indices {
    both.values[index] = 0.3 * both.values[index] + firstView.values[index % firstView.values.count]
  }
  return Tensor(both, channelStride: 1)
}

/// One training step on one head; returns its loss.
@discardableResult
func trainingStep(
  _ network: Network<ClusterHead>, _ images: Tensor, head: String, _ optimizer: any Optimizer
) -> Double {
  let probabilities = network.forward(images, head: head, .training)
  let (loss, gradient) = meanLoss(
    probabilities, network.head(head).clusters, network.head(head).subHeads)
  network.backward(gradient, head: head)
  optimizer.update(network.parameters(training: head), in: network.context)
  return loss
}
