import Snapshots

/// What the regions of a run's maps are called, and how each is drawn.
package struct MapKey: Sendable, Equatable {
  /// A class, or a cluster that has none.
  package struct Entry: Sendable, Equatable {
    package var region: MapRegion
    package var name: String
    package var color: Color
    /// Stands for it where colours cannot tell it; no two entries share one while letters last.
    package var letter: Character
  }

  /// Classes by number, then the clusters that have no class.
  package let entries: [Entry]
  private let places: [MapRegion: Int]
  private let regionOfCluster: [MapRegion]

  /// - Parameters:
  ///   - subHead: whose clusters are drawn; nil before the first evaluation.
  ///   - names: what people call the clusters.
  ///   - classNames: the run's, by index; empty without labels.
  package init(
    _ subHead: SubHeadEvaluation?, head: HeadID, names: ClusterNames, classNames: [String]
  ) {
    let classes = subHead?.scores?.classOfCluster ?? []
    let clusters = min(subHead?.clusters ?? 0, Int(SampleImages.noClass))
    let regions: [MapRegion] = (0..<clusters).map { cluster in
      guard classes.indices.contains(cluster), classes[cluster] >= 0,
        classes[cluster] < Int(SampleImages.noClass)
      else { return .cluster(cluster) }
      return .label(classes[cluster])
    }
    func name(_ cluster: Int) -> String? {
      subHead.flatMap { names.name(head: head, subHead: $0.index, cluster: cluster) }
    }
    let known = min(classNames.count, Int(SampleImages.noClass))
    var labels = Set(0..<known)
    for case .label(let label) in regions { labels.insert(label) }
    var entries: [Entry] = labels.sorted().map { label in
      // As elsewhere on the screen, a name stands in the place of the class that it is given to;
      // of several clusters none speaks for the class.
      let matched = regions.indices.filter { regions[$0] == .label(label) }
      let given = matched.compactMap(name)
      let own = ClusterOrder.name(label, classNames)
      let text =
        given.isEmpty
        ? own : matched.count == 1 ? given[0] : "\(own): \(given.joined(separator: ", "))"
      return Entry(
        region: .label(label), name: text, color: MapPalette.color(label), letter: "?")
    }
    for (cluster, region) in regions.enumerated() where region == .cluster(cluster) {
      // Beside the names of classes a number alone would read as one of them.
      let number = classNames.isEmpty ? "\(cluster)" : "cluster \(cluster)"
      entries.append(
        Entry(
          region: region, name: name(cluster) ?? number,
          color: MapPalette.color(classNames.count + cluster), letter: "?"))
    }
    for (place, letter) in Self.letters(entries.map(\.name)).enumerated() {
      entries[place].letter = letter
    }
    self.entries = entries
    places = Dictionary(
      entries.enumerated().map { ($1.region, $0) }, uniquingKeysWith: { first, _ in first })
    regionOfCluster = regions
  }

  /// What a pixel in `cluster` is drawn as; nothing for a cluster that the sub-head does not have.
  package func region(ofCluster cluster: UInt8) -> MapRegion {
    regionOfCluster.indices.contains(Int(cluster)) ? regionOfCluster[Int(cluster)] : .none
  }

  package func region(ofLabel label: UInt8) -> MapRegion {
    label == SampleImages.noClass ? .none : .label(Int(label))
  }

  package func color(of region: MapRegion) -> Color {
    switch region {
    case .label(let label): places[region].map { entries[$0].color } ?? MapPalette.color(label)
    case .cluster(let cluster):
      places[region].map { entries[$0].color } ?? MapPalette.color(cluster)
    case .other: MapPalette.other
    case .right: MapPalette.right
    case .wrong: MapPalette.wrong
    case .none: MapPalette.none
    }
  }

  /// What stands for a region where half blocks or colours are missing.
  package func letter(of region: MapRegion) -> Character {
    switch region {
    case .label, .cluster: places[region].map { entries[$0].letter } ?? "?"
    case .other, .right: "·"
    case .wrong: "x"
    case .none: " "
    }
  }

  /// How that letter is drawn: on the region's colour where there are colours, so that maps have
  /// areas. What is right stays in the background.
  package func letterStyle(of region: MapRegion, at depth: ColorDepth) -> Style {
    switch region {
    case _ where depth == .none: return region == .wrong ? Style.plain.bold : .plain
    case .none: return .plain
    case .right: return Style(MapPalette.right)
    default:
      let color = color(of: region)
      return Style(MapPalette.ink(on: color), on: color)
    }
  }

  /// A letter for each name: the first of its own that is free, else any that is.
  static func letters(_ names: [String]) -> [Character] {
    let spare = Array("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    var taken: Set<Character> = []
    return names.map { name in
      let own = name.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
      guard
        let letter = own.first(where: { !taken.contains($0) })
          ?? spare.first(where: { !taken.contains($0) })
      else { return "?" }
      taken.insert(letter)
      return letter
    }
  }
}
