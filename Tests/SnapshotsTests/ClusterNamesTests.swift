import Testing

@testable import Snapshots

@Suite struct ClusterNamesTests {
  @Test func aNameIsOneSubHeadsAlone() {
    var names = ClusterNames()
    names[ClusterID(head: .b, subHead: 1, cluster: 3)] = "cats"
    #expect(names.name(head: .b, subHead: 1, cluster: 3) == "cats")
    #expect(names.name(head: .b, subHead: 0, cluster: 3) == nil)
    #expect(names.name(head: .a, subHead: 1, cluster: 3) == nil)
    #expect(names.names(head: .b, subHead: 1, clusters: 5) == [nil, nil, nil, "cats", nil])
    names[ClusterID(head: .b, subHead: 0, cluster: 9)] = "owls"
    names[ClusterID(head: .a, subHead: 4, cluster: 0)] = "eels"
    #expect(names.all.map(\.name) == ["eels", "owls", "cats"])
    #expect(names.namedSubHeads(of: .b) == [0, 1])
    names[ClusterID(head: .b, subHead: 1, cluster: 3)] = nil
    #expect(names.namedSubHeads(of: .b) == [0])
  }

  @Test func namesThatDo() throws {
    let family = "👨‍👩‍👧 family"
    let sixty = String(repeating: "ä", count: 60)
    for (text, name) in [
      ("cats", "cats"), ("  two words\t", "two words"), ("猫", "猫"), (family, family),
      ("\n x \r\n", "x"), (sixty, sixty), ("a/b", "a/b"), (".", "."),
    ] {
      #expect(try ClusterNames.checked(text) == name)
    }
  }

  @Test(arguments: [
    ("", "is empty, expected 1 to 60 characters"),
    (" \t\n ", "is empty, expected 1 to 60 characters"),
    (String(repeating: "x", count: 61), "has 61 characters, expected at most 60"),
    (String(repeating: "x", count: 10_000), "has 10000 characters, expected at most 60"),
    ("e" + String(repeating: "\u{301}", count: 1000), "has 1001 characters, expected at most 60"),
    ("a\nb", "has a control character, U+000A, expected text on one line"),
    ("a\u{1B}[2Jb", "has a control character, U+001B, expected text on one line"),
    ("a\u{2028}b", "has a control character, U+2028, expected text on one line"),
    ("a\u{202E}b", "has a control character, U+202E, expected text on one line"),
    ("a\u{0}b", "has a control character, U+0000, expected text on one line"),
    ("a\u{FFFD}", "is not UTF-8, or has the character U+FFFD"),
  ])
  func namesThatDoNot(_ text: String, _ problem: String) {
    #expect(throws: ClusterNameProblem(description: problem)) {
      try ClusterNames.checked(text)
    }
  }

  /// Three clusters, two classes: 0 has 3 and 1, 1 has 2 and 5, 2 has 4 and 0.
  private static let subHead = SubHeadEvaluation(
    index: 1, loss: 0, mutualInformation: 0, entropy: 0, conditionalEntropy: 0,
    scores: ClassScores(
      accuracy: 0.5, nmi: 0, ari: 0, classOfCluster: [0, 1, -1], contingency: [3, 1, 2, 5, 4, 0]),
    joint: [Float](repeating: 0, count: 9), clusterShares: [0.25, 0.5, 0.25],
    sampleProbabilities: [])

  @Test func nameThenClassThenNumber() {
    var names = ClusterNames()
    names[ClusterID(head: .b, subHead: 1, cluster: 1)] = "curs"
    names[ClusterID(head: .b, subHead: 0, cluster: 0)] = "of another sub-head"
    let labels = (0..<3).map {
      ClusterLabel(
        cluster: $0, of: Self.subHead, head: .b, names: names, classNames: ["cat", "dog"])
    }
    #expect(labels == [.className("cat"), .name("curs"), .number(2)])
    #expect(labels.map(\.text) == ["cat", "curs", "2"])
  }

  @Test func accuracyUnderNames() throws {
    let classes = ["cat", "Dog"]
    func accuracy(_ names: [String?]) -> Double? {
      Self.subHead.accuracy(underNames: names, classNames: classes)?.accuracy
    }
    #expect(accuracy(["CAT", "dog", nil]) == 8.0 / 15)
    // Several clusters of one name.
    #expect(accuracy(["cat", "dog", "cat"]) == 12.0 / 15)
    #expect(accuracy(["bird", nil, nil]) == 0)
    #expect(accuracy([nil, nil, nil]) == nil)
    #expect(Self.subHead.accuracy(underNames: ["cat", nil, "x"], classNames: classes)?.named == 2)
    var unlabelled = Self.subHead
    unlabelled.scores = nil
    #expect(unlabelled.accuracy(underNames: ["cat", nil, nil], classNames: []) == nil)
  }
}
