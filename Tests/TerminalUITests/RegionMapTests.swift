import Snapshots
import Testing

@testable import TerminalUI

@Suite struct RegionMapTests {
  private func map(_ width: Int, _ labels: [Int]) -> RegionMap {
    RegionMap(
      width: width, height: labels.count / width,
      regions: labels.map { $0 < 0 ? .none : .label($0) })
  }

  @Test func theLargestShareWins() {
    let map = map(4, [0, 0, 1, 1, 0, 2, 1, -1, 3, 3, 2, 2, 3, 2, 2, 2])
    #expect(map.scaled(to: 2, 2).regions == [.label(0), .label(1), .label(3), .label(2)])
    #expect(map.scaled(to: 4, 4) == map)
    // Two of six in each half; the first from the top left wins.
    #expect(self.map(3, [5, 6, 7]).scaled(to: 1, 1).regions == [.label(5)])
    // The middle pixel belongs to both halves and outweighs neither neighbour.
    #expect(self.map(3, [5, 6, 7]).scaled(to: 2, 1).regions == [.label(5), .label(7)])
  }

  @Test func enlargingRepeatsPixels() {
    let map = map(2, [0, 1, 2, -1])
    #expect(
      map.scaled(to: 4, 4).regions
        == [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, -1, -1, 2, 2, -1, -1].map { $0 < 0 ? .none : .label($0) })
  }

  /// Against sums over a grid so fine that source and target pixels both are whole numbers of it.
  @Test(arguments: [(7, 5, 3, 2), (12, 9, 5, 7), (6, 4, 13, 9), (5, 5, 5, 1), (1, 9, 4, 4)])
  func votesAgreeWithFineGrid(width: Int, height: Int, columns: Int, rows: Int) {
    let labels = (0..<width * height).map { Int(Fixture.noise($0, width) * 4) }
    let scaled = map(width, labels).scaled(to: columns, rows)
    #expect(scaled.width == columns && scaled.height == rows)
    for row in 0..<rows {
      for column in 0..<columns {
        var votes = [0, 0, 0, 0]
        for y in row * height..<(row + 1) * height {
          for x in column * width..<(column + 1) * width {
            votes[labels[y / rows * width + x / columns]] += 1
          }
        }
        guard case .label(let winner) = scaled.regions[row * columns + column] else {
          Issue.record("no region at \(column), \(row)")
          continue
        }
        #expect(votes[winner] == votes.max(), "\(column), \(row)")
      }
    }
  }

  @Test func sizesThatDoNotFitAreEmpty() {
    #expect(RegionMap(width: 3, height: 2, regions: [.none]).regions.isEmpty)
    #expect(RegionMap(width: 0, height: 0, regions: []).scaled(to: 3, 3).regions.isEmpty)
    #expect(RegionMap(width: -2, height: -2, regions: [.none, .none, .none, .none]).width == 0)
    #expect(map(2, [0, 1]).scaled(to: 0, 4).regions.isEmpty)
  }

  // MARK: Colours and letters

  @Test func coloursAreWellApart() {
    let colors = MapPalette.colors
    #expect(colors.count >= 16)
    let indices = colors.compactMap { $0.resolved(at: .palette256) }
    #expect(Set(indices).count == colors.count)
    let components = indices.map(Color.paletteComponents)
    for (place, first) in components.enumerated() {
      for second in components[(place + 1)...] {
        let (red, green, blue) = (
          first.red - second.red, first.green - second.green, first.blue - second.blue
        )
        #expect(red * red + green * green + blue * blue >= 60 * 60, "\(first) \(second)")
      }
    }
  }

  @Test func coloursBeyondThePaletteHaveAnotherBrightness() {
    let count = MapPalette.colors.count
    #expect(MapPalette.color(3) == .rgb(215, 0, 0))
    #expect(MapPalette.color(3 + count) == .rgb(129, 0, 0))
    #expect(MapPalette.color(3 + 2 * count) == .rgb(235, 128, 128))
    #expect(MapPalette.color(3 + 4 * count) == .rgb(215, 0, 0))
    #expect(MapPalette.color(-1) == MapPalette.none)
    #expect(MapPalette.mixed(.rgb(0, 100, 200), .rgb(100, 0, 0), 0.5) == .rgb(50, 50, 100))
    #expect(MapPalette.mixed(.standard, .rgb(100, 0, 0), 0.5) == .standard)
  }

  @Test func lettersAreDistinct() {
    #expect(
      MapKey.letters(["Sky", "sand", "Sky", "猫", "", "7"]) == ["s", "a", "k", "b", "c", "7"])
    let many = MapKey.letters((0..<70).map { "class \($0)" })
    #expect(Set(many.prefix(62)).count == 62)
    #expect(many.suffix(8).allSatisfy { $0 == "?" })
  }

  private func subHead(_ classes: [Int]?, clusters: Int) -> SubHeadEvaluation {
    SubHeadEvaluation(
      index: 0, loss: 0,
      scores: classes.map {
        ClassScores(accuracy: 1, nmi: 1, ari: 1, classOfCluster: $0, contingency: [])
      },
      clusterShares: Array(repeating: 0.1, count: clusters), sampleProbabilities: [])
  }

  /// A number alone would read as a class.
  @Test func clustersWithoutAClassAreCalledSo() {
    let key = MapKey(
      subHead([0, -1], clusters: 2), head: .b, names: ClusterNames(), classNames: ["tree"])
    #expect(key.entries.map(\.name) == ["tree", "cluster 1"])
  }

  @Test func clustersTakeTheColourOfTheirClass() {
    var names = ClusterNames()
    names[ClusterID(head: .b, subHead: 0, cluster: 1)] = "twigs"
    names[ClusterID(head: .b, subHead: 0, cluster: 2)] = "haze"
    names[ClusterID(head: .b, subHead: 0, cluster: 4)] = "fog"
    let key = MapKey(
      subHead([1, 0, -1, 1, 1, 7], clusters: 6), head: .b, names: names,
      classNames: ["tree", "road"])
    #expect(
      key.entries.map(\.region) == [.label(0), .label(1), .label(7), .cluster(2)])
    // A name given to one of several clusters of a class stands beside the class's.
    #expect(key.entries.map(\.name) == ["twigs", "road: fog", "7", "haze"])
    #expect(key.entries.map(\.letter) == ["t", "r", "7", "h"])
    #expect(key.region(ofCluster: 3) == .label(1) && key.region(ofCluster: 2) == .cluster(2))
    #expect(key.region(ofCluster: 6) == .none && key.region(ofCluster: 255) == .none)
    #expect(key.region(ofLabel: 1) == .label(1) && key.region(ofLabel: 255) == .none)
    #expect(key.color(of: .label(1)) == MapPalette.color(1))
    #expect(key.color(of: .cluster(2)) == MapPalette.color(4))
    // A class that nobody has named and no cluster stands for.
    #expect(key.color(of: .label(9)) == MapPalette.color(9) && key.letter(of: .label(9)) == "?")
  }

  @Test func clustersWithoutLabelsHaveTheirOwnColours() {
    var names = ClusterNames()
    names[ClusterID(head: .b, subHead: 0, cluster: 1)] = "water"
    let key = MapKey(subHead(nil, clusters: 3), head: .b, names: names, classNames: [])
    #expect(key.entries.map(\.name) == ["0", "water", "2"])
    #expect(key.entries.map(\.color) == (0..<3).map(MapPalette.color))
    #expect(MapKey(nil, head: .b, names: names, classNames: []).entries.isEmpty)
    let huge = MapKey(subHead(nil, clusters: 300), head: .b, names: names, classNames: [])
    #expect(huge.entries.count == 255 && huge.region(ofCluster: 254) == .cluster(254))
  }
}
