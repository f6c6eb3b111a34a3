import ArgumentParser
import Datasets
import Foundation
import Methods
import RunStorage
import Sessions
import Training

/// `iic-tui evaluate`: a run's weights on a data set.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure a run's weights on its data set, or another one.")

  @Argument(help: ArgumentHelp(runHelp, valueName: "run"))
  var runName: String
  @Option(help: "Another data set than the run's.")
  var dataset: String?
  @Option(help: "The folder of the data set's files.")
  var data: String?
  @Flag(help: "The weights with the lowest loss rather than the latest ones.")
  var best = false
  @OptionGroup var runs: RunsOption
  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let folder = try runs.folder.resolve(runName)
    let description = try RunHistoryReader(folder).description()
    var settings = try Configuration(recorded: description.configuration, source: folder.name)
    if let dataset, dataset != settings.dataset {
      settings.dataset = dataset
      // The run's folder holds another one.
      settings.data = ""
    }
    if let data { settings.data = UserPath.absolute(data) }
    let images = try PictureProgress.showing {
      try settings.loadDataset(progress: PictureProgress.report)
    }
    try RunHistoryReader(folder).check(images, evaluating: settings, run: folder.name)
    try settings.validate(
      source: folder.name, images: images.count, side: images.size.side,
      classes: images.classes)
    let (network, step) = try folder.loadNetwork(
      settings, imageChannels: images.channels, best: best)
    let evaluator = ClusterEvaluator(
      heads: settings.clustering.heads, lambda: settings.clustering.lambda, seed: settings.seed,
      batchSize: settings.clustering.batchPairs,
      renderer: try BatchRenderer(
        dataset: images, augmentation: settings.clustering.views.augmentation),
      network: network, samples: [])
    let stepsPerEpoch = max(1, description.stepsPerEpoch)
    guard
      let evaluation = evaluator.evaluate(
        step: step, epoch: (step + stepsPerEpoch - 1) / stepsPerEpoch, elapsed: 0,
        isCancelled: { false })
    else { return }
    StandardStreams.output(
      json
        ? JSONEventLines.line(evaluation, main: description.mainHead?.name)
        : "\(folder.name) after step \(step), on the \(images.count) images of "
          + "\(settings.dataset):\n" + Format.table(evaluation))
  }
}
