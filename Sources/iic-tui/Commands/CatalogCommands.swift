import ArgumentParser
import Datasets
import Training

/// `iic-tui presets`: the settings that come with the program.
struct PresetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "presets", abstract: "The settings that come with the program.")

  func run() throws {
    var table = TextTable(["preset", "what it is"], alignRight: [false, false])
    for preset in try PresetCatalog.all() { table.add([preset.name, preset.summary]) }
    StandardStreams.output(table.text)
  }
}

/// `iic-tui datasets`: the data sets that the program knows.
struct DatasetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "datasets", abstract: "The data sets that the program knows.")

  func run() {
    var table = TextTable(
      ["data set", "what it is", "where from"], alignRight: Array(repeating: false, count: 3))
    for entry in DatasetCatalog.entries { table.add([entry.name, entry.summary, entry.source]) }
    StandardStreams.output(table.text)
  }
}
