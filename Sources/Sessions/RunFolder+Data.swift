import Datasets
import RunStorage
import Training

extension RunFolder {
  /// A run's settings and data set, or another one that its network is to judge. The settings are
  /// still to be validated against it.
  ///
  /// - Parameters:
  ///   - dataset: another data set than the run's, by name.
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
    // What the heads were trained on need not be there.
    settings.clustering.turns.headA.splits = []
    settings.clustering.turns.headB.splits = []
    settings.segmentation.turns.headA.splits = []
    settings.segmentation.turns.headB.splits = []
    let images = try settings.loadDataset(progress: progress)
    if dataset != nil || data != nil { settings.forgetSplits(missingIn: images) }
    try settings.checkPictures(of: images)
    try reader.check(
      images, evaluating: settings, run: name, mayDiffer: mayDiffer || dataset != nil)
    return (settings, images)
  }
}

extension Configuration {
  /// Where a part of the data set that evaluations are of is not in this one, all of it is measured.
  fileprivate mutating func forgetSplits(missingIn dataset: ImageDataset) {
    let there = Set(dataset.splits.names)
    for evaluation in [\Configuration.clustering.evaluation, \.segmentation.evaluation] {
      if !there.isSuperset(of: self[keyPath: evaluation].splits) {
        self[keyPath: evaluation].splits = []
      }
      if !there.isSuperset(of: self[keyPath: evaluation].assignmentSplits) {
        self[keyPath: evaluation].assignmentSplits = []
      }
    }
  }
}
