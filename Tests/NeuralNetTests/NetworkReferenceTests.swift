import Clustering
import Kernels
import NeuralNet
import TestSupport
import Testing

/// Each architecture against PyTorch, with the initial state under PyTorch's own names.
struct NetworkReferenceTests {
  @Test(arguments: InstructionSet.available)
  func net6c(_ instructionSet: InstructionSet) throws {
    let reference = try ReferenceRun("net6c")
    let network = Network<ClusterHead>(
      Architecture(
        .net6c, width: reference.run.width, inputSize: reference.run.size, inputChannels: 1),
      heads: [
        HeadSize(name: "head_A", clusters: 50, subHeads: 2),
        HeadSize(name: "head_B", clusters: 10, subHeads: 2),
      ],
      context: ComputeContext(instructionSet: instructionSet, threads: 2))
    try checkClustering(network, reference)
  }

  @Test(arguments: InstructionSet.available)
  func net5g(_ instructionSet: InstructionSet) throws {
    let reference = try ReferenceRun("net5g")
    let network = Network<ClusterHead>(
      Architecture(
        .net5g, width: reference.run.width, inputSize: reference.run.size, inputChannels: 2),
      heads: [
        HeadSize(name: "head_A", clusters: 70, subHeads: 2),
        HeadSize(name: "head_B", clusters: 10, subHeads: 2),
      ],
      context: ComputeContext(instructionSet: instructionSet, threads: 2))
    // An input that differs in the last bit of a Float ends the run with another loss by some
    // percent.
    try checkClustering(
      network, reference,
      ReferenceRun.Tolerances(
        losses: [2e-3, 5e-3, 0.1], runningStatistics: 2e-2, weights: nil, evaluation: 0.1,
        movement: 0.5))
  }

  @Test(arguments: InstructionSet.available)
  func net10a(_ instructionSet: InstructionSet) throws {
    let reference = try ReferenceRun("net10a")
    let context = ComputeContext(instructionSet: instructionSet, threads: 2)
    let network = Network<PixelHead>(
      Architecture(
        .net10a, width: reference.run.width, inputSize: reference.run.size, inputChannels: 5),
      heads: [
        HeadSize(name: "head_A", clusters: 15, subHeads: 1),
        HeadSize(name: "head_B", clusters: 3, subHeads: 1),
      ], context: context)
    // A batch-norm's shift starts at zero, so its largest entry is only what Adam's few steps added
    // up: five of them, so that this is half a step.
    try reference.check(network, ReferenceRun.Tolerances(weights: 0.1)) { images, head in
      let maps = network.forward(images, head: head, .training)
      let gradient = PlanarMaps(
        images: maps.images, channels: maps.channels, height: maps.height, width: maps.width)
      let layout = MapLayout(
        images: maps.images / 2, clusters: maps.channels, height: maps.height, width: maps.width)
      let pair = SegmentationMaps(
        firstView: maps.plane(0, 0), secondView: maps.plane(layout.images, 0), layout: layout,
        maximumDisplacement: reference.run.halfSide,
        in: Engine(kernels: context.kernels, pool: context.pool))
      let loss = SegmentationLoss(pair.sums(), pool: context.pool)
      pair.writeGradient(
        of: loss, firstView: gradient.plane(0, 0), secondView: gradient.plane(layout.images, 0))
      network.backward(gradient, head: head)
      return loss.value
    } evaluate: { images in
      let maps = network.forward(images, head: "head_B", .evaluation)
      return [(0..<maps.count / 2).map { maps.buffer[$0] }]
    }
  }

  private func checkClustering(
    _ network: Network<ClusterHead>, _ reference: ReferenceRun,
    _ tolerances: ReferenceRun.Tolerances = ReferenceRun.Tolerances()
  ) throws {
    try reference.check(network, tolerances) { images, head in
      let probabilities = network.forward(images, head: head, .training)
      let (loss, gradient) = meanLoss(
        probabilities, network.head(head).clusters, network.head(head).subHeads)
      network.backward(gradient, head: head)
      return loss
    } evaluate: { images in
      let probabilities = network.forward(images, head: "head_B", .evaluation)
      return (0..<2).map { subHead in
        (0..<reference.run.pairs).flatMap { image in
          (0..<10).map { probabilities[image, 0, 0, subHead * 10 + $0] }
        }
      }
    }
  }
}
