import ArgumentParser
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
