import ArgumentParser
import Datasets
import Sessions

/// `iic-tui datasets`: the data sets that the program knows, and whether one's own is readable.
struct DatasetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "datasets", abstract: "List the data sets that there are; check one's own.",
    subcommands: [List.self, Check.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The data sets that the program knows.")

    func run() {
      var table = TextTable(
        ["data set", "what it is", "where from"], alignRight: Array(repeating: false, count: 3))
      for entry in DatasetCatalog.entries { table.add([entry.name, entry.summary, entry.source]) }
      StandardStreams.output(table.text)
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read every file of a data set, and count its images.",
      discussion: """
        Says what lies in the folder, as 'train --data' takes it, with the number of images of \
        each class and split and whatever could not be read.
        """)

    @Argument(help: ArgumentHelp("The folder of the data set's files.", valueName: "dir"))
    var folder: String
    @Option(help: "The data set; recognised by its files if not given.")
    var dataset: String?
    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
      if folder.isEmpty { throw ValidationError("DIR is empty, expected a folder") }
    }

    func run() throws {
      let check = try PictureProgress.showing {
        try DatasetCheck(folder: folder, name: dataset, progress: PictureProgress.report)
      }
      StandardStreams.output(json ? JSONLine.text(CheckLine(check)) : check.report)
    }
  }
}

extension DatasetCheck {
  /// What was found, as lines and a table.
  fileprivate var report: String {
    func counted(_ count: Int, _ one: String, _ many: String) -> String {
      "\(count) \(count == 1 ? one : many)"
    }
    let labels = dataset.classes == 0 ? "no labels" : counted(dataset.classes, "class", "classes")
    var text =
      "\(folder): \(entry.name), \(entry.summary)\n"
      + "\(counted(dataset.count, "image", "images")) of \(dataset.width)×\(dataset.height) "
      + "pixels, "
      + "\(counted(dataset.channels, "channel", "channels")), \(labels)\n"
    if census.blank > 0 {
      text += "\(counted(census.blank, "image has", "images have")) one colour all over\n"
    }
    for note in dataset.notes { text += note + "\n" }
    var table = TextTable(
      ["class"] + census.splits.map(\.rawValue),
      alignRight: [false] + census.splits.map { _ in true })
    for (name, counts) in zip(dataset.classNames, census.classes) {
      table.add([name] + counts.map(String.init))
    }
    if census.withoutLabel.contains(where: { $0 > 0 }) {
      table.add(["without a label"] + census.withoutLabel.map(String.init))
    }
    table.add(["all"] + census.images.map(String.init))
    return text + "\n" + table.text
  }
}

/// What was found, as JSON. Counts are by split; classes are in the order of label values.
private struct CheckLine: Encodable {
  struct Class: Encodable {
    var name: String
    var images: [String: Int]
  }

  var dataset: String
  var folder: String
  var images: Int
  var width: Int
  var height: Int
  var channels: Int
  var blank: Int
  var splits: [String: Int]
  var classes: [Class]
  var withoutLabel: [String: Int]
  var notes: [String]

  enum CodingKeys: String, CodingKey {
    case dataset, folder, images, width, height, channels, blank, splits, classes, notes
    case withoutLabel = "without_label"
  }

  init(_ check: DatasetCheck) {
    let (data, census) = (check.dataset, check.census)
    func bySplit(_ counts: [Int]) -> [String: Int] {
      Dictionary(uniqueKeysWithValues: zip(census.splits.map(\.rawValue), counts))
    }
    dataset = check.entry.name
    folder = check.folder
    images = data.count
    (width, height, channels) = (data.width, data.height, data.channels)
    blank = census.blank
    splits = bySplit(census.images)
    classes = zip(data.classNames, census.classes).map { Class(name: $0, images: bySplit($1)) }
    withoutLabel = bySplit(census.withoutLabel)
    notes = data.notes
  }
}
