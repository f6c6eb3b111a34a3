import Clustering
import Datasets
import Kernels
import NeuralNet
import Settings
import Snapshots
import TestSupport
import Testing

@testable import Methods
@testable import Training

/// The clustering of pixels, from drawn squares to evaluations.
@Suite struct SegmentationTests {
  private func bits(_ events: [TrainingEvent]) throws -> CheckpointBits {
    try CheckpointBits(#require(events.checkpoints.last))
  }

  @Test func learnsBandsOfThreeBrightnesses() throws {
    let run = try SegmentationFixture.train(
      SegmentationFixture.configuration(
        "training.epochs=30", "evaluation.epochs=30", "heads.A.epochs=0", "heads.first=B"))
    let (first, last) = (try #require(run.evaluations.first), try #require(run.evaluations.last))
    let (before, after) = (try #require(first[.b]), try #require(last[.b]))
    let accuracy = try #require(after.subHeads[after.reportedSubHead].accuracy)
    #expect(accuracy > 0.55, "\(accuracy)")
    let loss = after.subHeads[after.reportedSubHead].loss
    #expect(loss < before.subHeads[before.reportedSubHead].loss - 0.03, "\(loss)")
    let scores = try #require(after.subHeads[0].scores)
    // The pixels of both test pictures but those of their last rows.
    let sizes = [6, 7].map { SegmentationFixture.Pictures().size(of: $0) }
    #expect(
      scores.contingency.reduce(0, +) == sizes.reduce(0) { $0 + ($1.height - 1) * $1.width })
    #expect(last.images == 2)
  }

  @Test func evaluationsHaveMapsAndDisplacements() throws {
    let run = try SegmentationFixture.train(
      SegmentationFixture.configuration("training.steps=1"))
    guard case .started(let description, let samples)? = run.first else {
      Issue.record("the first event is not .started")
      return
    }
    #expect(description.classNames == ["dark", "grey", "light"])
    #expect(samples.count == 2 && samples.labelMaps.count == 2 * samples.width * samples.height)
    let head = try #require(run.evaluations[0][.a])
    for subHead in head.subHeads {
      #expect(subHead.sampleMaps.count == samples.labelMaps.count)
      #expect(subHead.displacementInformation.count == 25)
      #expect(subHead.sampleProbabilities.isEmpty && subHead.merges.count == 4)
      #expect(abs(subHead.clusterShares.reduce(0, +) - 1) < 1e-5)
      // Outside of a picture there is no cluster, within it there is one.
      for (map, label) in zip(subHead.sampleMaps, samples.labelMaps) where label != 255 {
        #expect(map < 5)
      }
    }
  }

  @Test func picturesWithoutLabelsHaveNoAccuracy() throws {
    let run = try SegmentationFixture.train(
      SegmentationFixture.configuration("training.steps=2"), hasLabels: false)
    let head = try #require(run.evaluations.last?[.b])
    #expect(head.subHeads.allSatisfy { $0.scores == nil && $0.hasMaps })
    #expect(run.steps.allSatisfy { $0.loss.isFinite })
  }

  @Test func resumingGivesTheSameBitsAndSoDoThreads() throws {
    let whole = try SegmentationFixture.train(
      SegmentationFixture.configuration("training.steps=5"))
    let first = try SegmentationFixture.train(
      SegmentationFixture.configuration("training.steps=3"))
    let rest = try SegmentationFixture.train(
      SegmentationFixture.configuration("training.steps=5"), from: first.checkpoints.last)
    #expect(try bits(rest) == bits(whole))
    let threads = try SegmentationFixture.train(
      SegmentationFixture.configuration("training.steps=5", "training.threads=3"))
    #expect(try bits(threads) == bits(whole))
  }

  /// A network and a batch of 20 pairs of moved, mirrored and masked squares.
  private struct Batch {
    let network: Network<PixelHead>
    let pass: PixelPass
    private let images: Tensor
    private let pairs: [PixelPair]

    init(piecePairs: Int) throws {
      var settings = try SegmentationFixture.configuration().segmentation
      settings.batchPairs = 20
      settings.sampleRepeats = 4
      settings.piecePairs = piecePairs
      network = Network(settings, imageChannels: 3, context: ComputeContext(threads: 2))
      network.initialize(seed: 3)
      let renderer = PixelPairRenderer(
        dataset: SegmentationFixture.dataset(), augmentation: settings.views.augmentation)
      let plan = EpochPlan(images: 6, pairs: 20, repeats: 4, seed: 1, epoch: 1)
      pairs = renderer.pairs(of: plan, step: 0)
      images = Tensor(renderer.shape(images: 40))
      let work = renderer.rendering(
        pairs, pairsPerPiece: settings.pairsPerPiece, into: images.buffer)
      for unit in 0..<work.units { work.render(unit) }
      pass = PixelPass(settings, network: network, renderer: renderer)
    }

    var weights: Parameter { network.head("head_B").parameters[0] }

    /// With batch-norm's statistics of the whole training, which do not tell pieces apart: the
    /// losses, and the gradient of the head's weights as PyTorch has them.
    func outcome() -> (losses: InformationLosses, gradient: [Double]) {
      let losses = pass.differentiate(images, pairs, head: .b, statistics: .evaluation)
      return (losses, weights.views.flatMap { $0.gather(weights.gradient).map(Double.init) })
    }
  }

  /// Beyond its edge a picture goes on as in a mirror, however small it is.
  @Test(arguments: [(-3, -2), (12, 9), (-8, 4)]) func squaresOverTheEdge(left: Int, top: Int) throws
  {
    let settings = try SegmentationFixture.configuration().segmentation
    let dataset = SegmentationFixture.dataset()
    let renderer = PixelPairRenderer(
      dataset: dataset, augmentation: settings.views.augmentation)
    let images = Tensor(renderer.shape(images: 1))
    renderer.renderSquare(
      of: 1, PixelCrop(left: left, top: top), to: images.pointer, images.shape, place: 0)
    let size = dataset.source.size(of: 1)
    func mirrored(_ place: Int, _ extent: Int) -> Int {
      var place = place
      while !(0..<extent).contains(place) {
        place = place < 0 ? -1 - place : 2 * extent - 1 - place
      }
      return place
    }
    dataset.source.withPixels(of: 1) { pixels in
      for y in 0..<renderer.side {
        for x in 0..<renderer.side {
          let (row, column) = (mirrored(top + y, size.height), mirrored(left + x, size.width))
          for channel in 0..<3 {
            let expected = Float(pixels[(row * size.width + column) * 3 + channel]) / 255
            #expect(abs(images[0, y, x, channel] - expected) < 1e-6)
          }
        }
      }
    }
  }

  /// Squares reach over both edges and overlap, and one holds a picture that is hardly larger.
  @Test func whereSquaresLie() {
    for side in [16, 64, 128] {
      for extent in 1...300 {
        let starts = TiledProbabilities.starts(extent: extent, side: side)
        let ends = starts.map { $0 + side }
        #expect(starts[0] <= 0 && ends[ends.count - 1] >= extent)
        for (end, next) in zip(ends, starts.dropFirst()) {
          #expect(end - next >= 3 * side / 8 && next > end - side)
        }
        if starts.count > 1 {
          #expect(starts[0] == -side / 16 && ends[ends.count - 1] == extent + side / 16)
        }
      }
    }
  }

  @Test(arguments: [6, 12, 18]) func piecesGiveTheWholeBatchesLossAndGradient(piece: Int) throws {
    let whole = try Batch(piecePairs: 0).outcome()
    let pieces = try Batch(piecePairs: piece).outcome()
    for (one, other) in zip(whole.losses.losses, pieces.losses.losses) {
      #expect(abs(one - other) <= 1e-5 * abs(one))
    }
    #expect(relativeError(pieces.gradient, whole.gradient) <= 1e-5)
  }

  @Test(arguments: [0, 12]) func theGradientPassesFiniteDifferences(piece: Int) throws {
    let batch = try Batch(piecePairs: piece)
    let views = batch.weights.views
    let point = views.flatMap { $0.gather(batch.weights.values).map { 10 * $0 } }
    func loss(_ weights: [Float]) -> Double {
      var place = 0
      for view in views {
        view.scatter(Array(weights[place..<place + view.count]), to: batch.weights.values)
        place += view.count
      }
      return batch.outcome().losses.loss
    }
    _ = loss(point)
    let gradient = batch.outcome().gradient
    for direction in checkDirections(gradient, seed: 8) {
      let difference = CentralDifference(at: point, along: direction, step: 0.01, of: loss)
      #expect(difference.relativeError(gradient) < 1e-2, "\(difference.relativeError(gradient))")
    }
  }

  @Test func inPiecesItTrainsTheSameOnAnyNumberOfThreads() throws {
    let one = try SegmentationFixture.train(
      SegmentationFixture.configuration("training.steps=4", "training.piece_pairs=6"))
    let three = try SegmentationFixture.train(
      SegmentationFixture.configuration(
        "training.steps=4", "training.piece_pairs=6", "training.threads=3"))
    #expect(try bits(one) == bits(three))
    let whole = try SegmentationFixture.train(
      SegmentationFixture.configuration("training.steps=4"))
    // Batch-norm's statistics are each piece's own.
    #expect(one.steps[0].loss != whole.steps[0].loss)
    #expect(abs(one.steps[0].loss - whole.steps[0].loss) < 0.05)
  }

  /// Trees that need not have settled, and main sub-heads of which none agrees enough.
  private func restarting(_ assignments: String...) throws -> Configuration {
    var configuration = try SegmentationFixture.configuration(
      "restart.enabled=true", "restart.settled=0", "restart.agreement=1", "restart.images=100")
    for assignment in assignments { try configuration.apply(assignment: assignment) }
    return configuration
  }

  /// Epoch 2, steps 3 and 4, begins with a restart.
  @Test func stuckSubHeadsStartAnew() throws {
    let before = try SegmentationFixture.train(restarting("training.steps=2"))
    let after = try SegmentationFixture.train(restarting("training.steps=4"))
    #expect(before.restarts.isEmpty)
    #expect(
      after.restarts == [RestartSnapshot(step: 2, epoch: 2, head: .b, subHeads: [0, 1])])
    let (old, new) = (try bits(before).tensors, try bits(after).tensors)
    for (name, values) in old where name.hasSuffix("weight") && !name.hasPrefix("restart") {
      #expect((new[name] == values) == !name.hasPrefix("head_B"), "\(name)")
    }
    #expect(after.steps.suffix(2).allSatisfy { $0.loss.isFinite && $0.head == .b })
  }

  @Test(arguments: [2, 3, 5]) func resumingInTheMiddleOfARestart(step: Int) throws {
    let whole = try SegmentationFixture.train(restarting("training.steps=6"))
    let first = try SegmentationFixture.train(restarting("training.steps=\(step)"))
    let rest = try SegmentationFixture.train(
      restarting("training.steps=6"), from: first.checkpoints.last)
    // The shorter run has evaluated where the whole one has not.
    #expect(try bits(rest).tensors == bits(whole).tensors)
    let threads = try SegmentationFixture.train(
      restarting("training.steps=6", "training.threads=3", "training.piece_pairs=0"))
    #expect(try bits(threads) == bits(whole))
  }

  @Test func theMainHeadsNumberOfClustersMayBeFoundOut() throws {
    let run = try SegmentationFixture.train(
      SegmentationFixture.configuration(
        "heads.B.clusters=auto", "heads.A.clusters=8", "training.epochs=40"))
    #expect(run.evaluations[0].heads.map(\.head) == [.a])
    for case .changedHeads(let description, let step) in run {
      #expect(description.mainHead?.name == .b && step > 0)
      #expect(run.evaluations.last?[.b]?.subHeads.count == 2)
    }
  }

  @Test(arguments: [
    ("training.piece_pairs=7", "training.piece_pairs"),
    ("segmentation.displacement=16", "segmentation.displacement"),
    ("training.sample_repeats=5", "training.batch_pairs"),
    ("heads.B.clusters=2", "heads.B.clusters"), ("heads.A.clusters=255", "heads.A.clusters"),
    ("training.sample_repeats=1", "training.batch_pairs"),
  ]) func whatCannotBeIsRefused(assignment: String, key: String) {
    let error = #expect(throws: SettingsError.self) {
      try SegmentationFixture.configuration(assignment)
    }
    #expect(error?.description.contains(key) == true)
  }
}
