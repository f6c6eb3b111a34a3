import Snapshots

/// Where the dashboard's snapshots come from.
package enum DashboardMode: Sendable, Equatable {
  /// This process trains; keys can steer it.
  case live
  /// Another process trains; keys ask it.
  case watch
  /// A recorded run, played at `speed` times its own pace from step `from`.
  case replay(speed: Double, from: Int)
}

/// Everything a frame is drawn from.
package struct DashboardState: Sendable, Equatable {
  package enum Overlay: Sendable, Equatable { case help, notices, leaving }

  /// How a recorded run is played.
  package struct Replay: Sendable, Equatable {
    package var isPlaying: Bool
    /// Recorded seconds a second.
    package var speed: Double
    /// The recorded time shown, in seconds of training.
    package var clock: Double
  }

  /// The run as it stood at the step `position`.
  struct Recalled: Sendable, Equatable {
    var position: Int
    var moment: Moment
  }

  /// A reply to a key, shown for a few seconds.
  package struct Message: Sendable, Equatable {
    package var text: String
    package var secondsLeft: Double
  }

  package var history: RunHistory
  package var mode: DashboardMode
  /// The step that is shown; nil for the newest.
  package var position: Int?
  /// The run as it stood at an earlier step, as it was read for `position`.
  var recalled: Recalled?
  /// nil unless a recorded run is played.
  package var replay: Replay?
  package var head: HeadID
  /// Position of the sub-head in its head; nil follows the reported one.
  package var subHead: Int?
  /// What people call the run's clusters.
  package var names = ClusterNames()
  /// The cluster that was chosen last; `chosenCluster` says whether it is shown.
  package var clusterCursor: ClusterID?
  /// nil unless a text is being typed.
  var prompt: Prompt?
  /// Samples skipped at the start of each row of the sample panel; the sample itself that is shown
  /// of a run that clusters pixels.
  package var sampleOffset = 0
  package var overlay: Overlay?
  /// The tree of clusters stands in the place of the joint distribution.
  package var showsTree = false
  /// The information by displacement stands there instead.
  package var showsDisplacements = false
  /// How the chosen sample is shown of a run that clusters pixels.
  package var segmentationView = SegmentationView.sideBySide
  /// The pause that was asked for; nil once the trainer has answered.
  package var requestedPause: Bool?
  /// The learning rate that was asked for, until a step was taken with it.
  package var requestedLearningRate: Double?
  /// An evaluation, a checkpoint was asked for, and has not come yet.
  var awaitsEvaluation = false
  var awaitsCheckpoint = false
  /// A stop was asked for and the trainer has not ended yet.
  package var isStopping = false
  /// The user is done: the loop that shows this state returns.
  package var isFinished = false
  /// The training is to go on when the screen has gone.
  package var trainsOn = false
  package var message: Message?
  /// Whether there is a process that trains the run, as far as is known.
  package var isTrained = true
  /// Since something came of a run that is trained.
  var secondsWithoutNews = 0.0
  package var width: Int
  package var height: Int
  package var colorDepth: ColorDepth

  package init(
    history: RunHistory, mode: DashboardMode, width: Int = 80, height: Int = 24,
    colorDepth: ColorDepth = .palette256
  ) {
    self.history = history
    self.mode = mode
    self.width = width
    self.height = height
    self.colorDepth = colorDepth
    head = history.description.mainHead?.name ?? .b
    if case .replay(let speed, let from) = mode {
      replay = Replay(isPlaying: true, speed: speed, clock: 0)
      seek(toStep: from)
    }
  }

  package mutating func say(_ text: String, seconds: Double = 4) {
    message = Message(text: text, secondsLeft: seconds)
  }
}
