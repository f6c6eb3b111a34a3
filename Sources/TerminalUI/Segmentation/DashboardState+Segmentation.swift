import Snapshots

extension DashboardState {
  /// Whether the run puts pixels into clusters, not whole images.
  var clustersPixels: Bool {
    func hasMaps(_ evaluation: EvaluationSnapshot?) -> Bool {
      evaluation?.heads.contains { $0.subHeads.contains(where: \.hasMaps) } ?? false
    }
    return !history.samples.labelMaps.isEmpty || hasMaps(moment.evaluation)
      || hasMaps(history.newest.evaluation)
  }

  /// The sample of such a run that is shown.
  var shownSample: Int { min(max(0, sampleOffset), max(0, history.samples.count - 1)) }

  mutating func changeSegmentationView() {
    guard clustersPixels else {
      say("this run clusters whole images: they have one view")
      return
    }
    segmentationView = segmentationView.next
    say("view: \(segmentationView.name)")
  }

  mutating func toggleDisplacements() {
    guard clustersPixels else {
      say("this run clusters whole images: it knows no displacements")
      return
    }
    showsDisplacements.toggle()
    if showsDisplacements { showsTree = false }
  }

  /// Goes back to the first samples once others are shown. A sample whose pixels are clustered
  /// stays: it has something of every cluster.
  mutating func rewindSamples() {
    if !clustersPixels { sampleOffset = 0 }
  }
}
