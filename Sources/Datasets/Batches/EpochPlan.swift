import Kernels

/// Which images make up each batch of one epoch: a function of (seed, epoch) alone.
///
/// A batch of n pairs holds n/r distinct images, each r times (sample repeats): pair p = j·r + k is
/// repeat k of the batch's image j. Images beyond the last whole batch are left out of this epoch.
package struct EpochPlan: Equatable, Sendable {
  package let seed: UInt64
  package let epoch: Int
  /// Pairs in a batch, n.
  package let pairs: Int
  /// Repeats of each image, r.
  package let repeats: Int
  /// The images that are trained on, in this epoch's order.
  package let order: [Int]

  /// Shuffles the images 0..<`images`, see below.
  package init(images: Int, pairs: Int, repeats: Int, seed: UInt64, epoch: Int) {
    self.init(of: 0..<images, pairs: pairs, repeats: repeats, seed: seed, epoch: epoch)
  }

  /// Shuffles `images`, indices into the data set (Fisher–Yates). Requires `pairs` to be a multiple
  /// of `repeats`, both at least 1.
  package init(
    of images: some Collection<Int>, pairs: Int, repeats: Int, seed: UInt64, epoch: Int
  ) {
    precondition(
      repeats >= 1 && pairs >= repeats && pairs % repeats == 0,
      "\(pairs) pairs, \(repeats) repeats")
    var random = RandomStream(seed: seed, epoch: epoch, purpose: .shuffle)
    var order = Array(images)
    for last in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(last, random.integer(below: last + 1))
    }
    self.seed = seed
    self.epoch = epoch
    self.pairs = pairs
    self.repeats = repeats
    self.order = order
  }

  /// Distinct images in a batch, n/r.
  package var imagesPerStep: Int { pairs / repeats }

  /// Whole batches in the epoch; 0 where there are fewer images than one takes.
  package var steps: Int { Self.steps(images: order.count, pairs: pairs, repeats: repeats) }

  /// Whole batches in an epoch of `images` images, without shuffling them.
  package static func steps(images: Int, pairs: Int, repeats: Int) -> Int {
    images / (pairs / repeats)
  }

  /// The distinct images of batch `step`, as indices into the data set.
  package func images(step: Int) -> ArraySlice<Int> {
    precondition(step >= 0 && step < steps, "step \(step) of \(steps)")
    return order[step * imagesPerStep..<(step + 1) * imagesPerStep]
  }
}
