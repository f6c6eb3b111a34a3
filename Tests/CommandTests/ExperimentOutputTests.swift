import Foundation
import Testing

@testable import Sessions
@testable import iic_tui

/// The forms of an experiment's table, and its plot.
@Suite struct ExperimentOutputTests {
  private static func table(labelShares: [Double] = []) -> ExperimentTable {
    func run(_ variant: Int, _ seed: UInt64, _ standing: ExperimentRun.Standing) -> ExperimentRun {
      ExperimentRun(variant: variant, seed: seed, name: "t-\(variant)-\(seed)", standing: standing)
    }
    func scores(_ accuracy: Double) -> ExperimentScores {
      ExperimentScores(
        accuracy: accuracy, nmi: accuracy / 2, ari: accuracy / 4, loss: -2 * accuracy,
        meanAccuracy: accuracy - 0.1, bestAccuracy: accuracy + 0.1, seconds: 100,
        labelShares: labelShares.isEmpty ? nil : labelShares.map { accuracy * $0 / 100 })
    }
    let variants = [
      Experiment.Variant(
        name: "iic", title: "IIC", published: ["mnist": .init(mean: 99.2, deviation: nil)],
        publishedMean: ["mnist": .init(mean: 98.4, deviation: 0.7)]),
      Experiment.Variant(
        name: "k-means", title: "k-means, 1|2", baseline: .kMeans,
        published: ["mnist": .init(mean: 57, deviation: nil)]),
      Experiment.Variant(name: "odd", title: "Odd <&>"),
    ]
    var pixels = ExperimentScores(accuracy: 0.5, nmi: 0.25, ari: 0.125)
    pixels.seconds = 3
    return ExperimentTable(
      experiment: Experiment(
        name: "t", source: "t.yaml", title: "A table", preset: nil, settings: [], seeds: [1, 2],
        labelShares: labelShares, variants: variants),
      rows: [
        ExperimentRow(
          variant: variants[0],
          runs: [run(0, 1, .finished(scores(0.75))), run(0, 2, .finished(scores(0.85)))],
          dataset: "mnist", clusters: 10),
        ExperimentRow(
          variant: variants[1], runs: [run(1, 1, .finished(pixels)), run(1, 2, .missing)],
          dataset: "mnist", clusters: 20),
        ExperimentRow(
          variant: variants[2],
          runs: [run(2, 1, .begun(step: 3, planned: 9)), run(2, 2, .impossible("no, it is not"))],
          dataset: nil, clusters: nil),
      ])
  }

  @Test func terminal() {
    let dashes = "seed 1: stopped at step 3 of 9; seed 2: no, it is not"
    let expected = [
      "A table",
      "",
      "variant       seeds   lowest loss                         paper  mean of sub-heads       "
        + "paper's          best            NMI            loss  time",
      "IIC             2/2  80.0 ± 5.0 %  ████████████████░░░░  99.2 %       70.0 ± 5.0 %  "
        + "98.4 ± 0.7 %  90.0 ± 5.0 %  0.400 ± 0.025  -1.600 ± 0.100  1:40",
      "k-means, 1|2    1/2        50.0 %  ██████████░░░░░░░░░░    57 %                  –  "
        + "           –             –          0.250               –  0:03",
      "Odd <&>         0/2             –                             –                  –  "
        + "           –             –              –               –     –  " + dashes,
    ]
    let found = ExperimentOutput(table: Self.table()).text(.terminal)
    #expect(found == expected.map { $0 + "\n" }.joined(), "\(found)")
  }

  @Test func markdown() {
    let expected = """
      | variant | seeds | lowest loss | paper | mean of sub-heads | paper's | best | NMI | loss | \
      time |  |
      | :-- | --: | --: | --: | --: | --: | --: | --: | --: | --: | :-- |
      | IIC | 2/2 | 80.0 ± 5.0 % | 99.2 % | 70.0 ± 5.0 % | 98.4 ± 0.7 % | 90.0 ± 5.0 % | \
      0.400 ± 0.025 | -1.600 ± 0.100 | 1:40 |  |
      | k-means, 1\\|2 | 1/2 | 50.0 % | 57 % | – | – | – | 0.250 | – | 0:03 |  |
      | Odd <&> | 0/2 | – | – | – | – | – | – | – | – | seed 1: stopped at step 3 of 9; seed 2: no, \
      it is not |

      """
    let found = ExperimentOutput(table: Self.table()).text(.markdown)
    #expect(found == expected, "\(found)")
  }

  @Test func csv() {
    let lines = ExperimentOutput(table: Self.table(labelShares: [100, 2.5])).text(.csv)
      .split(separator: "\n").map(String.init)
    #expect(lines.count == 4)
    #expect(
      lines[0]
        == "variant,title,seeds,finished,accuracy,accuracy_deviation,mean_of_sub_heads,"
        + "mean_of_sub_heads_deviation,best,best_deviation,nmi,nmi_deviation,ari,ari_deviation,"
        + "loss,loss_deviation,seconds,seconds_deviation,accuracy_100_percent_of_labels,"
        + "accuracy_100_percent_of_labels_deviation,accuracy_2.5_percent_of_labels,"
        + "accuracy_2.5_percent_of_labels_deviation,published,published_mean,"
        + "published_mean_deviation,note")
    #expect(
      lines[2] == "k-means,\"k-means, 1|2\",2,1,0.5,,,,,,0.25,,0.125,,,,3.0,,,,,,0.57,,,")
    #expect(
      lines[3]
        == "odd,Odd <&>,2,0,,,,,,,,,,,,,,,,,,,,,,"
        + "\"seed 1: stopped at step 3 of 9; seed 2: no, it is not\"")
  }

  @Test func json() throws {
    let text = ExperimentOutput(table: Self.table(labelShares: [100])).text(.json)
    let rows = try jsonObjects(text)
    #expect(rows.compactMap { $0["variant"] as? String } == ["iic", "k-means", "odd"])
    #expect(rows.compactMap { $0["finished"] as? Int } == [2, 1, 0])
    let accuracy = try #require(rows[0]["accuracy"] as? [String: Double])
    #expect(abs((accuracy["mean"] ?? 0) - 0.8) < 1e-9)
    #expect(abs((accuracy["deviation"] ?? 0) - 0.05) < 1e-9)
    let shares = try #require(rows[0]["label_shares"] as? [[String: Any]])
    #expect(shares.count == 1 && shares[0]["percent_of_labels"] as? Double == 100)
    let runs = try #require(rows[2]["runs"] as? [[String: Any]])
    #expect(runs.compactMap { $0["status"] as? String } == ["begun", "impossible"])
    #expect(runs[1]["message"] as? String == "no, it is not")
  }

  @Test func plot() {
    let svg = LabelSharePlot(Self.table(labelShares: [100, 10, 1])).svg
    #expect(
      svg.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg ")
        && svg.hasSuffix("</svg>\n"))
    #expect(svg.components(separatedBy: "<polyline").count == 5)
    #expect(svg.contains(">Odd &lt;&amp;&gt;</text>") && svg.contains(">clusters, k</text>"))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    // 80 % at 100 % of the labels: the right end, on an axis from 0 to 90 %.
    #expect(svg.contains("<circle cx=\"424\" cy=\"68.9\""), "\(svg)")
  }
}
