import Clustering
import Datasets
import Kernels
import NeuralNet
import Snapshots

/// Pairs of squares through network and loss, and back: in one piece, or in several that fit into
/// memory one by one.
///
/// The loss depends on a batch through the sums of its joints alone, so pieces first add theirs up;
/// then each goes through the network once more, for its part of the gradient of the whole.
final class PixelPass {
  private let settings: SegmentationSettings
  private let network: Network<PixelHead>
  private let renderer: PixelPairRenderer
  /// `[pairs, side, side]`, of the piece in hand.
  private var mask = FloatBuffer(count: 0)

  init(
    _ settings: SegmentationSettings, network: Network<PixelHead>, renderer: PixelPairRenderer
  ) {
    self.settings = settings
    self.network = network
    self.renderer = renderer
  }

  private var context: ComputeContext { network.context }
  private var side: Int { renderer.side }

  /// What one piece gives: its maps in the frame of the first view, and how they got there.
  private struct Piece {
    /// `[2n, h·C, side, side]`
    var probabilities: PlanarMaps
    var warps: [MapWarp]
    var maps: [SegmentationMaps]
  }

  /// Losses of a batch; replaces the gradients of the trunk's and the head's parameters if they are
  /// numbers.
  ///
  /// - Parameters:
  ///   - images: both views of the pairs, by pieces as `PixelPairRenderer` lays them out.
  ///   - pairs: those that were drawn.
  ///   - statistics: batch-norm's; those of the whole training only in tests.
  func differentiate(
    _ images: Tensor, _ pairs: [PixelPair], head: HeadID, statistics: Mode = .training
  ) -> InformationLosses {
    let ranges = pieces(of: pairs.count)
    if ranges.count == 1 {
      let piece = forward(images, pairs, head, statistics)
      return backward(piece, piece.maps.map { $0.sums() }, head)
    }
    var sums: [[JointSum]] = []
    for range in ranges {
      let piece = forward(part(range, of: images), Array(pairs[range]), head, statistics)
      add(piece.maps.map { $0.sums() }, to: &sums)
    }
    let parameters = network.parameters(training: head.tensorPrefix)
    let totals = parameters.map { FloatBuffer(count: $0.gradient.count) }
    var losses = InformationLosses(losses: [], mutualInformations: [])
    let again = statistics == .training ? .recomputing : statistics
    for range in ranges {
      let piece = forward(part(range, of: images), Array(pairs[range]), head, again)
      losses = backward(piece, sums, head)
      guard losses.loss.isFinite else { return losses }
      for (parameter, total) in zip(parameters, totals) {
        for index in 0..<total.count { total[index] += parameter.gradient[index] }
      }
    }
    for (parameter, total) in zip(parameters, totals) {
      parameter.gradient.pointer.update(from: total.pointer, count: total.count)
    }
    return losses
  }

  /// Trains restarted layers alone on a batch, piece after piece, each a step of its own; returns
  /// the losses that the head has meanwhile. They learn from the first views, of which the mask
  /// says what counts. A loss that is no number changes no weight.
  func teach(
    _ restart: HeadRestart<PixelHead>, _ images: Tensor, _ pairs: [PixelPair], head: HeadID,
    _ adam: Adam
  ) -> InformationLosses {
    var sums: [[JointSum]] = []
    let information = information(of: head)
    for range in pieces(of: pairs.count) {
      let own = Array(pairs[range])
      let input = range.count == pairs.count ? images : part(range, of: images)
      let probabilities = restart.forward(input)
      // The loss is of maps in the first view's frame, which takes the head's own to pieces.
      let framed = PlanarMaps(
        images: probabilities.images, channels: probabilities.channels,
        height: probabilities.height, width: probabilities.width)
      framed.buffer.pointer.update(
        from: probabilities.buffer.pointer, count: probabilities.count)
      let found = maps(of: framed, own, information).maps.map { $0.sums() }
      add(found, to: &sums)
      guard found.allSatisfy({ $0.allSatisfy { $0.sums.allSatisfy(\.isFinite) } }) else { break }
      // The sums have copies of the framed maps, whose place the gradient takes.
      restart.update(
        probabilities, mask: PixelMask(values: mask, images: own.count), gradient: framed,
        learningRate: adam.learningRate)
    }
    return sums.reduce(into: InformationLosses(losses: [], mutualInformations: [])) { losses, sum in
      let loss = SegmentationLoss(sum, lambda: settings.lambda, pool: context.pool)
      losses.losses.append(loss.value)
      losses.mutualInformations.append(loss.mutualInformation)
    }
  }

