import ArgumentParser
import RunStorage
import Sessions
import Snapshots
import TerminalUI

extension ClustersCommand {
  /// `clusters RUN`: every cluster of one sub-head.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The clusters of one sub-head: name, class and share of the images or pixels.",
      usage: "iic-tui clusters <run> [show] [--head <head>] [--sub-head <n>] [--json]")

    @ParentCommand var parent: ClustersCommand
    @OptionGroup var options: SubHeadOptions
    @Flag(help: "One JSON object a line.")
    var json = false

    func run() throws {
      let folder = try parent.runToRead()
      let subHead = try NamedSubHead(folder, head: options.head, number: options.subHead)
      let rows = (0..<subHead.head.clusters).map { ClusterRow($0, of: subHead) }
      if json {
        StandardStreams.output(rows.map { JSONLine.text($0) }.joined())
        return
      }
      let hasClasses = subHead.evaluation?.scores != nil
      let things = try PixelPredictor.suits(folder) ? "pixels" : "images"
      var table = TextTable(
        ["cluster", "name"] + (hasClasses ? ["class"] : []) + [things],
        alignRight: [true, false] + (hasClasses ? [false] : []) + [true])
      for row in rows {
        table.add(
          [String(row.cluster), row.name ?? "–"] + (hasClasses ? [row.className ?? "–"] : [])
            + [Format.percent(row.share)])
      }
      let evaluated = subHead.evaluationStep.map { ", evaluated after step \($0)" } ?? ""
      StandardStreams.output(
        "\(subHead.run): head \(subHead.head.name), sub-head \(subHead.place + 1)\(evaluated)\n"
          + table.text)
      if let note = subHead.noteOnOtherNames { StandardStreams.note(note) }
    }
  }

  /// `clusters RUN names`: what was named, in all sub-heads.
  struct Names: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The names that were given, in all sub-heads.",
      usage: "iic-tui clusters <run> names [--json]")

    @ParentCommand var parent: ClustersCommand
    @Flag(help: "One JSON object a line.")
    var json = false

    func run() throws {
      let folder = try parent.runToRead()
      let names = try folder.clusterNames()
      if json {
        let lines = names.all.map { JSONLine.text(NameLine(cluster: $0, name: $1)) }
        StandardStreams.output(lines.joined())
        return
      }
      guard !names.isEmpty else {
        StandardStreams.output("\(folder.name): no cluster has a name yet\n")
        return
      }
      var table = TextTable(
        ["head", "sub-head", "cluster", "name"], alignRight: [false, true, true, false])
      for (cluster, name) in names.all {
        table.add(
          [cluster.head.rawValue, "\(cluster.subHead + 1)", "\(cluster.cluster)", name])
      }
      StandardStreams.output(table.text)
    }
  }

  /// `clusters RUN name HEAD CLUSTER NAME`.
  struct Name: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a cluster a name, or take it away.",
      usage: """
        iic-tui clusters <run> name <head> <cluster> <name> [--sub-head <n>]
        iic-tui clusters <run> name <head> <cluster> --remove [--sub-head <n>]
        """,
      discussion: """
        The name stands in place of the cluster's number everywhere: on the screen, in predict, \
        evaluate and export. Names may be given at any time, while the run trains too; they stay \
        when it is resumed. It has 1 to 60 characters. Several clusters may have one name.
        """)

    @ParentCommand var parent: ClustersCommand
    @Argument(help: "The head, A or B.")
    var head: HeadID
    @Argument(help: "The cluster's number, from 0.")
    var cluster: Int
    @Argument(help: "What to call it.")
    var name: String?
    @Option(help: "The sub-head, from 1; the reported one if not given.")
    var subHead: Int?
    @Flag(help: "Take the cluster's name away.")
    var remove = false

    func validate() throws {
      guard (name == nil) == remove else {
        throw ValidationError("expected either a name or --remove")
      }
    }

    func run() throws {
      let folder = try parent.folder()
      let subHead = try NamedSubHead(folder, head: head, number: subHead)
      let cluster = try subHead.cluster(cluster)
      var name: String?
      do throws(ClusterNameProblem) {
        if let text = self.name { name = try ClusterNames.checked(text) }
      } catch {
        throw SessionError("the name \(error)")
      }
      var before: String?
      try folder.changeClusterNames {
        before = $0[cluster]
        $0[cluster] = name
      }
      let old = before.map { $0.map(\.printable) }.map { String($0) }
      switch (name, old) {
      case (let name?, let old?) where name != old:
        StandardStreams.output(
          "\(folder.name): \(cluster) is called '\(name)', no longer '\(old)'\n")
      case (let name?, _):
        StandardStreams.output("\(folder.name): \(cluster) is called '\(name)'\n")
      case (nil, let old?):
        StandardStreams.output("\(folder.name): \(cluster) is no longer called '\(old)'\n")
      case (nil, nil):
        if let carried = subHead.names[cluster],
          let origin = try folder.clusterNames().all.first(where: {
            $0.name == carried && $0.cluster.head == cluster.head
          })?.cluster
        {
          throw SessionError(
            "\(folder.name): \(cluster) is called as \(origin) is; --sub-head \(origin.subHead + 1) "
              + "and cluster \(origin.cluster) take the name away")
        }
        throw SessionError("\(folder.name): \(cluster) has no name to take away")
      }
    }
  }
}

/// A cluster as JSON.
private struct ClusterRow: Encodable {
  var head: String
  var subHead: Int
  var cluster: Int
  /// What a person called it.
  var name: String?
  var className: String?
  /// Of the images, or pixels, of the newest evaluation, 0...1.
  var share: Double?

  enum CodingKeys: String, CodingKey {
    case head, cluster, name, share
    case subHead = "sub_head"
    case className = "class"
  }

  init(_ cluster: Int, of subHead: NamedSubHead) {
    head = subHead.head.name.rawValue
    self.subHead = subHead.place + 1
    self.cluster = cluster
    name = subHead.names.name(head: subHead.head.name, subHead: subHead.place, cluster: cluster)
    let classes = subHead.description.classNames
    if let label = subHead.evaluation?.scores?.classOfCluster[cluster],
      classes.indices.contains(label)
    {
      className = classes[label]
    }
    share = subHead.evaluation.map { Double($0.clusterShares[cluster]) }
  }
}

/// A name as JSON.
private struct NameLine: Encodable {
  var head: String
  var subHead: Int
  var cluster: Int
  var name: String

  enum CodingKeys: String, CodingKey {
    case head, cluster, name
    case subHead = "sub_head"
  }

  init(cluster: ClusterID, name: String) {
    head = cluster.head.rawValue
    subHead = cluster.subHead + 1
    self.cluster = cluster.cluster
    self.name = name
  }
}
