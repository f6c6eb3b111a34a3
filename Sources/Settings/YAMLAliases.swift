/// A short YAML text may stand for one that no memory holds: a list of references to a list of
/// references to a list…
package enum YAMLAliases {
  /// With so many, spread in the worst way, a text stands for a few hundred times its length.
  package static let most = 16

  /// How often a text refers to its anchors; an upper bound, since a quoted text may look so too.
  package static func count(in yaml: String) -> Int {
    let bytes = Array(yaml.utf8)
    let anchors = Set(names(behind: UInt8(ascii: "&"), in: bytes))
    if anchors.isEmpty { return 0 }
    return names(behind: UInt8(ascii: "*"), in: bytes).count { anchors.contains($0) }
  }

  /// What stands directly behind a sign, up to a blank or a bracket.
  private static func names(behind sign: UInt8, in bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let ends = Array(" \t\r\n,[]{}".utf8)
    return bytes.indices.compactMap { place in
      guard bytes[place] == sign else { return nil }
      let name = bytes[(place + 1)...].prefix { !ends.contains($0) }
      return name.isEmpty ? nil : name
    }
  }
}
