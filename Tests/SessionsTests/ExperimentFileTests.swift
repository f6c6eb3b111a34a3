import Datasets
import Settings
import Testing

@testable import Sessions

/// Experiments as their files have them, and what is wrong with others.
@Suite struct ExperimentFileTests {
  private func experiment(_ yaml: String) throws -> Experiment {
    try Experiment(yaml: yaml, name: "own", source: "/lab/own.yaml")
  }

  @Test func allKeys() throws {
    let found = try experiment(
      """
      title: Widths
      preset: mnist-small
      dataset: mnist
      data: digits
      settings:
        training: {epochs: 3}
        heads.B.clusters: 12
      seeds: [3, 18446744073709551615]
      label_shares: [100, 2.5]
      variants:
        narrow:
          title: Narrow, 8
          preset: mnist
          settings:
            transform: {transformed_crops: [16, 20]}
            network: {width: 8}
            method: information-clustering
          needs: test
          published: {mnist: 99.2}
          published_mean: {mnist: [98.4, 0.7]}
        k-means: {baseline: k-means}
        plain:
      """)
    #expect(found.name == "own" && found.title == "Widths" && found.preset == "mnist-small")
    #expect(
      found.settings == [
        .init(key: "dataset", value: "mnist"), .init(key: "data", value: "/lab/digits"),
        .init(key: "training.epochs", value: "3"), .init(key: "heads.B.clusters", value: "12"),
      ])
    #expect(found.seeds == [3, .max] && found.labelShares == [100, 2.5])
    #expect(found.variants.map(\.name) == ["narrow", "k-means", "plain"])
    #expect(found.variants.map(\.title) == ["Narrow, 8", "k-means", "plain"])
    let narrow = found.variants[0]
    // The method says which other keys there are, and so comes first.
    #expect(
      narrow.settings == [
        .init(key: "method", value: "information-clustering"),
        .init(key: "transform.transformed_crops", value: "16,20"),
        .init(key: "network.width", value: "8"),
      ])
    #expect(narrow.preset == "mnist" && narrow.needs == .test && narrow.baseline == nil)
    #expect(narrow.published == ["mnist": .init(mean: 99.2, deviation: nil)])
    #expect(narrow.publishedMean == ["mnist": .init(mean: 98.4, deviation: 0.7)])
    #expect(found.variants[1].baseline == .kMeans)
    #expect(found.variants[2].settings.isEmpty)
  }

  @Test func theShortestFile() throws {
    let found = try experiment("variants: {a: }")
    #expect(found.title == "own" && found.seeds == [1] && found.labelShares.isEmpty)
    #expect(found.preset == nil && found.settings.isEmpty)
  }

  @Test(arguments: [
    ("", "variants: has none, expected at least one name with what it changes"),
    ("variants: {}", "variants: has none, expected at least one name with what it changes"),
    ("variants: [a, b]", "variants: has none, expected at least one name with what it changes"),
    (
      "variant: {a: }",
      "variant: unknown key, expected one of title, preset, dataset, data, settings, seeds, "
        + "label_shares, variants"
    ),
    (
      "variants: {a: {setting: {}}}",
      "variants.a.setting: unknown key, expected one of title, preset, settings, needs, baseline, "
        + "fine_tunes, from_scratch_like, published, published_mean"
    ),
    (
      "variants: {a: {settings: {heads: {A: {cluster: 3}}}}}",
      "variants.a.settings.heads.A.cluster: unknown key, expected one of heads.A.clusters, "
        + "heads.A.sub_heads, heads.A.epochs, heads.A.splits"
    ),
    (
      "settings: {trainin: {epochs: 3}}\nvariants: {a: }",
      "settings.trainin.epochs: unknown key, expected one of "
    ),
    ("variants: {a: 3}", "variants.a: expected keys below it, such as 'settings'"),
    (
      "variants: {a: {settings: 3}}",
      "variants.a.settings: expected settings below it, such as 'training: {epochs: 3}'"
    ),
    (
      "variants: {a b: }",
      "variants.a b: expected a name of letters, digits, '-', '_' and '.'"
    ),
    ("variants: {a: , a: }", "not YAML: the key 'a' stands there twice"),
    (
      "seeds: [1, 1]\nvariants: {a: }",
      "seeds: is '1,1', expected integers from 0 to 2⁶⁴ − 1, each once"
    ),
    (
      "seeds: {a: 1}\nvariants: {a: }",
      "seeds: is 'a group', expected integers from 0 to 2⁶⁴ − 1, each once"
    ),
    (
      "label_shares: [50, 0]\nvariants: {a: }",
      "label_shares: is '50, 0', expected numbers above 0.0 and at most 100.0"
    ),
    (
      "variants: {a: {needs: validation}}",
      "variants.a.needs: is 'validation', expected one of train, test, unlabelled"
    ),
    (
      "variants: {a: {baseline: pca}}",
      "variants.a.baseline: is 'pca', expected one of k-means, random-network"
    ),
    (
      "variants: {a: {published: {mnist: much}}}",
      "variants.a.published.mnist: expected a figure in percent, or it and its deviation in a list"
    ),
    (
      "variants: {a: {fine_tunes: b}}",
      "variants.a.fine_tunes: is 'b', expected a variant that is trained without labels; there is "
        + "none"
    ),
    (
      "variants: {a: {settings: {training: {seed: 5}}}}",
      "variants.a.settings.training.seed: is not a variant's: 'seeds' says which"
    ),
    (
      "variants: {a: {fine_tunes: a}, b: }",
      "variants.a.fine_tunes: is 'a', expected a variant that is trained without labels: b"
    ),
    (
      "variants: {a: {fine_tunes: b, from_scratch_like: b}, b: }",
      "variants.a.from_scratch_like: expected it or fine_tunes, not both"
    ),
    (
      "variants: {a: {from_scratch_like: b, preset: digits}, b: }",
      "variants.a.from_scratch_like: expected neither preset nor baseline beside it"
    ),
    (
      "variants: {a: {published: {imagenet: 3}}}",
      "variants.a.published.imagenet: unknown key, expected one of digits, mnist"
    ),
  ])
  func oneLine(yaml: String, problem: String) throws {
    let error = #expect(throws: SettingsError.self) { try experiment(yaml) }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("/lab/own.yaml: " + problem), "\(text)")
    #expect(!text.contains("\n"))
  }

  /// All but the one of the restart, whose setting comes with it.
  @Test(arguments: ["table1", "table2", "table3", "seeds", "figure6"]) func ownFiles(name: String)
    throws
  {
    let found = try ExperimentCatalog.load(name)
    #expect(found.name == name && !found.variants.isEmpty && found.title != name)
    #expect(try ExperimentCatalog.summaries().contains { $0.name == name && !$0.summary.isEmpty })
  }

  @Test func publishedFiguresStandInTheFile() throws {
    let table = try ExperimentCatalog.load("table1")
    #expect(
      table.variants.map { $0.published["mnist"]?.mean } == [99.2, 26.1, 57.2])
    #expect(table.variants[0].publishedMean["cifar10"] == .init(mean: 57.6, deviation: 5))
  }
}
