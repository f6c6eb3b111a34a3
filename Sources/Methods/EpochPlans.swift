import Datasets
import Snapshots

/// The shuffled order of the epoch in hand, made once: of the images of the head whose turn it is.
final class EpochPlans {
  private let turns: HeadTurns
  private let pairs: Int
  private let repeats: Int
  private let images: [HeadID: [Int]]
  private let seed: UInt64
  private var current: EpochPlan?

  init(
    _ turns: HeadTurns, _ pairs: Int, _ repeats: Int, _ dataset: ImageDataset, _ seed: UInt64
  ) {
    self.turns = turns
    self.pairs = pairs
    self.repeats = repeats
    self.seed = seed
    images = Dictionary(
      uniqueKeysWithValues: [HeadID.a, .b].map { ($0, turns.images(of: $0, in: dataset)) })
  }

  func plan(ofEpoch epoch: Int) -> EpochPlan {
    if let current, current.epoch == epoch { return current }
    let plan = EpochPlan(
      of: images[turns.turn(ofEpoch: epoch)] ?? [], pairs: pairs, repeats: repeats, seed: seed,
      epoch: epoch)
    current = plan
    return plan
  }
}
