import RunStorage
import Settings

/// What the command line adds to an experiment. It stands between the experiment's settings and
/// those of its variants, which make the difference.
package struct ExperimentRequest: Sendable {
  /// What its runs' names begin with; the experiment's own name if nil.
  package var name: String?
  package var preset: String?
  /// In place of the experiment's; those if nil.
  package var seeds: [UInt64]?
  /// Flags that stand for a setting, and `--set`.
  package var flags: [(flag: String, key: String, value: String)] = []
  /// Told how many of how many pictures are read, from any thread.
  package var progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }

  package init() {}
}
