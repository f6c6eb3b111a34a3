import Foundation
import TestSupport
import Testing

/// One thing that a user can get wrong, and what has to be in the line that says so.
struct BadInput: Sendable, CustomTestStringConvertible {
  let name: String
  /// In addition to a small training's; later ones win.
  var arguments: @Sendable (Workspace) -> [String] = { _ in [] }
  /// Spoils the workspace.
  var prepare: @Sendable (Workspace) throws -> Void = { _ in }
  let expected: [String]

  var testDescription: String { name }
}

// MARK: Data

extension BadInput {
  private static let images = "train-images-idx3-ubyte"
  private static let labels = "train-labels-idx1-ubyte"

  /// The whole of the file replaced.
  private static func file(
    _ name: String, _ file: String, _ bytes: @escaping @Sendable () throws -> [UInt8],
    _ expected: String...
  ) -> BadInput {
    BadInput(
      name: name,
      prepare: { workspace in
        try FileManager.default.removeItem(
          at: workspace.data.appendingPathComponent(
            file.hasSuffix(".gz") ? String(file.dropLast(3)) : file))
        try Data(bytes()).write(to: workspace.data.appendingPathComponent(file))
      },
      expected: ["/data/\(file): "] + expected)
  }

  /// An image file of the digits that come with the program.
  private static func compressedDigits() throws -> [UInt8] {
    Array(
      try Data(
        contentsOf: Workspace.checkout.appendingPathComponent(
          "assets/digits/digits-images-idx3-ubyte.gz")))
  }

  private static func good() -> [UInt8] { SyntheticDigits(count: 120).imageFile }

  static let data: [BadInput] = [
    BadInput(
      name: "missing data folder", arguments: { ["--data", $0.url.path + "/nowhere"] },
      expected: ["/nowhere: cannot be read: No such file or directory"]),
    BadInput(
      name: "one file missing",
      prepare: {
        try FileManager.default.removeItem(
          at: $0.data.appendingPathComponent("t10k-labels-idx1-ubyte"))
      }, expected: ["/data has none of t10k-labels-idx1-ubyte,"]),
    BadInput(
      name: "data folder is a file", arguments: { ["--data", $0.data.path + "/" + images] },
      expected: ["train-images-idx3-ubyte: cannot be read: Not a directory"]),
    BadInput(
      name: "file is a folder",
      prepare: {
        let url = $0.data.appendingPathComponent(images)
        try FileManager.default.removeItem(at: url)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
      }, expected: ["/data/\(images): ", "folder"]),
    BadInput(
      name: "unknown data set", arguments: { _ in ["--dataset", "mnits"] },
      expected: ["\"mnits\"", "digits, mnist, fashion-mnist"]),
    file("empty file", images, { [] }, "size is 0 bytes", "header of 16 bytes"),
    file("header cut", images, { Array(good().prefix(15)) }, "15 bytes", "header of 16 bytes"),
    file("data cut", images, { good().dropLast() }, "94079 bytes", "expected 94080"),
    file("data too long", images, { good() + [0] }, "more than 94080", "expected 94080"),
    file("magic", images, { [1] + good().dropFirst() }, "magic number (offset 0)", "00000803"),
    file("element type", images, { [0, 0, 9] + good().dropFirst(3) }, "type (offset 2)", "08"),
    file("labels for images", images, { SyntheticDigits(count: 9).labelFile }, "dimensions", "3"),
    file("images for labels", labels, { good() }, "dimensions (offset 3) is 3, expected 1"),
    file(
      "overflowing sizes", images,
      { [0, 0, 8, 3] + Array(repeating: 0xFF, count: 12) + [1, 2, 3] }, "expected at most 4096"),
    file(
      "more than there is", images,
      { [0, 0, 8, 3, 0, 0, 0, 60, 0, 0, 16, 0, 0, 0, 16, 0, 1] }, "is 1 bytes",
      "60 × 4096 × 4096"),
    file(
      "more than the machine holds", images,
      { [0, 0, 8, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 16, 0, 0, 0, 16, 0, 1] },
      "4294967295 × 4096 × 4096", "expected at most this machine's memory"),
    file(
      "no images", images, { idx([0, 28, 28], []) }, "number of images", "least 1"),
    file(
      "no width", images, { idx([9, 28, 0], []) }, "number of columns", "least 1"),
    file("counts differ", labels, { SyntheticDigits(count: 119).labelFile }, "119 labels", "120"),
    file(
      "class out of range", labels,
      { idx([120], Array(repeating: 10, count: 120)) },
      "label 0 is 10, expected 0…9"),
    file(
      "sizes differ", "t10k-images-idx3-ubyte",
      { SyntheticDigits(count: 10, side: 20).imageFile }, "20×20", "expected 28×28"),
    file("gzip cut", images + ".gz", { try compressedDigits().dropLast(1000) }, "cannot be read"),
    file(
      "gzip damaged", images + ".gz",
      {
        var bytes = try compressedDigits()
        for index in 5000..<5100 { bytes[index] ^= 0x55 }
        return bytes
      }, "cannot be read"),
    file("gzip followed", images + ".gz", { try compressedDigits() + [7] }, "cannot be read"),
    file("not gzip", images + ".gz", { Array("not gzip at all, no".utf8) }, "magic number"),
  ]
}

