/// The losses of a run over its steps, thinned out: of a long run every second, fourth, eighth…
/// step is kept, so that millions of steps take no more memory than some thousands.
///
/// Which steps are kept depends on the number of the newest one alone, so a run looks the same
/// while it is trained and when it is read from disk.
package struct StepTimeline: Sendable, Equatable {
  package struct Point: Sendable, Equatable {
    package var step: Int
    package var head: HeadID
    /// As the step's snapshot has it, in nats.
    package var loss: Double
    /// Seconds of training up to the step.
    package var elapsed: Double

    package init(step: Int, head: HeadID, loss: Double, elapsed: Double) {
      self.step = step
      self.head = head
      self.loss = loss
      self.elapsed = elapsed
    }
  }

  /// More points than a chart has columns of dots.
  package static let capacity = 4096

  /// The points kept, in order of step: those whose step is a multiple of `stride`.
  package private(set) var points: [Point] = []
  package private(set) var stride = 1
  /// The newest step there was, kept or not.
  package private(set) var newest: Point?

  package init() {}

  /// A timeline of points that are thinned out already.
  ///
  /// - Parameters:
  ///   - points: in order, each a multiple of `Self.stride(lastStep:)` of the newest's step.
  ///   - newest: nil for a run without steps.
  package init(points: [Point], newest: Point?) {
    self.points = points
    self.newest = newest
    stride = Self.stride(lastStep: newest?.step ?? 0)
  }

  /// The distance of the points of a run of so many steps: a power of two.
  package static func stride(lastStep: Int) -> Int {
    var stride = 1
    while lastStep / stride > capacity { stride *= 2 }
    return stride
  }

  /// Adds a step that comes after all others.
  package mutating func append(_ point: Point) {
    newest = point
    let stride = Self.stride(lastStep: point.step)
    if stride != self.stride {
      self.stride = stride
      points.removeAll { $0.step % stride != 0 }
    }
    if point.step % stride == 0 { points.append(point) }
  }

  /// Seconds of training up to step `step`; between two points as if the pace were even.
  package func elapsed(atStep step: Int) -> Double {
    let (before, after) = neighbours { $0.step <= step }
    guard let after, after.step > before.step else { return before.elapsed }
    let share = Double(step - before.step) / Double(after.step - before.step)
    return before.elapsed + share * (after.elapsed - before.elapsed)
  }

  /// The last step that was over after `elapsed` seconds of training; 0 for none.
  package func step(atElapsed elapsed: Double) -> Int {
    let (before, after) = neighbours { $0.elapsed <= elapsed }
    guard let after, after.elapsed > before.elapsed else { return before.step }
    let share = (elapsed - before.elapsed) / (after.elapsed - before.elapsed)
    return min(after.step - 1, before.step + Int(share * Double(after.step - before.step)))
  }

  /// A step and the seconds of training up to it.
  private typealias Mark = (step: Int, elapsed: Double)

  /// The last point for which `isBefore` holds, the run's start if there is none, and the next one.
  ///
  /// Requires that it holds for the points up to some place and for none behind it.
  private func neighbours(_ isBefore: (Point) -> Bool) -> (before: Mark, after: Mark?) {
    var low = 0
    var high = points.count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(points[middle]) { low = middle + 1 } else { high = middle }
    }
    let before: Mark = low == 0 ? (0, 0) : (points[low - 1].step, points[low - 1].elapsed)
    if low < points.count { return (before, (points[low].step, points[low].elapsed)) }
    guard let newest, newest.step > before.step else { return (before, nil) }
    let last: Mark = (newest.step, newest.elapsed)
    return isBefore(newest) ? (last, nil) : (before, last)
  }
}

extension StepTimeline.Point {
  package init(_ step: StepSnapshot) {
    self.init(step: step.step, head: step.head, loss: step.loss, elapsed: step.elapsed)
  }
}
