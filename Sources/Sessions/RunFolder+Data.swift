import Datasets
import Methods
import RunStorage
import Snapshots
import Training

extension RunFolder {
  /// A run's settings and data set, or another one that its network is to judge. The settings are
  /// still to be validated against it.
  ///
  /// - Parameters:
  ///   - dataset: another data set than the run's, by name; that which lies in the folder if nil
  ///     and the run's reads none.
  ///   - data: the folder of its files, as a person writes it.
  ///   - mayDiffer: whether they may be others than those that the run learnt from; another data
  ///     set that is named always may.
  ///   - progress: told how many of how many pictures are read, from any thread.
  /// - Throws: an error of one line where it cannot be read, or its images are of another size.
  package func loadData(
    dataset: String?, data: String?, mayDiffer: Bool,
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
  ) throws -> (settings: Configuration, images: ImageDataset) {
    let reader = RunHistoryReader(self)
    var settings = try Configuration(
      recorded: reader.description().configuration, source: name)
    if let dataset, dataset != settings.dataset {
      settings.dataset = dataset
      // The run's folder holds another one.
      settings.data = ""
    }
    if let data { settings.data = UserPath.absolute(data) }
    var isNamed = dataset != nil
    if dataset == nil, let data, try !DatasetCatalog.entry(named: settings.dataset).needsFolder {
      settings.dataset = try DatasetCatalog.recognize(UserPath.absolute(data)).name
      isNamed = true
    }
    try settings.fitPictures(to: reader.samples())
    // What the heads were trained on need not be there.
    settings.clustering.turns.headA.splits = []
    settings.clustering.turns.headB.splits = []
    settings.segmentation.turns.headA.splits = []
    settings.segmentation.turns.headB.splits = []
    var images = try settings.loadDataset(progress: progress)
    if isNamed || data != nil { settings.forgetSplits(missingIn: &images) }
    try settings.checkPictures(of: images)
    try reader.check(
      images, evaluating: settings, run: name, mayDiffer: mayDiffer || isNamed)
    return (settings, images)
  }
}

extension Configuration {
  /// Whole images of a folder are made as large as those that the run was trained on.
  fileprivate mutating func fitPictures(to samples: SampleImages) {
    guard method != .segmentation, samples.count > 0 else { return }
    pictureSize = samples.height
    pictureChannels = samples.channels
  }

  /// Where a part of the data set that evaluations are of is not in this one, all of it is
  /// measured, and the data set's notes say so.
  fileprivate mutating func forgetSplits(missingIn dataset: inout ImageDataset) {
    let parts: [(String, WritableKeyPath<EvaluationSettings, [Split]>, String)] = [
      ("splits", \.splits, "are measured"),
      ("mapping_splits", \.assignmentSplits, "name the clusters"),
    ]
    for evaluation in [\Configuration.clustering.evaluation, \.segmentation.evaluation] {
      for (key, part, verb) in parts {
        let missing = self[keyPath: evaluation][keyPath: part].filter {
          !dataset.splits.names.contains($0)
        }
        guard let first = missing.first else { continue }
        self[keyPath: evaluation][keyPath: part] = []
        dataset.notes.append(
          "evaluation.\(key): \(self.dataset) has no \(first.rawValue) images here; all of its "
            + "images \(verb)")
      }
    }
  }
}
