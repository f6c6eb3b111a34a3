import Datasets
import Foundation
import Kernels
import Methods
import NeuralNet

/// The training step that is compared with other programs': both views of fixed pairs through the
/// network with head B, the clustering loss, backward, Adam.
package final class Benchmark {
  package struct Result: Sendable {
    /// Median over the steps.
    package var stepSeconds: Double
    /// Both sides of a pair count.
    package var imagesPerSecond: Double
    /// By the direct-convolution count: three passes, padding included.
    package var gflops: Double
    package var peakMemoryBytes: Int
    /// All threads' multiply-adds without memory, GFLOP/s.
    package var peakGflops: Double
    /// Per step.
    package var rows: [Profiler.Row]
    /// Speed of drawing a batch as in training, with what stands in front of the trunk; nil where
    /// none is drawn.
    package var drawnImagesPerSecond: Double?
  }

  private let net: Net
  /// Assigns images to clusters, or pixels.
  private enum Model {
    case rows(Network<ClusterHead>)
    case maps(Network<PixelHead>)
  }
  private let model: Model
  private let context: ComputeContext
  private let adam = Adam(learningRate: 1e-4)
  private let profiler: Profiler
  private let images: Tensor
  /// The gradient of what head B puts out: probabilities or maps.
  private var gradient: Tensor?
  private var mapGradient: PlanarMaps?
  /// Draws batches as training does, beside the fixed images of a step.
  private struct Drawing {
    let renderer: BatchRenderer
    let batch: Tensor
    let plan: EpochPlan
    /// nil if the trunk sees the images as they are.
    let input: SobelInput?
  }
  private let drawing: Drawing?
  /// Every pixel counts.
  private lazy var mask = ones(images.shape.images / 2 * images.shape.pixels)

  /// - Parameters:
  ///   - context: with a profiler.
  ///   - width, inputSize: the network's own if nil.
  /// - Throws: `DatasetError` where the input is larger than a batch can be drawn.
  package init(
    net: Net, pairs: Int, context: ComputeContext, width: Int? = nil, inputSize: Int? = nil
  ) throws {
    guard let profiler = context.profiler else {
      preconditionFailure("a context that nothing is measured in")
    }
    self.profiler = profiler
    self.net = net
    self.context = context
    var architecture = net.architecture
    architecture.width = width ?? architecture.width
    architecture.inputSize = inputSize ?? architecture.inputSize
    if architecture.kind == .net10a {
      let network = Network<PixelHead>(architecture, heads: [net.head], context: context)
      network.initialize(seed: 1)
      model = .maps(network)
    } else {
      let network = Network<ClusterHead>(architecture, heads: [net.head], context: context)
      network.initialize(seed: 1)
      model = .rows(network)
    }
    var shape = architecture.inputShape
    shape.images = 2 * pairs
    images = Tensor(shape)
    drawing = try net.renderer(pairs: pairs, inputSize: shape.height).map { renderer in
      let count = renderer.dataset.count
      return Drawing(
        renderer: renderer, batch: Tensor(renderer.shape(images: 2 * pairs)),
        plan: EpochPlan(
          images: count, pairs: pairs, repeats: pairs / count, seed: 1, epoch: 1),
        input: net.input == .image
          ? nil
          : SobelInput(
            kind: net.input, imageShape: renderer.shape(images: 1), context: context))
    }
    var random = RandomStream(seed: 1, purpose: .samples)
    for image in 0..<shape.images {
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          for channel in 0..<shape.channels { images[image, y, x, channel] = random.uniform() }
        }
      }
    }
  }

  /// One step that is not counted, then `steps` that are.
  package func run(steps: Int) -> Result {
    let peak = measurePeak()
    step()
    profiler.reset()
    var seconds: [Double] = []
    for _ in 0..<steps {
      let start = ContinuousClock.now
      step()
      seconds.append(start.duration(to: .now).seconds)
      renderBatch()
    }
    let median = seconds.sorted()[steps / 2]
    let forward = profiler.rows.filter { $0.kind == .forward }.reduce(0) { $0 + $1.multiplyAdds }
    let drawingSeconds = profiler.rows.filter { $0.kind == .augmentation }.reduce(0) {
      $0 + $1.seconds
    }
    return Result(
      stepSeconds: median, imagesPerSecond: Double(images.shape.images) / median,
      gflops: 6 * forward / Double(steps) / median / 1e9, peakMemoryBytes: peakMemory(),
      peakGflops: peak,
      rows: profiler.rows.map { row in
        var row = row
        row.seconds /= Double(steps)
        row.multiplyAdds /= Double(steps)
        row.bytes /= Double(steps)
        return row
      },
      drawnImagesPerSecond: drawing.map { _ in
        Double(images.shape.images * steps) / drawingSeconds
      })
  }

  /// What training does besides, while threads wait for each other: rows of their own, no part of
  /// the step.
  private func renderBatch() {
    guard let drawing else { return }
    context.measure("batch", .augmentation) {
      drawing.renderer.render(
        drawing.plan, step: 0, into: drawing.batch.buffer, pool: context.pool)
    }
    _ = drawing.input?.forward(drawing.batch)
  }

  private func step() {
    switch model {
    case .rows(let network):
      passRows(network)
      adam.update(network.parameters, in: context)
    case .maps(let network):
      passMaps(network)
      adam.update(network.parameters, in: context)
    }
  }

  /// Forward, loss and backward of a network that assigns images.
  private func passRows(_ network: Network<ClusterHead>) {
    let probabilities = network.forward(images, head: "head_B", .training)
    let gradient = gradient ?? Tensor(probabilities.shape)
    self.gradient = gradient
    context.measure("loss", .loss) {
      let objective = PairInformation(
        clusters: net.clusters, subHeads: net.subHeads, lambda: 1)
      let sums = objective.sums(of: probabilities, in: context)
      _ = objective.differentiate(probabilities, sums, into: gradient, in: context)
    }
    network.backward(gradient, head: "head_B")
  }

  /// One step of a network that assigns pixels: forward, loss and backward.
  private func passMaps(_ network: Network<PixelHead>) {
    let maps = network.forward(images, head: "head_B", .training)
    let gradient =
      mapGradient
      ?? PlanarMaps(
        images: maps.images, channels: maps.channels, height: maps.height, width: maps.width)
    mapGradient = gradient
    context.measure("loss", .loss) {
      let objective = PixelInformation(
        clusters: net.clusters, maximumDisplacement: net.maximumDisplacement, lambda: 1)
      let subHeads = objective.maps(of: maps, mask: mask, in: context)
      let sums = subHeads.map { $0.sums() }
      _ = objective.differentiate(subHeads, sums, into: gradient, in: context)
    }
    network.backward(gradient, head: "head_B")
  }

  private func ones(_ count: Int) -> FloatBuffer {
    let buffer = FloatBuffer(count: count)
    for index in 0..<count { buffer[index] = 1 }
    return buffer
  }

  /// The best of several tries, each of many short units, so that a thread that wakes late still
  /// takes its share.
  private func measurePeak() -> Double {
    let kernels = context.kernels
    let pool = context.pool
    let rounds = 400_000
    let units = 16 * pool.threads
    let sink = FloatBuffer(count: units)
    var best = 0.0
    for _ in 0..<10 {
      let start = ContinuousClock.now
      pool.forEach(units) { sink[$0] = kernels.multiplyAddPeak(rounds) }
      let seconds = start.duration(to: .now).seconds
      let operations = 2.0 * Double(rounds * kernels.peakMultiplyAdds * units)
      best = max(best, operations / seconds / 1e9)
    }
    return best
  }

  /// The largest resident size of this process so far.
  private func peakMemory() -> Int {
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss * 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }
}
