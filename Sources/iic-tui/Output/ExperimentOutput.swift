import Foundation
import RunStorage
import Sessions

/// An experiment's table in the forms that the command prints.
struct ExperimentOutput {
  enum Style: Sendable {
    case terminal
    case markdown
    case csv
    case json
  }

  let table: ExperimentTable

  func text(_ style: Style) -> String {
    switch style {
    case .terminal: "\(table.experiment.title)\n\n" + terminal + legend
    case .markdown: markdown + legend
    case .csv: csv
    case .json: table.rows.map { JSONLine.text(ExperimentLine($0, table.experiment)) }.joined()
    }
  }

  /// Which sub-head the accuracies by labels are of, where the table has them.
  private var legend: String {
    table.experiment.labelShares.isEmpty ? "" : "\nBy share of labels: the reported sub-head's.\n"
  }

  /// A column of the readable tables; nil from `cell` is a dash.
  private struct Column {
    var title: String
    var alignRight = true
    var cell: (ExperimentRow) -> String?
  }

  private func columns(bars: Bool) -> [Column] {
    let shares = table.experiment.labelShares
    var columns = [
      Column(title: "variant", alignRight: false) { $0.variant.title },
      Column(title: "seeds") { "\($0.finished)/\($0.runs.count)" },
      Column(title: "lowest loss") { row in Self.percent(row.spread(\.accuracy)) },
    ]
    if bars {
      columns.append(
        Column(title: "", alignRight: false) { row in
          row.spread(\.accuracy).map { Format.bar(filled: Int((20 * $0.mean).rounded())) } ?? ""
        })
    }
    if table.rows.contains(where: { $0.published != nil }) {
      columns.append(Column(title: "paper") { Self.figure($0.published) })
    }
    columns += [
      Column(title: "mean of sub-heads") { Self.percent($0.spread(\.meanAccuracy)) }
    ]
    if table.rows.contains(where: { $0.publishedMean != nil }) {
      columns.append(Column(title: "paper's") { Self.figure($0.publishedMean) })
    }
    columns += [
      Column(title: "best") { Self.percent($0.spread(\.bestAccuracy)) },
      Column(title: "NMI") { Self.number($0.spread(\.nmi)) },
      Column(title: "loss") { Self.number($0.spread(\.loss)) },
      Column(title: "time") { $0.spread(\.seconds).map { Format.duration($0.mean) } },
    ]
    columns += shares.enumerated().map { place, share in
      Column(title: "\(Self.short(share)) % of labels") { row in
        Self.percent(row.labelShares(shares.count)[place])
      }
    }
    if table.rows.contains(where: { $0.note != nil }) {
      columns.append(Column(title: "", alignRight: false) { $0.note ?? "" })
    }
    return columns
  }

  private var terminal: String {
    let columns = columns(bars: true)
    var text = TextTable(columns.map(\.title), alignRight: columns.map(\.alignRight))
    for row in table.rows { text.add(columns.map { $0.cell(row) ?? "–" }) }
    return text.text
  }

  private var markdown: String {
    let columns = columns(bars: false)
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    return line(columns.map(\.title)) + line(columns.map { $0.alignRight ? "--:" : ":--" })
      + table.rows.map { row in
        line(
          columns.map { column in
            String((column.cell(row) ?? "–").map(\.printable))
              .replacingOccurrences(of: "|", with: "\\|")
          })
      }.joined()
  }

  /// Shares are 0...1 and empty where there is none.
  private var csv: String {
    let shares = table.experiment.labelShares
    let figures: [(String, (ExperimentScores) -> Double?)] = [
      ("accuracy", \.accuracy), ("mean_of_sub_heads", \.meanAccuracy), ("best", \.bestAccuracy),
      ("nmi", \.nmi), ("ari", \.ari), ("loss", \.loss), ("seconds", \.seconds),
    ]
    let shareNames = shares.map { "accuracy_\(Self.short($0))_percent_of_labels" }
    var csv = CSV(
      ["variant", "title", "seeds", "finished"]
        + (figures.map(\.0) + shareNames).flatMap { [$0, "\($0)_deviation"] }
        + ["published", "published_mean", "published_mean_deviation", "note"])
    for row in table.rows {
      let spreads = figures.map { row.spread($0.1) } + row.labelShares(shares.count)
      csv.append(
        [
          row.variant.name, row.variant.title, String(row.runs.count), String(row.finished),
        ] + spreads.flatMap { [Self.plain($0?.mean), Self.plain($0?.deviation)] } + [
          Self.plain(row.published.map { $0.mean / 100 }),
          Self.plain(row.publishedMean.map { $0.mean / 100 }),
          Self.plain(row.publishedMean?.deviation.map { $0 / 100 }), row.note ?? "",
        ])
    }
    return csv.text
  }

