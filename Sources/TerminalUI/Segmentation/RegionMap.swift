/// What a pixel of a drawn map stands for.
package enum MapRegion: Sendable, Hashable {
  /// A ground-truth class, or a cluster that is matched to it.
  case label(Int)
  /// A cluster without a class, by its number.
  case cluster(Int)
  /// In another cluster than the chosen one.
  case other
  /// Predicted rightly or wrongly.
  case right, wrong
  /// Outside of the picture, masked, or unknown.
  case none
}

/// A map of regions, one a pixel.
package struct RegionMap: Sendable, Equatable {
  package let width: Int
  package let height: Int
  /// `[height, width]`.
  package let regions: [MapRegion]

  /// - Parameter regions: `[height, width]`; a map of another size is empty.
  package init(width: Int, height: Int, regions: [MapRegion]) {
    let fits =
      width > 0 && height > 0 && regions.count % width == 0 && regions.count / width == height
    self.width = fits ? width : 0
    self.height = fits ? height : 0
    self.regions = fits ? regions : []
  }

  /// The map at another size: each pixel takes the region that covers most of it, of equal ones
  /// the first from the top left. Regions have no mean, as colours do.
  package func scaled(to width: Int, _ height: Int) -> RegionMap {
    guard width > 0, height > 0, !regions.isEmpty else {
      return RegionMap(width: 0, height: 0, regions: [])
    }
    let columns = PixelBoxes.line(width, over: self.width)
    let rows = PixelBoxes.line(height, over: self.height)
    var scaled: [MapRegion] = []
    scaled.reserveCapacity(width * height)
    var votes: [(region: MapRegion, share: Double)] = []
    for row in rows {
      for column in columns {
        votes.removeAll(keepingCapacity: true)
        for (y, vertical) in row {
          for (x, horizontal) in column {
            let region = regions[y * self.width + x]
            let share = vertical * horizontal
            if let place = votes.firstIndex(where: { $0.region == region }) {
              votes[place].share += share
            } else {
              votes.append((region, share))
            }
          }
        }
        scaled.append(Self.winner(votes))
      }
    }
    return RegionMap(width: width, height: height, regions: scaled)
  }

  private static func winner(_ votes: [(region: MapRegion, share: Double)]) -> MapRegion {
    var best: (region: MapRegion, share: Double) = (.none, 0)
    // The shares are sums of fractions: what is equal but for rounding counts as equal.
    for vote in votes where vote.share > best.share + 1e-9 { best = vote }
    return best.region
  }
}
