import Clustering
import NeuralNet
import Snapshots

/// What happens to the main head before an epoch: its stuck sub-heads start anew where its turn
/// comes after the auxiliary head's, and a head that has waited for its number of clusters comes
/// with its first turn after the trees have settled on one, and begins from them.
final class MainHeadBeginnings<HeadKind: RestartableHead> {
  /// How many clusters the main head has may be found out on the way.
  private(set) var turns: HeadTurns
  private let settings: RestartSettings
  private let network: Network<HeadKind>
  private let seed: UInt64
  /// nil where sub-heads never start anew.
  private var restart: HeadRestart<HeadKind>?
  private var count = MainHeadCount()

  init(
    _ settings: RestartSettings, turns: HeadTurns, network: Network<HeadKind>, seed: UInt64
  ) {
    self.settings = settings
    self.turns = turns
    self.network = network
    self.seed = seed
    prepareRestart()
  }

  private func prepareRestart() {
    guard settings.enabled, let main = turns.heads.first(where: \.isMain),
      let auxiliary = turns.heads.first(where: { !$0.isMain })
    else { return }
    restart = HeadRestart(
      settings, network: network, main: main, auxiliary: auxiliary, seed: seed)
  }

  /// The restart whose layers alone step `index` trains; nil where all is trained.
  func restart(dueIn index: StepIndex) -> HeadRestart<HeadKind>? {
    restart.flatMap { $0.isDue(index) ? $0 : nil }
  }

  /// Where sub-heads start anew or the main head comes, does that.
  ///
  /// - Parameters:
  ///   - optimizer: of the run.
  ///   - measure: counts what trees and sub-heads are compared by, on at most so many images; nil
  ///     if somebody wants it to stop.
  ///   - makeHead: the main head, of so many clusters, with its first weights.
  /// - Returns: nil if `measure` did; then nothing is changed.
  func beginEpoch(
    _ epoch: Int, optimizer: Adam, measure: (_ limit: Int) -> HeadMeasurements?,
    makeHead: (_ turns: HeadTurns) -> HeadKind
  ) -> EpochBeginning? {
    restart?.end()
    var beginning = EpochBeginning()
    guard epoch > 1 else { return beginning }
    let isTurn = turns.turn(ofEpoch: epoch) == .b
    if turns.awaitsMainHead {
      guard let measured = measure(settings.images) else { return nil }
      count.note(measured.suggestion)
      guard isTurn, let clusters = count.settled else { return beginning }
      turns.headB.clusters = clusters
      network.add(makeHead(turns), named: HeadID.b.tensorPrefix)
      count = MainHeadCount()
      prepareRestart()
      beginning.hasNewHeads = true
      beginning.restarted = restart(
        epoch, measured.partitions(groups: clusters),
        main: Array(repeating: nil, count: turns.headB.subHeads), optimizer)
      return beginning
    }
    guard restart != nil, settings.isAllowed(inEpoch: epoch), isTurn,
      turns.turn(ofEpoch: epoch - 1) == .a
    else { return beginning }
    guard let measured = measure(settings.images) else { return nil }
    beginning.restarted = restart(epoch, measured.partitions, main: measured.main, optimizer)
    return beginning
  }

  /// - Parameter main: the main head's sub-heads, nil for one that has learnt nothing.
  /// - Returns: nil if none starts anew.
  private func restart(
    _ epoch: Int, _ partitions: TreePartitions?, main: [SubHeadMeasurement?], _ optimizer: Adam
  ) -> EpochBeginning.Restarted? {
    guard let restart, settings.isAllowed(inEpoch: epoch), let partitions else { return nil }
    let restarted = restart.begin(epoch: epoch, partitions, main: main, optimizer: optimizer)
    return restarted.isEmpty ? nil : .init(head: .b, subHeads: restarted)
  }

  // MARK: Checkpoints

  var memory: [NamedTensor] { count.memory + (restart?.memory ?? []) }

  /// Takes over what `memory` gave.
  ///
  /// - Throws: `StateMismatch` for what it cannot have given.
  func recall(_ tensors: [String: NamedTensor]) throws(StateMismatch) {
    try restart?.recall(tensors)
    try count.recall(tensors)
  }
}