  private static func plain(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

  /// 5 → `5`, 2.5 → `2.5`
  static func short(_ value: Double) -> String { String(format: "%g", value) }

  /// `85.3 ± 1.2 %`
  private static func percent(_ spread: Spread?) -> String? {
    spread.map { spread in
      let mean = String(format: "%.1f", 100 * spread.mean)
      return mean + (spread.deviation.map { String(format: " ± %.1f", 100 * $0) } ?? "") + " %"
    }
  }

  private static func number(_ spread: Spread?) -> String? {
    spread.map { spread in
      Format.nats(spread.mean) + (spread.deviation.map { " ± " + Format.nats($0) } ?? "")
    }
  }

  private static func figure(_ figure: Experiment.PublishedFigure?) -> String? {
    figure.map { figure in
      short(figure.mean) + (figure.deviation.map { " ± " + short($0) } ?? "") + " %"
    }
  }
}

/// A row as JSON, with each of its runs; what is not known is null.
private struct ExperimentLine: Encodable {
  struct Figure: Encodable {
    var mean: JSONNumber<Double>
    var deviation: JSONNumber<Double>?

    init(_ spread: Spread) {
      mean = JSONNumber(spread.mean)
      deviation = spread.deviation.map { JSONNumber($0) }
    }
  }

  struct Run: Encodable {
    var run: String
    var seed: UInt64
    var status: String
    var accuracy: JSONNumber<Double>?
    var loss: JSONNumber<Double>?
    var message: String?

    init(_ run: ExperimentRun) {
      self.run = run.name
      seed = run.seed
      accuracy = run.scores?.accuracy.map { JSONNumber($0) }
      loss = run.scores?.loss.map { JSONNumber($0) }
      switch run.standing {
      case .missing: status = "missing"
      case .running: status = "running"
      case .begun: status = "begun"
      case .finished: status = "finished"
      case .inapplicable(let why): (status, message) = ("inapplicable", why)
      case .impossible(let why): (status, message) = ("impossible", why)
      }
    }
  }

  struct Share: Encodable {
    var percentOfLabels: Double
    var accuracy: Figure?

    enum CodingKeys: String, CodingKey {
      case percentOfLabels = "percent_of_labels"
      case accuracy
    }
  }

  var experiment: String
  var variant: String
  var title: String
  var dataset: String?
  var clusters: Int?
  var seeds: Int
  var finished: Int
  var accuracy: Figure?
  var meanOfSubHeads: Figure?
  var best: Figure?
  var nmi: Figure?
  var ari: Figure?
  var loss: Figure?
  var seconds: Figure?
  var labelShares: [Share]?
  var published: Double?
  var publishedMean: Double?
  var publishedMeanDeviation: Double?
  var note: String?
  var runs: [Run]

  enum CodingKeys: String, CodingKey {
    case experiment, variant, title, dataset, clusters, seeds, finished, accuracy, best, nmi, ari
    case loss, seconds, published, note, runs
    case meanOfSubHeads = "mean_of_sub_heads"
    case labelShares = "label_shares"
    case publishedMean = "published_mean"
    case publishedMeanDeviation = "published_mean_deviation"
  }

  init(_ row: ExperimentRow, _ experiment: Experiment) {
    self.experiment = experiment.name
    variant = row.variant.name
    title = row.variant.title
    dataset = row.dataset
    clusters = row.clusters
    seeds = row.runs.count
    finished = row.finished
    func figure(_ value: (ExperimentScores) -> Double?) -> Figure? {
      row.spread(value).map(Figure.init)
    }
    accuracy = figure(\.accuracy)
    meanOfSubHeads = figure(\.meanAccuracy)
    best = figure(\.bestAccuracy)
    nmi = figure(\.nmi)
    ari = figure(\.ari)
    loss = figure(\.loss)
    seconds = figure(\.seconds)
    let shares = experiment.labelShares
    labelShares =
      shares.isEmpty
      ? nil
      : zip(shares, row.labelShares(shares.count)).map {
        Share(percentOfLabels: $0, accuracy: $1.map(Figure.init))
      }
    published = row.published.map { $0.mean / 100 }
    publishedMean = row.publishedMean.map { $0.mean / 100 }
    publishedMeanDeviation = row.publishedMean?.deviation.map { $0 / 100 }
    note = row.note
    runs = row.runs.map(Run.init)
  }
}
