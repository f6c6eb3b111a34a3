import ArgumentParser
import Datasets
import Foundation
import RunStorage
import Sessions
import Snapshots
import TerminalUI

extension ClustersCommand {
  /// `clusters RUN tree`: how the clusters of the over-clustering head flow together.
  struct Tree: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "How clusters flow together, and how many classes there seem to be.",
      usage: "iic-tui clusters <run> tree [--sub-head <n>] [--leaves <n>] [--svg <file>] [--json]",
      discussion: """
        Clusters of the over-clustering head are merged pairwise, each time the two that cost \
        least mutual information; no label is used. The costs jump where classes begin to be \
        merged. Leaves are called by the names that you gave their clusters, else by the classes \
        that these are mostly of, else by their clusters' numbers.
        """)

    @ParentCommand var parent: ClustersCommand
    @Option(help: "The sub-head, from 1; the reported one if not given.")
    var subHead: Int?
    @Option(help: "The most leaves to draw, 2 to 1000.")
    var leaves = 24
    @Option(help: "Draw the tree into this SVG file, with a typical picture at each leaf.")
    var svg: String?
    @Flag(help: "One JSON object: merges of the whole tree, mean costs, groups.")
    var json = false

    func validate() throws {
      guard (2...1000).contains(leaves) else {
        throw ValidationError("--leaves is \(leaves), expected 2 to 1000")
      }
      guard svg == nil || !json else { throw ValidationError("expected --svg or --json, not both") }
      guard svg?.lowercased().hasSuffix(".svg") ?? true else {
        throw ValidationError("--svg is '\(svg ?? "")', expected a name that ends in .svg")
      }
    }

    func run() throws {
      let folder = try parent.runToRead()
      let reader = RunHistoryReader(folder)
      let description = try reader.description()
      guard let evaluation = try reader.evaluation() else {
        throw SessionError("\(folder.name): has no evaluation yet, which makes the tree")
      }
      guard
        let head = evaluation.heads.first(where: { $0.subHeads.contains { !$0.merges.isEmpty } })
      else {
        throw SessionError(
          "\(folder.name): has no tree after step \(evaluation.step); an over-clustering head makes "
            + "one, in runs of this program's version")
      }
      let place = subHead.map { $0 - 1 } ?? head.reportedSubHead
      guard head.subHeads.indices.contains(place) else {
        throw SessionError(
          "\(folder.name): --sub-head is \(place + 1), expected 1…\(head.subHeads.count), those of "
            + "head \(head.head)")
      }
      let chosen = head.subHeads[place]
      let names = try folder.clusterNames().carried(by: head)
        .names(head: head.head, subHead: chosen.index, clusters: chosen.clusters)
      if let svg {
        let tree = Dendrogram(chosen.merges, clusters: chosen.clusters, limit: leaves)
        let pictures = LeafPictures(
          folder, head: head.head, chosen, samples: try reader.samples(),
          leaves: tree.map { $0.nodes.prefix($0.leaves).map(\.clusters) } ?? [])
        let text = TreeSVG.text(
          chosen, suggestion: head.suggestion, classNames: description.classNames,
          names: names, leaves: leaves, image: pictures.png(ofClusters:))
        try AtomicFile.write(
          Data((text ?? "").utf8), to: URL(fileURLWithPath: UserPath.absolute(svg)))
        StandardStreams.tellWritten(svg)
      } else if json {
        StandardStreams.output(
          JSONLine.text(TreeLine(folder.name, evaluation.step, head, place)))
      } else {
        StandardStreams.output(
          "\(folder.name): head \(head.head), sub-head \(place + 1), evaluated after step "
            + "\(evaluation.step)\n"
            + TreePanel.text(
              chosen, suggestion: head.suggestion, classNames: description.classNames,
              names: names, leaves: leaves) + "\n")
      }
    }
  }
}

/// A tree as JSON. Clusters count from 0, sub-heads from 1.
private struct TreeLine: Encodable {
  struct Merge: Encodable {
    var first: Int
    var second: Int
    var cost: JSONNumber<Double>
  }

  var run: String
  var step: Int
  var head: String
  var subHead: Int
  var clusters: Int
  var clustersSuggested: Int?
  var jump: Double?
  /// From most groups to two, the mean over the sub-heads.
  var mergeCosts: [Double]
  var merges: [Merge]
  /// The clusters of each suggested class.
  var groups: [[Int]]?

  enum CodingKeys: String, CodingKey {
    case run, step, head, clusters, jump, merges, groups
    case subHead = "sub_head"
    case clustersSuggested = "clusters_suggested"
    case mergeCosts = "merge_costs"
  }

  init(_ run: String, _ step: Int, _ head: HeadEvaluation, _ place: Int) {
    let chosen = head.subHeads[place]
    self.run = run
    self.step = step
    self.head = head.head.rawValue
    subHead = chosen.index + 1
    clusters = chosen.clusters
    clustersSuggested = head.suggestion?.clusters
    jump = head.suggestion?.jump
    mergeCosts = head.meanMergeCosts
    merges = chosen.merges.map {
      Merge(first: $0.first, second: $0.second, cost: JSONNumber($0.cost))
    }
    if let count = clustersSuggested,
      let tree = Dendrogram(chosen.merges, clusters: chosen.clusters, limit: chosen.clusters)
    {
      groups = tree.groups(count).map { tree.nodes[$0].clusters }
    }
  }
}
