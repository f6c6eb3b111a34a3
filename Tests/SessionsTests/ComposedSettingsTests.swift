import Foundation
import Settings
import TestSupport
import Testing

@testable import Sessions

/// Settings from preset, file and command line: what wins, where paths start, who is blamed.
@Suite struct ComposedSettingsTests {
  @Test func aFileNamesItsPreset() throws {
    #expect(
      try ComposedSettings.preset(ofFile: "preset: mnist-small\n", source: "f") == "mnist-small")
    #expect(try ComposedSettings.preset(ofFile: "dataset: digits\n", source: "f") == nil)
    var settings = try ComposedSettings(preset: "mnist-small", source: "f: preset")
    try settings.apply(file: "preset: mnist-small\ntraining: {epochs: 3}\n", path: "/a/f.yaml")
    #expect(settings.configuration.preset == "mnist-small")
    #expect(settings.configuration.dataset == "mnist")
    #expect(settings.configuration.epochs == 3)
    let error = #expect(throws: SettingsError.self) {
      try ComposedSettings(preset: "nope", source: "f.yaml: preset")
    }
    #expect(error?.description.hasPrefix("f.yaml: preset: unknown preset 'nope'") == true)
  }

  @Test(arguments: [
    ("pictures", "/a/b/pictures"), ("./pictures", "/a/b/pictures"), ("../c", "/a/c"),
    ("/d", "/d"), ("~/e", "\(NSHomeDirectory())/e"),
  ])
  func dataInAFileStartsAtTheFile(written: String, path: String) throws {
    var settings = try ComposedSettings(preset: "digits", source: "")
    try settings.apply(file: "data: \(written)\n", path: "/a/b/f.yaml")
    #expect(settings.configuration.data == path)
  }

  @Test func weightsInAFileStartAtTheFile() throws {
    var settings = try ComposedSettings(preset: "digits", source: "")
    try settings.apply(
      file: "method: fine-tuning\nfinetune: {from: ../w.safetensors}\n", path: "/a/b/f.yaml")
    #expect(settings.configuration.fineTuning.start == "/a/w.safetensors")
    try settings.apply(assignment: "finetune.from=/c/w.safetensors")
    #expect(settings.configuration.fineTuning.start == "/c/w.safetensors")
    try settings.apply(assignment: "finetune.from=")
    #expect(settings.configuration.fineTuning.start == "")
  }

  @Test func homeFolder() {
    #expect(UserPath.absolute("~", home: "/h") == "/h")
    #expect(UserPath.absolute("~/x", home: "/h") == "/h/x")
    #expect(UserPath.absolute("~x", base: "/b", home: "/h") == "/b/~x")
    #expect(UserPath.absolute("x/../y", base: "/b") == "/b/y")
  }

  @Test func theSourceOfTheKeyIsBlamed() throws {
    var settings = try ComposedSettings(preset: "digits", source: "")
    try settings.apply(file: "training: {batch_pairs: 61}\n", path: "/a/f.yaml")
    func blamed() -> String? {
      do {
        try settings.blaming { configuration throws(SettingsError) in
          try configuration.validate(source: "")
        }
        return nil
      } catch {
        return error.source
      }
    }
    #expect(blamed() == "/a/f.yaml")
    try settings.apply(assignment: "training.batch_pairs=62")
    #expect(blamed() == "--set")
    var preset = try ComposedSettings(preset: "digits", source: "")
    try preset.apply(assignment: "heads.B.clusters=9")
    let error = #expect(throws: SettingsError.self) {
      try preset.blaming { configuration throws(SettingsError) in
        try configuration.validate(source: "", images: 10, side: 19, classes: 10)
      }
    }
    // All that does not fit, blamed on where the first of it stands.
    #expect(error?.source == "preset digits")
    for key in [
      "training.batch_pairs", "transform.plain_crop", "transform.transformed_crops",
      "heads.B.clusters",
    ] {
      #expect(error?.description.contains("\(key): ") == true, "\(key)")
    }
  }

  @Test func whatASettingsFileIsNot() throws {
    let folder = try TemporaryFolder()
    func problem(_ path: String) -> String {
      let error = #expect(throws: SessionError.self) { try UserPath.readText(path) }
      return error?.description ?? ""
    }
    #expect(problem(folder.path + "/none").hasSuffix("No such file or directory"))
    #expect(problem(folder.path).hasSuffix("is a folder, expected a YAML file"))
    #expect(
      problem(try folder.write("bytes", [0x61, 0xff, 0xfe])).contains("is not text in UTF-8"))
    #expect(try UserPath.readText(folder.write("text", Array("a: 1\n".utf8))) == "a: 1\n")
  }
}
