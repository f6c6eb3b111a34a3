import ArgumentParser
import Datasets
import Sessions

/// `iic-tui datasets`: the data sets that the program knows, and whether one's own is readable.
struct DatasetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "datasets", abstract: "List the data sets that there are; check one's own.",
    subcommands: [List.self, Check.self, Potsdam.self], defaultSubcommand: List.self)

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

extension DatasetsCommand {
  /// `iic-tui datasets potsdam`: the official pictures cut into tiles.
  struct Potsdam: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Cut the ISPRS's aerial pictures of Potsdam into tiles to train on.",
      discussion: """
        Takes '…_RGBIR.tif' and, where they are there, '…_label.tif' in FROM and the folders \
        below, and writes PNGs of 200×200 pixels: TO/images with infrared as the fourth channel, \
        TO/labels in the ISPRS's colours. Then: iic-tui train --preset potsdam-3 --data TO
        """)

    @Argument(help: ArgumentHelp("The folder of the official pictures.", valueName: "from"))
    var source: String
    @Argument(help: ArgumentHelp("The folder for the tiles.", valueName: "to"))
    var target: String

    func validate() throws {
      if source.isEmpty || target.isEmpty {
        throw ValidationError("a folder's name is empty, expected FROM and TO")
      }
    }

    func run() throws {
      let count = try PictureProgress.showing {
        try PotsdamTiles.cut(
          from: UserPath.absolute(source), to: UserPath.absolute(target),
          progress: PictureProgress.report)
      }
      guard count > 0 else {
        throw SessionError(
          "\(source): no picture has the \(PotsdamTiles.side)×\(PotsdamTiles.side) pixels of a tile"
        )
      }
      StandardStreams.output("\(count) tiles of \(PotsdamTiles.side)×\(PotsdamTiles.side) pixels\n")
    }
  }
}

extension DatasetCheck {
  /// What was found, as lines and a table.
  fileprivate var report: String {
    func counted(_ count: Int, _ one: String, _ many: String) -> String {
      "\(count) \(count == 1 ? one : many)"
    }
    var sizes = "\(dataset.width)×\(dataset.height)"
    if let smallest = census.smallest, let largest = census.largest, smallest != largest {
      sizes =
        "\(smallest.width)×\(smallest.height) to \(largest.width)×\(largest.height)"
    }
    let labels = dataset.classes == 0 ? "no labels" : counted(dataset.classes, "class", "classes")
    var text =
      "\(folder): \(entry.name), \(entry.summary)\n"
      + "\(counted(dataset.count, "image", "images")) of \(sizes) pixels, "
      + "\(counted(dataset.channels, "channel", "channels")), \(labels)\n"
    if census.blank > 0 {
      text += "\(counted(census.blank, "image has", "images have")) one colour all over\n"
    }
    for note in dataset.notes { text += note + "\n" }
    if let otherPreset {
      text += "--preset \(otherPreset) takes these pictures too, to find regions in them\n"
    }
    var table = TextTable(
      ["class"] + census.splits.map(\.rawValue),
      alignRight: [false] + census.splits.map { _ in true })
    if let pixels = census.pixels {
      let totals = census.splits.indices.map { split in pixels.reduce(0) { $0 + $1[split] } }
      for (name, counts) in zip(dataset.classNames + ["without a class"], pixels) {
        table.add(
          [name]
            + zip(counts, totals).map {
              Format.percent(Double($0) / Double(max(1, $1))) + " of pixels"
            })
      }
      table.add(["pictures"] + census.images.map(String.init))
      return text + "\n" + table.text
    }
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
    /// nil where pixels have classes.
    var images: [String: Int]?
    /// nil where images have classes.
    var pixels: [String: Int]?
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
  var otherPreset: String?

  enum CodingKeys: String, CodingKey {
    case dataset, folder, images, width, height, channels, blank, splits, classes, notes
    case withoutLabel = "without_label"
    case otherPreset = "other_preset"
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
    classes =
      census.pixels.map { pixels in
        zip(data.classNames, pixels).map { Class(name: $0, pixels: bySplit($1)) }
      } ?? zip(data.classNames, census.classes).map { Class(name: $0, images: bySplit($1)) }
    withoutLabel = bySplit(census.withoutLabel)
    notes = data.notes
    otherPreset = check.otherPreset
  }
}