  private func information(of head: HeadID) -> PixelInformation {
    PixelInformation(
      clusters: network.head(head.tensorPrefix).clusters,
      maximumDisplacement: settings.displacement, lambda: settings.lambda)
  }

  /// The raw joints of pairs at every displacement, of each sub-head of each head, as evaluation
  /// sees them.
  func sums(_ pairs: [PixelPair], heads: [HeadID]) -> [[[JointSum]]] {
    var sums = heads.map { _ in [[JointSum]]() }
    for range in pieces(of: pairs.count) {
      let own = Array(pairs[range])
      let images = Tensor(renderer.shape(images: 2 * own.count))
      let work = renderer.rendering(own, pairsPerPiece: own.count, into: images.buffer)
      context.pool.forEach(work.units, work.render)
      for (index, head) in heads.enumerated() {
        let piece = forward(images, own, head, .evaluation)
        add(piece.maps.map { $0.sums() }, to: &sums[index])
      }
    }
    return sums
  }

  private func pieces(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: settings.pairsPerPiece).map {
      $0..<min($0 + settings.pairsPerPiece, count)
    }
  }

  /// The squares of a piece, which are whole blocks but for the last one's.
  private func part(_ range: Range<Int>, of images: Tensor) -> Tensor {
    let part = Tensor(renderer.shape(images: 2 * range.count))
    let start = images.shape.offset(image: 2 * range.lowerBound, y: 0, x: 0)
    part.pointer.update(from: images.pointer + start, count: part.shape.count)
    return part
  }

  private func add(_ other: [[JointSum]], to sums: inout [[JointSum]]) {
    if sums.isEmpty {
      sums = other
      return
    }
    for subHead in sums.indices {
      for displacement in sums[subHead].indices {
        sums[subHead][displacement].accumulate(other[subHead][displacement])
      }
    }
  }

  private func forward(
    _ images: Tensor, _ pairs: [PixelPair], _ head: HeadID, _ mode: Mode
  ) -> Piece {
    maps(
      of: network.forward(images, head: head.tensorPrefix, mode), pairs, information(of: head))
  }

  /// Brings the second views' maps into the first ones' frame, in place, and masks what does not
  /// count.
  private func maps(
    of probabilities: PlanarMaps, _ pairs: [PixelPair], _ information: PixelInformation
  ) -> Piece {
    let pixels = side * side
    if mask.count < pairs.count * pixels { mask = FloatBuffer(count: pairs.count * pixels) }
    let (mask, renderer) = (mask, renderer)
    let masksUnlabelled = settings.masksUnlabelled
    let warps = pairs.map { MapWarp(renderer.augmentation.map(to: $0.second), side: side) }
    context.pool.forEach(pairs.count) { index in
      let own = mask.pointer + index * pixels
      renderer.writeMask(
        of: pairs[index].image, pairs[index].crop, masksUnlabelled: masksUnlabelled, to: own)
      warps[index].clearOutside(own)
    }
    warp(probabilities, warps) { $0.forward($1, scratch: $2) }
    return Piece(
      probabilities: probabilities, warps: warps,
      maps: information.maps(of: probabilities, mask: mask, in: context))
  }

  /// - Parameter sums: of the whole batch.
  private func backward(
    _ piece: Piece, _ sums: [[JointSum]], _ head: HeadID
  ) -> InformationLosses {
    // The maps keep copies of the probabilities, whose place the gradient takes.
    let gradient = piece.probabilities
    let losses = information(of: head).differentiate(piece.maps, sums, into: gradient, in: context)
    guard losses.loss.isFinite else { return losses }
    warp(gradient, piece.warps) { $0.backward($1, scratch: $2) }
    network.backward(gradient, head: head.tensorPrefix)
    return losses
  }

  /// Does something to every plane of the second views.
  private func warp(
    _ maps: PlanarMaps, _ warps: [MapWarp],
    _ body: @Sendable (MapWarp, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    context.pool.forEach(warps.count * maps.channels) { unit in
      let (pair, channel) = (unit / maps.channels, unit % maps.channels)
      withUnsafeTemporaryAllocation(of: Float.self, capacity: maps.pixels) { scratch in
        body(warps[pair], maps.plane(warps.count + pair, channel), scratch.baseAddress!)
      }
    }
  }
}
