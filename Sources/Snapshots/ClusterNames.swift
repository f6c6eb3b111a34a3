/// One cluster. Cluster numbers belong to one sub-head of one head: cluster 3 of another sub-head
/// is another one.
package struct ClusterID: Sendable, Hashable {
  package var head: HeadID
  /// Position in its head, from 0; people count from 1.
  package var subHead: Int
  /// From 0, for people too.
  package var cluster: Int

  package init(head: HeadID, subHead: Int, cluster: Int) {
    self.head = head
    self.subHead = subHead
    self.cluster = cluster
  }
}

extension ClusterID: Comparable {
  package static func < (first: ClusterID, second: ClusterID) -> Bool {
    (first.head.rawValue, first.subHead, first.cluster)
      < (second.head.rawValue, second.subHead, second.cluster)
  }
}

extension ClusterID: CustomStringConvertible {
  /// As people write it: `B2 cluster 3` is of the second sub-head of head B.
  package var description: String { "\(head.rawValue)\(subHead + 1) cluster \(cluster)" }
}

/// What people call the clusters of a run.
package struct ClusterNames: Sendable, Equatable {
  private var names: [ClusterID: String] = [:]

  package init() {}

  package subscript(cluster: ClusterID) -> String? {
    get { names[cluster] }
    set { names[cluster] = newValue }
  }

  /// The name that a person gave the cluster; nil if none did.
  ///
  /// Names count for the sub-head that they were given to; `carried` makes those of the others.
  package func name(head: HeadID, subHead: Int, cluster: Int) -> String? {
    names[ClusterID(head: head, subHead: subHead, cluster: cluster)]
  }

  /// The names of a sub-head's clusters in their order, `[clusters]`.
  package func names(head: HeadID, subHead: Int, clusters: Int) -> [String?] {
    (0..<clusters).map { name(head: head, subHead: subHead, cluster: $0) }
  }

  package var isEmpty: Bool { names.isEmpty }

  /// In order of head, sub-head and cluster.
  package var all: [(cluster: ClusterID, name: String)] {
    names.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The sub-heads of a head that have names, in order.
  package func namedSubHeads(of head: HeadID) -> [Int] {
    Set(names.keys.filter { $0.head == head }.map(\.subHead)).sorted()
  }
}

/// Why a text cannot be a cluster's name: what follows after "the name".
package struct ClusterNameProblem: Error, Equatable, CustomStringConvertible {
  package let description: String
}

extension ClusterNames {
  /// In characters as people count them.
  package static let longestName = 60

  /// The name that `text` gives, without blanks around it.
  ///
  /// - Throws: `ClusterNameProblem` unless it has 1 to 60 characters on one line, none of which
  ///   would move a terminal's cursor or turn the direction of text.
  package static func checked(_ text: String) throws(ClusterNameProblem) -> String {
    let characters = text.drop(while: \.isWhitespace)
    let end = characters.lastIndex { !$0.isWhitespace }
    let name = end.map { String(characters[...$0]) } ?? ""
    guard !name.isEmpty else {
      throw ClusterNameProblem(description: "is empty, expected 1 to \(longestName) characters")
    }
    guard name.count <= longestName, name.unicodeScalars.count <= 4 * longestName else {
      throw ClusterNameProblem(
        description: "has \(max(name.count, name.unicodeScalars.count)) characters, expected at "
          + "most \(longestName)")
    }
    if let scalar = name.unicodeScalars.first(where: isControl) {
      let code = String(scalar.value, radix: 16, uppercase: true)
      let digits = String(repeating: "0", count: max(0, 4 - code.count)) + code
      throw ClusterNameProblem(
        description: "has a control character, U+\(digits), expected text on one line")
    }
    // What stands for bytes that are no text.
    guard !name.unicodeScalars.contains("\u{FFFD}") else {
      throw ClusterNameProblem(description: "is not UTF-8, or has the character U+FFFD")
    }
    return name
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
    // Joiners within emoji and scripts are format characters too; those that turn text are not
    // wanted.
    case .format: !(0x200C...0x200D).contains(scalar.value)
    default: false
    }
  }
}