// MARK: Settings

extension BadInput {
  private static func setting(_ assignment: String, _ expected: String...) -> BadInput {
    BadInput(name: assignment, arguments: { _ in ["--set", assignment] }, expected: expected)
  }

  private static func config(_ name: String, _ text: String, _ expected: String...) -> BadInput {
    BadInput(
      name: name, arguments: { ["--config", $0.url.path + "/own.yaml"] },
      prepare: {
        try Data(text.utf8).write(to: $0.url.appendingPathComponent("own.yaml"))
      },
      expected: ["/own.yaml: "] + expected)
  }

  static let settings: [BadInput] = [
    BadInput(
      name: "unknown preset", arguments: { _ in ["--preset", "digitz"] },
      expected: [
        "--preset: unknown preset 'digitz', expected one of camvid-3-small, cifar10, cifar10-plus, "
      ]
    ),
    BadInput(
      name: "missing configuration file", arguments: { ["--config", $0.url.path + "/no.yaml"] },
      expected: ["/no.yaml: cannot be read"]),
    BadInput(
      name: "binary configuration file",
      arguments: { ["--config", $0.url.path + "/own.yaml"] },
      prepare: {
        try Data([0xFF, 0xFE, 0x80]).write(to: $0.url.appendingPathComponent("own.yaml"))
      },
      expected: ["/own.yaml: is not text in UTF-8"]),
    config("not YAML", "training: [", "not YAML"),
    config("key twice", "dataset: mnist\ndataset: digits\n", "dataset"),
    config("no mapping", "- a\n", "expected keys and values"),
    config("unknown key", "training: {epoch: 3}", "training.epoch: unknown key", "training.epochs"),
    config("bad value", "training: {lambda: nan}", "training.lambda: is 'nan', expected a number"),
    setting("training.epoch=3", "--set: training.epoch: unknown key", "training.epochs"),
    setting("epochs", "--set: 'epochs', expected key=value"),
    setting("training.sample_repeats=61", "training.sample_repeats: is 61", "at most"),
    setting("training.sample_repeats=7", "training.batch_pairs: is 60", "multiple of"),
    setting("heads.B.clusters=1", "heads.B.clusters: is '1', expected auto or an integer from 2"),
    setting("heads.A.sub_heads=0", "heads.A.sub_heads: is '0', expected an integer from 1"),
    setting("heads.A.clusters=61", "heads.A.clusters: is 61, expected at most"),
    setting("heads.B.clusters=9", "heads.B.clusters: is 9, expected at least the 10 classes"),
    setting("transform.plain_crop=29", "transform.plain_crop: is 29", "at most the images' 28"),
    setting("transform.transformed_crops=20,30", "transform.transformed_crops: has 30", "28"),
    setting("transform.input_size=7", "transform.input_size: is '7'", "from 8 to 512"),
    setting("training.batch_pairs=700", "training.batch_pairs: 140 images", "at most the 130"),
    BadInput(
      name: "negative steps", arguments: { _ in ["--steps=-1"] },
      expected: ["--steps: training.steps: is '-1', expected an integer from 0 to 1073741824"]),
    BadInput(
      name: "no steps", arguments: { _ in ["--steps", "0"] },
      expected: ["--steps: is '0', expected an integer of at least 1"]),
    BadInput(
      name: "more than the memory",
      arguments: { _ in
        [
          "--set", "training.batch_pairs=100000", "--set", "training.sample_repeats=1000",
          "--set", "network.width=256",
        ]
      },
      expected: ["training.batch_pairs: is 100000", "GiB"]),
    BadInput(
      name: "heads of more than the memory",
      arguments: { _ in
        [
          "--set", "transform.input_size=512", "--set", "network.width=64", "--set",
          "heads.A.clusters=350", "--set", "heads.A.sub_heads=50", "--set",
          "training.batch_pairs=350",
        ]
      },
      expected: ["GiB; expected at most this machine's"]),
    BadInput(
      name: "no epochs", arguments: { _ in ["--epochs", "0"] },
      expected: ["--epochs: training.epochs: is '0', expected an integer from 1 to 1073741824"]),
    BadInput(
      name: "negative threads", arguments: { _ in ["--threads=-1"] },
      expected: ["--threads: training.threads: is '-1'"]),
    BadInput(
      name: "run's name with a slash", arguments: { _ in ["--name", "../x"] },
      expected: ["name", "../x"]),
    BadInput(
      name: "run named last", arguments: { _ in ["--name", "last"] }, expected: ["named 'last'"]),
    BadInput(
      name: "unwritable runs folder",
      arguments: { ["--runs", $0.url.path + "/file/runs"] },
      prepare: { try Data().write(to: $0.url.appendingPathComponent("file")) },
      expected: ["/file/runs: cannot make the runs folder: Not a directory"]),
    BadInput(
      name: "runs folder is a file",
      arguments: { ["--runs", $0.url.path + "/file"] },
      prepare: { try Data().write(to: $0.url.appendingPathComponent("file")) },
      expected: ["/file: cannot make the run"]),
  ]
}
