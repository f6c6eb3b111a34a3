import Datasets
import Foundation
import Methods
import RunStorage
import Settings
import Training

extension PreparedRun {
  /// A run that starts: labels on top of what another run has learnt, on that run's data unless the
  /// request names other.
  ///
  /// - Parameters:
  ///   - source: the run whose network, views and latest weights are taken.
  ///   - fromScratch: whether the weights are left, for comparison.
  /// - Throws: an error of one line; then no folder is left behind.
  package init(
    fineTuning source: RunFolder, fromScratch: Bool, _ request: RunRequest, in runs: RunsFolder
  ) throws {
    let description = try RunHistoryReader(source).description()
    let recorded = try Configuration(
      recorded: description.configuration, source: source.name)
    guard recorded.method != .segmentation else {
      throw SessionError(
        "\(source.name): clusters pixels; expected a run that clusters whole images")
    }
    guard fromScratch || source.hasCheckpoint else {
      throw SessionError(
        "\(source.url.path): the run has no latest.safetensors to start from (no checkpoint yet)")
    }
    var configuration = Configuration(
      fineTuning: recorded,
      from: fromScratch ? nil : UserPath.absolute(source.latestWeightsURL.path))
    // Data sets share file names: the run's own folder holds what the run says.
    let isOwnFolder =
      request.flag("dataset") == nil
      && request.flag("data").map { UserPath.absolute($0) } == recorded.data
    if !isOwnFolder, let named = try request.recognizedDataset(file: nil),
      named.name != recorded.dataset
    {
      configuration.dataset = named.name
      // The run's folder holds another one.
      configuration.data = ""
    }
    try self.init(
      new: request, ComposedSettings(recorded: configuration, run: source.name),
      named: fromScratch ? "from-scratch" : "finetune", in: runs)
  }
}

extension Configuration {
  /// The settings that suit a run's network and images.
  ///
  /// - Parameter weights: what the trunk starts from, an absolute path; nil for from scratch.
  init(fineTuning run: Configuration, from weights: String?) {
    self.init()
    method = .fineTuning
    preset = run.preset
    dataset = run.dataset
    data = run.data
    pictureSize = run.pictureSize
    pictureChannels = run.pictureChannels
    samples = run.samples
    checkpointSeconds = run.checkpointSeconds
    learningRate = 1e-3
    evaluationEpochs = 5
    switch run.method {
    case .informationClustering:
      let views = run.clustering.views
      fineTuning.network = run.clustering.network
      fineTuning.views.inputSize = views.inputSize
      fineTuning.views.crop = views.firstCrop
      fineTuning.views.flipProbability = views.flipProbability
      fineTuning.views.input = views.input
      // What is never mirrored in training, as digits, is not when it is measured.
      fineTuning.views.testCrops = views.flipProbability > 0 ? 10 : 5
    case .segmentation:
      // Its trunk is of another kind, and no run is prepared from it.
      break
    case .fineTuning:
      fineTuning.network = run.fineTuning.network
      fineTuning.hiddenUnits = run.fineTuning.hiddenUnits
      fineTuning.views = run.fineTuning.views
    }
    fineTuning.start = weights ?? ""
    // A trunk that knows nothing yet has as much to learn as the head.
    if weights == nil { fineTuning.trunkRate = 1 }
  }
}
