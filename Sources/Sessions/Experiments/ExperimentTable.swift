import Foundation

/// One run of an experiment: a variant with a seed.
package struct ExperimentRun: Sendable, Equatable {
  package enum Standing: Sendable, Hashable {
    case missing
    /// Another process trains it now.
    case running
    /// Goes on from its checkpoint, after so many of its steps.
    case begun(step: Int, planned: Int)
    case finished(ExperimentScores)
    /// The data lack what the variant is about; no fault of anybody's.
    case inapplicable(String)
    /// Why it cannot be trained or counted.
    case impossible(String)
  }

  /// Position of the variant in the experiment.
  package var variant: Int
  package var seed: UInt64
  /// The run's name, or that of the file with a baseline's result.
  package var name: String
  package var standing: Standing

  package var scores: ExperimentScores? {
    if case .finished(let scores) = standing { scores } else { nil }
  }
}

/// One variant with what its runs have come to.
package struct ExperimentRow: Sendable, Equatable {
  package var variant: Experiment.Variant
  /// One a seed.
  package var runs: [ExperimentRun]
  /// The data set's name, to find the published figures; nil where the data could not be read.
  package var dataset: String?
  /// Clusters of the main head, C.
  package var clusters: Int?

  package var finished: Int { runs.count { $0.scores != nil } }

  package func spread(_ figure: (ExperimentScores) -> Double?) -> Spread? {
    Spread(runs.compactMap(\.scores).compactMap(figure))
  }

  /// The accuracy with each label share; none where no run has any.
  package func labelShares(_ count: Int) -> [Spread?] {
    (0..<count).map { place in
      spread { $0.labelShares.flatMap { $0.indices.contains(place) ? $0[place] : nil } }
    }
  }

  package var published: Experiment.PublishedFigure? {
    dataset.flatMap { variant.published[$0] }
  }

  package var publishedMean: Experiment.PublishedFigure? {
    dataset.flatMap { variant.publishedMean[$0] }
  }

  /// What stands in the way of runs, and where those stand that are on their way; nil if nothing
  /// is to be said.
  package var note: String? {
    var parts: [(text: String, seeds: [UInt64])] = []
    for run in runs {
      let text: String
      switch run.standing {
      case .missing, .finished: continue
      case .running: text = "is being trained by another process"
      case .begun(let step, let planned): text = "stopped at step \(step) of \(planned)"
      case .inapplicable(let why): text = why
      case .impossible(let why): text = why
      }
      if let place = parts.firstIndex(where: { $0.text == text }) {
        parts[place].seeds.append(run.seed)
      } else {
        parts.append((text, [run.seed]))
      }
    }
    if parts.isEmpty { return nil }
    if parts.count == 1, parts[0].seeds.count == runs.count { return parts[0].text }
    return parts.map { part in
      let seeds = part.seeds.map(String.init).joined(separator: ", ")
      return "\(part.seeds.count > 1 ? "seeds" : "seed") \(seeds): \(part.text)"
    }.joined(separator: "; ")
  }
}

/// All of an experiment, as it stands on disk.
package struct ExperimentTable: Sendable, Equatable {
  package var experiment: Experiment
  package var rows: [ExperimentRow]

  /// What keeps every single run from being trained, such as data that are not there; nil if not
  /// all have one problem.
  package var commonProblem: String? {
    let standings = Set(rows.flatMap(\.runs).map(\.standing))
    if standings.count == 1, case .impossible(let problem)? = standings.first { return problem }
    return nil
  }

  /// Runs that cannot be trained or counted.
  package var impossible: [ExperimentRun] {
    rows.flatMap(\.runs).filter { if case .impossible = $0.standing { true } else { false } }
  }
}
