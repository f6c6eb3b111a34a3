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
  @OptionGroup var other: OtherDataOptions
  @OptionGroup var weights: WeightsOptions
  @Option(
    name: .customLong("labels"),
    help: ArgumentHelp(
      "Shares of the training labels in percent, such as 100%,10%,1%: how accurate test images are "
        + "when only so many labels say which class each cluster stands for.",
      valueName: "percent,…"))
  var labelShares: String?
  @OptionGroup var runs: RunsOption
  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard labelShares == nil || !shares.isEmpty else {
      throw ValidationError(
        "--labels is '\(labelShares ?? "")', expected numbers above 0 and at most 100 with commas")
    }
  }

  /// In percent; none if they are not all numbers.
  private var shares: [Double] {
    let words = labelShares?.split(separator: ",", omittingEmptySubsequences: false) ?? []
    let shares = words.compactMap {
      ShareOfLabels.percent(String($0)) ?? Double($0)
    }.filter { $0 > 0 && $0 <= 100 }
    return shares.count == words.count ? shares : []
  }

  func run() throws {
    let folder = try runs.runToRead(runName)
    let reader = RunHistoryReader(folder)
    let description = try reader.description()
    let names = try folder.clusterNames()
    let (settings, images) = try PictureProgress.showing {
      try folder.loadData(
        dataset: other.dataset, data: other.data, mayDiffer: other.changed.dataChanged,
        progress: PictureProgress.report)
    }
    DataNotes.tell(images)
    try settings.validate(
      source: folder.name, images: images.count, side: images.size.side,
      classes: images.classes, splits: images.splits, isTrained: false)
    let network = try StoredNetwork(
      folder, settings, imageChannels: images.channels, classes: description.classNames.count,
      weights: weights.choice)
    if !shares.isEmpty, settings.method == .segmentation {
      throw SessionError(
        "--labels is for runs that cluster whole images; \(folder.name) does pixels")
    }
    let step = network.step
    let epoch = weights.weights == nil ? try reader.epoch(ofStep: step) : 0
    guard let evaluation = try network.evaluate(images, epoch: epoch)
    else { return }
    let named = NamedAccuracy.all(of: evaluation, names: names, classNames: images.classNames)
    let main = description.mainHead?.name
    let classes = ClassLine.all(of: evaluation, main: main, classNames: images.classNames)
    let contingency = ContingencyLines(
      evaluation, main: main, names: names, classNames: images.classNames)
    var labelled: [LabelShareLine] = []
    if !shares.isEmpty, let main, let head = evaluation[main] {
      guard images.classes > 0 else {
        throw SessionError("\(settings.dataset): has no labels, which --labels takes a part of")
      }
      let parts = LabelShares(
        clusters: 1, labels: images.labels, classes: images.classes,
        splits: images.splits, seed: settings.seed)
      if let least = parts.smallestShare, let share = shares.min(), share < least {
        throw SessionError(
          "--labels: \(share) % of the training labels is less than one image of a class; expected "
            + "at least \(least) %")
      }
      let accuracies = try network.accuracies(
        ofLabelShares: shares, in: images, head, seed: settings.seed)
      labelled = zip(shares, accuracies ?? []).map { LabelShareLine(share: $0, accuracy: $1) }
    }
    let origin = weights.weights.map { "with \($0)" } ?? "after step \(step)"
    StandardStreams.output(
      json
        ? JSONEventLines.line(
          evaluation, main: main, named: named, classes: classes, contingency: contingency,
          labelled: labelled)
        : "\(folder.name) \(origin), on \(evaluation.images) images of "
          + "\(settings.dataset):\n" + Format.table(evaluation) + named.map(\.line).joined()
          + Format.table(classes) + Format.table(contingency) + labelled.map(\.line).joined())
  }
}
