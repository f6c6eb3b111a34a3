import Datasets
import NeuralNet
import Settings
import Snapshots

extension InformationClusteringSettings {
  /// The settings that only make sense together.
  ///
  /// - Parameter source: the file to blame.
  /// - Throws: `SettingsError` for the first impossible combination.
  package func validate(source: String) throws(SettingsError) {
    func require(_ holds: Bool, _ key: String, _ problem: String) throws(SettingsError) {
      if !holds { throw SettingsError(source: source, key: key, problem: problem) }
    }
    try require(
      sampleRepeats <= batchPairs, "training.sample_repeats",
      "is \(sampleRepeats), expected at most training.batch_pairs, \(batchPairs)")
    try require(
      batchPairs % sampleRepeats == 0, "training.batch_pairs",
      "is \(batchPairs), expected a multiple of training.sample_repeats, \(sampleRepeats)")
    try turns.validate(source: source)
    for head in turns.heads {
      try require(
        head.clusters <= batchPairs, "heads.\(head.name).clusters",
        "is \(head.clusters), expected at most training.batch_pairs, \(batchPairs)")
    }
    let smallest = architecture(inputChannels: 1).smallestInput
    try require(
      views.inputSize >= smallest, "transform.input_size",
      "is \(views.inputSize), expected at least \(smallest) for \(network.kind.rawValue)")
  }

  /// The settings that must fit the data and the machine.
  ///
  /// - Parameters:
  ///   - images: of the data set, all of its splits.
  ///   - side: the shorter side of the images, in pixels.
  ///   - classes: of the labels.
  ///   - splits: of the data set.
  ///   - memory: of the machine, in bytes.
  ///   - isTrained: whether the images are trained on, not only measured.
  /// - Throws: `SettingsError` that names all that do not fit.
  package func validate(
    source: String, dataset: String, images: Int, side: Int, classes: Int,
    splits: [Split: Range<Int>], memory: Int, isTrained: Bool = true
  ) throws(SettingsError) {
    var problems = turns.missingSplits(splits, evaluation, dataset: dataset)
    if isTrained, problems.isEmpty,
      let problem = turns.batchProblem(
        splits, dataset: dataset, images: images, imagesPerBatch: imagesPerBatch,
        repeats: sampleRepeats)
    {
      problems.append(problem)
    }
    if isTrained, estimatedBytes > memory {
      problems.append(
        (
          "training.batch_pairs",
          "is \(batchPairs), which with network.width \(network.width) needs about "
            + "\(estimatedBytes >> 30) GiB; expected at most this machine's \(memory >> 30) GiB"
        ))
    }
    problems += views.problems(side: side).map { ("transform.\($0.key)", $0.problem) }
    problems += turns.clusterProblems(classes: classes, dataset: dataset)
    if let error = SettingsError(source: source, problems: problems) { throw error }
  }
}
