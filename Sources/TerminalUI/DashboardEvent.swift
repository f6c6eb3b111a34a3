import Snapshots

/// A key as the dashboard knows it.
package enum Key: Sendable, Hashable {
  /// A printable character, space included.
  case character(Character)
  case tab, enter, escape, backspace
  case left, right, up, down
  case home, end, pageUp, pageDown
  /// Text that came at once from elsewhere.
  case pasted(String)
  /// Ctrl-L: paint everything anew.
  case repaint
  /// Ctrl-Z: give the terminal back to the shell for a while.
  case suspend
  /// The terminal has a new size, in cells.
  case resize(width: Int, height: Int)
}

/// Everything that can change what the dashboard shows.
package enum DashboardEvent: Sendable, Equatable {
  case key(Key)
  case resize(width: Int, height: Int)
  /// What the run has sent since the last time.
  case training([TrainingEvent])
  /// The run was read anew; all that was known of it before no longer holds.
  case history(RunHistory)
  /// What people call the run's clusters, as it is on disk.
  case names(ClusterNames)
  /// Whether a process still trains a run that is watched.
  case isTrained(Bool)
  /// Something that was asked for is done, or could not be, and why.
  case said(String)
  /// Nobody takes what was asked of the trainer, and why.
  case refused(String)
  /// Wall-clock seconds since the last tick.
  case tick(seconds: Double)
}

/// What the dashboard asks of the world around it. Only a live run can be steered; names can be
/// given, and pictures sorted, at any time.
package enum DashboardAction: Sendable, Equatable {
  case setPaused(Bool)
  /// End training after the step in hand and save.
  case stop
  case checkpoint
  case evaluate
  case setLearningRate(Double)
  /// Keep the name with the run; answered by `.names` or `.said`.
  case nameCluster(ClusterID, name: String)
  /// Sort the data set's pictures by the clusters of a sub-head, counted from 0, into a folder;
  /// answered by `.said` when it is done.
  case sortPictures(HeadID, subHead: Int, into: String)
}
