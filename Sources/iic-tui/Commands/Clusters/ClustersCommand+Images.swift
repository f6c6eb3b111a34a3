import ArgumentParser
import Datasets
import Foundation
import RunStorage
import Sessions

/// Which images a command about clusters takes, and which weights judge them.
struct ClusterImagesOptions: ParsableArguments {
  @OptionGroup var subHead: SubHeadOptions
  @OptionGroup var weights: WeightsOptions
  @OptionGroup var other: OtherDataOptions

  func assigner(_ folder: RunFolder) throws -> ClusterAssigner {
    let assigner = try PictureProgress.showing {
      try ClusterAssigner(
        folder, head: subHead.head, number: subHead.subHead, weights: weights.choice,
        dataset: other.dataset, data: other.data, mayDiffer: other.changed.dataChanged,
        progress: PictureProgress.report)
    }
    if let note = assigner.subHead.noteOnOtherNames { StandardStreams.note(note) }
    return assigner
  }

  /// Of a run that clusters pixels.
  func pixelAssigner(_ folder: RunFolder) throws -> PixelAssigner {
    try PictureProgress.showing {
      try PixelAssigner(
        folder, head: subHead.head, number: subHead.subHead, weights: weights.choice,
        dataset: other.dataset, data: other.data, mayDiffer: other.changed.dataChanged,
        progress: PictureProgress.report)
    }
  }
}

extension ClustersCommand {
  /// `clusters RUN assignments`.
  struct Assignments: ParsableCommand {
    enum Format: String, EnumerableFlag {
      case csv, json

      static func help(for value: Format) -> ArgumentHelp? {
        value == .csv ? "A table (the default)." : "One JSON object a line."
      }
    }

    static let configuration = CommandConfiguration(
      abstract: "The cluster of every image of the data set, as CSV or JSON.",
      usage: """
        iic-tui clusters <run> assignments [--sub-heads] [--csv | --json] [--output <file>] \
        [<options>]
        """,
      discussion: """
        A row an image, in the data set's order: its path, or its split and its number in that, \
        the cluster, what that is called, and the probability that the image is in it.
        """)

    @ParentCommand var parent: ClustersCommand
    @OptionGroup var images: ClusterImagesOptions
    @Flag(help: "A row for each sub-head of the head.")
    var subHeads = false
    @Flag var format = Format.csv
    @Option(help: "Write into this file, whole or not at all, instead of stdout.")
    var output: String?

    func validate() throws {
      guard output?.isEmpty != true else {
        throw ValidationError("--output is empty, expected a path")
      }
      guard !subHeads || images.subHead.subHead == nil else {
        throw ValidationError("--sub-heads takes all of them, --sub-head one; expected either")
      }
    }

    func run() throws {
      let assigner = try images.assigner(parent.runToRead())
      guard let output else {
        write(assigner) { StandardStreams.output($0) }
        return
      }
      let url = URL(fileURLWithPath: UserPath.absolute(output))
      try AtomicFile.write(to: url) { file throws(StorageError) in
        try write(assigner) { text throws(StorageError) in
          try file.write(Data(text.utf8))
          return true
        }
      }
      StandardStreams.tellWritten(output)
    }

    /// - Parameter output: takes whole lines; returns false when nobody reads them any more.
    private func write<Failure: Error>(
      _ assigner: ClusterAssigner, _ output: (String) throws(Failure) -> Bool
    ) throws(Failure) {
      var pending =
        format == .csv ? AssignmentLine.header(hasPaths: assigner.dataset.files != nil) : ""
      let places = subHeads ? Array(0..<assigner.subHead.head.subHeads) : [assigner.subHead.place]
      var isRead = true
      try assigner.forEachImage { image, assignments throws(Failure) in
        for place in places {
          let line = AssignmentLine(image, at: place, assignments[place], assigner)
          pending += format == .json ? JSONLine.text(line) : line.csv
        }
        if pending.utf8.count > 1 << 14 {
          isRead = try output(pending)
          pending = ""
        }
        return isRead
      }
      if isRead { _ = try output(pending) }
    }
  }

  /// `clusters RUN sheet F.png`.
  struct Sheet: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A picture with the most typical and the least certain images of each cluster.",
      usage: "iic-tui clusters <run> sheet <file.png> [--columns <n>] [<options>]",
      discussion: """
        A row a cluster, with its number and what it is called. At the left the images that the \
        network is most sure of, the surest first; at the right those of the cluster that it is \
        least sure of, the least sure first. Of a run that clusters pixels these are pictures, at \
        the left those that the cluster has most of, and what is in other clusters is dark.
        """)

    @ParentCommand var parent: ClustersCommand
    @Argument(help: ArgumentHelp("The PNG file to write.", valueName: "file.png"))
    var file: String
    @Option(help: "Images of each kind in a row, 1 to 100.")
    var columns = 10
    @OptionGroup var images: ClusterImagesOptions

    func validate() throws {
      guard file.lowercased().hasSuffix(".png") else {
        throw ValidationError("the file is '\(file)', expected a name that ends in .png")
      }
      guard (1...100).contains(columns) else {
        throw ValidationError("--columns is \(columns), expected 1 to 100")
      }
    }

    func run() throws {
      let folder = try parent.runToRead()
      try folder.refuseOutput(to: file)
      let sheet =
        try PixelPredictor.suits(folder)
        ? try ContactSheet(images.pixelAssigner(folder), columns: columns)
        : try ContactSheet(images.assigner(folder), columns: columns)
      let bytes = try sheet.picture().pngBytes(path: file)
      try AtomicFile.write(
        Data(bytes), to: URL(fileURLWithPath: UserPath.absolute(file)))
      // The sheet has letters of ASCII alone.
      var table = TextTable(
        ["row", "cluster", sheet.noun + "s"], alignRight: [true, false, true])
      for (place, row) in sheet.rows.enumerated() {
        table.add(["\(place + 1)", row.text, "\(row.images)"])
      }
      StandardStreams.output("wrote \(file)\n" + table.text)
    }
  }

  /// `clusters RUN sort DIR`.
  struct Sort: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Links to an image folder's files, or copies, a folder a cluster.",
      usage: "iic-tui clusters <run> sort <dir> [--copy] [<options>]",
      discussion: """
        The files stay where they are. DIR is new or empty, and lies outside the data folder. Its \
        folders are called as their clusters are, or cluster-03; a second file of one name gets a \
        number.
        """)

    @ParentCommand var parent: ClustersCommand
    @Argument(help: ArgumentHelp("The folder to make.", valueName: "dir"))
    var folder: String
    @Flag(help: "Copy the files instead of linking to them.")
    var copy = false
    @OptionGroup var images: ClusterImagesOptions

    func validate() throws {
      if folder.isEmpty { throw ValidationError("DIR is empty, expected a folder") }
    }

    func run() throws {
      StopSignals.take()
      StopSignals.protect()
      let sorting = try ImageSorting(images.assigner(parent.runToRead()), into: folder)
      let folders = try sorting.run(copies: copy) { StopSignals.stop != nil }
      StopSignals.allIsSaved()
      var table = TextTable(["folder", "cluster", "images"], alignRight: [false, true, true])
      for folder in folders { table.add([folder.name, "\(folder.cluster)", "\(folder.images)"]) }
      StandardStreams.output("\(copy ? "copied" : "linked") into \(folder)\n" + table.text)
    }
  }
}
