import RunStorage
import Snapshots

/// One sub-head of a run, and what its clusters are called.
package struct NamedSubHead: Sendable {
  /// The run's.
  package let run: String
  package let description: RunDescription
  package let head: HeadDescription
  /// Position in its head, from 0.
  package let place: Int
  /// nil before the run's first evaluation, if the sub-head was asked for by its number.
  package let evaluation: SubHeadEvaluation?
  /// The step after which it was evaluated; nil with `evaluation`.
  package let evaluationStep: Int?
  package let names: ClusterNames

  /// - Parameters:
  ///   - head: the one that speaks for the run if nil.
  ///   - number: of the sub-head, from 1; the reported one if nil.
  ///   - step: the newest evaluation up to it counts; if there is none, the newest of all.
  /// - Throws: an error of one line where the run lacks this head, this sub-head or an evaluation,
  ///   or its names cannot be read.
  package init(
    _ folder: RunFolder, head: HeadID? = nil, number: Int? = nil, atOrBefore step: Int = .max
  ) throws {
    let reader = RunHistoryReader(folder)
    run = folder.name
    description = try reader.description()
    let wanted = head ?? description.mainHead?.name ?? .b
    guard let own = description.heads.first(where: { $0.name == wanted }) else {
      let heads = description.heads.map(\.name.rawValue).joined(separator: " and ")
      throw SessionError("\(run): has no head \(wanted.rawValue), expected \(heads)")
    }
    self.head = own
    let newest = try reader.evaluation(atOrBefore: step) ?? reader.evaluation()
    evaluationStep = newest?.step
    if let number {
      guard (1...own.subHeads).contains(number) else {
        throw SessionError(
          "\(run): --sub-head is \(number), expected 1…\(own.subHeads), those of head \(wanted)")
      }
      place = number - 1
    } else {
      guard let reported = newest?[wanted]?.reportedSubHead else {
        throw SessionError("\(run): has no evaluation yet, which tells the best sub-head")
      }
      place = reported
    }
    let subHeads = newest?[wanted]?.subHeads ?? []
    evaluation = subHeads.indices.contains(place) ? subHeads[place] : nil
    names = try folder.clusterNames().carried(by: newest?[wanted])
  }

  /// - Throws: an error of one line if there is no cluster of this number.
  package func cluster(_ number: Int) throws -> ClusterID {
    guard (0..<head.clusters).contains(number) else {
      throw SessionError(
        "\(run): head \(head.name) has no cluster \(number), expected 0…\(head.clusters - 1)")
    }
    return ClusterID(head: head.name, subHead: place, cluster: number)
  }

  /// What a cluster is called; its number where nothing is known of it.
  package func label(_ cluster: Int) -> ClusterLabel { label(cluster, of: evaluation, at: place) }

  /// What a cluster of another sub-head of the same head is called.
  package func label(
    _ cluster: Int, of subHead: SubHeadEvaluation?, at place: Int
  ) -> ClusterLabel {
    guard let subHead else {
      return names.name(head: head.name, subHead: place, cluster: cluster).map { .name($0) }
        ?? .number(cluster)
    }
    return ClusterLabel(
      cluster: cluster, of: subHead, head: head.name, names: names,
      classNames: description.classNames)
  }

  /// The line for a person whose names are all of other sub-heads than this one; nil if there is
  /// nothing to say.
  package var noteOnOtherNames: String? {
    let named = names.namedSubHeads(of: head.name)
    guard let first = named.first, !named.contains(place) else { return nil }
    return "\(run): the names were given to clusters of \(head.name)\(first + 1), these are of "
      + "\(head.name)\(place + 1); --sub-head \(first + 1) has the named ones"
  }
}
