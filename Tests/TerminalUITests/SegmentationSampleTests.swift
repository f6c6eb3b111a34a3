import Snapshots
import Testing

@testable import TerminalUI

@Suite struct SegmentationSampleTests {
  // MARK: Arrangement

  private func arrangement(_ count: Int, _ width: Int, _ height: Int) -> PictureArrangement {
    PictureArrangement(
      count, source: (96, 72), in: Rect(x: 0, y: 0, width: width, height: height))
  }

  @Test func asManyPicturesAsFit() {
    // One row of four, 2 × 2, one below the other, and the first two alone.
    let wide = arrangement(4, 136, 15)
    #expect(wide.places.count == 4 && wide.width == 32 && wide.height == 24)
    #expect(Set(wide.places.map(\.y)) == [0])
    let square = arrangement(4, 60, 24)
    #expect(Set(square.places.map(\.y)).count == 2 && Set(square.places.map(\.x)).count == 2)
    #expect(square.width == 29 && square.height == 22)
    let tall = arrangement(4, 14, 40)
    #expect(tall.places.map(\.x) == [0, 0, 0, 0] && tall.width == 14)
    #expect(arrangement(4, 26, 7).places.count == 2)
    #expect(arrangement(4, 5, 3).places.count == 1)
    for nothing in [arrangement(0, 50, 50), arrangement(4, 0, 9), arrangement(4, 9, 1)] {
      #expect(nothing.places.isEmpty)
    }
    let empty = PictureArrangement(
      2, source: (0, 72), in: Rect(x: 0, y: 0, width: 50, height: 20))
    #expect(empty.places.isEmpty)
  }

  private func ofSamples(
    _ samples: Int, each: Int, _ width: Int, _ height: Int
  ) -> PictureArrangement {
    PictureArrangement.ofSamples(
      samples, each: each, source: (96, 72), in: Rect(x: 0, y: 0, width: width, height: height))
  }

  @Test func asManySamplesAsFit() {
    // A picture alone would be 32 × 24 in a wide area: four of them fit.
    let wide = ofSamples(6, each: 1, 136, 13)
    #expect(wide.places.count == 4 && (wide.width, wide.height) == (32, 24))
    #expect(Set(wide.places.map(\.y)).count == 1)
    // Not more than there are.
    #expect(ofSamples(2, each: 1, 136, 13).places.count == 2)
    #expect(ofSamples(0, each: 1, 136, 13).places.count == 1)
    // Two, each a little smaller than one alone, fill the area better.
    let shrunk = ofSamples(6, each: 1, 60, 13)
    #expect(shrunk.places.count == 2 && (shrunk.width, shrunk.height) == (29, 22))
    // But not at half of the size.
    #expect(ofSamples(6, each: 1, 40, 13).places.count == 1)
    // Below each other where the area is high.
    let high = ofSamples(6, each: 1, 32, 40)
    #expect(high.places.count == 3 && Set(high.places.map(\.x)) == [0])
    // Several of one sample stay as large as they are, in one row.
    #expect(ofSamples(6, each: 4, 136, 15) == arrangement(4, 136, 15))
    let pairs = ofSamples(6, each: 2, 136, 13)
    #expect(pairs.places.count == 4 && pairs.columns == 4 && pairs.width == 32)
    #expect(ofSamples(6, each: 4, 136, 26).places.count == 8)
    #expect(ofSamples(6, each: 4, 5, 3) == arrangement(4, 5, 3))
  }

  @Test func samplesStayInTheirArea() {
    for each in [1, 2, 4] {
      for width in stride(from: 1, through: 200, by: 7) {
        for height in 1...50 {
          let area = Rect(x: 3, y: 2, width: width, height: height)
          let arrangement = PictureArrangement.ofSamples(
            9, each: each, source: (40, 30), in: area)
          #expect(arrangement.places.count <= 9 * each)
          for (index, place) in arrangement.places.enumerated() {
            #expect(place.intersection(area) == place)
            for other in arrangement.places[(index + 1)...] {
              #expect(place.intersection(other).isEmpty)
            }
          }
        }
      }
    }
  }

  @Test func picturesStayInTheirAreaAndKeepTheirShape() {
    for width in 1...90 {
      for height in 1...40 {
        let area = Rect(x: 3, y: 2, width: width, height: height)
        let arrangement = PictureArrangement(4, source: (40, 30), in: area)
        for (index, place) in arrangement.places.enumerated() {
          #expect(place.intersection(area) == place)
          for other in arrangement.places[(index + 1)...] {
            #expect(place.intersection(other).isEmpty)
          }
        }
        guard arrangement.width > 8 else { continue }
        let shape = Double(arrangement.width) / Double(arrangement.height)
        #expect(abs(shape - 4.0 / 3) < 0.25, "\(arrangement)")
      }
    }
  }

  // MARK: Maps

  private let samples = SampleImages(
    width: 2, height: 2, channels: 1, pixels: Array(repeating: 9, count: 8), labels: [-1, -1],
    labelMaps: [0, 1, 1, 255, 0, 0, 0, 0])

  private func subHead(_ maps: [UInt8], classes: [Int] = [1, 0]) -> SubHeadEvaluation {
    var subHead = SubHeadEvaluation(
      index: 0, loss: 0,
      scores: ClassScores(accuracy: 1, nmi: 1, ari: 1, classOfCluster: classes, contingency: []),
      clusterShares: [0.5, 0.5], sampleProbabilities: [])
    subHead.sampleMaps = maps
    return subHead
  }

  @Test func regionsOfASample() {
    let subHead = subHead([1, 0, 1, 0, 1, 1, 255, 7])
    let key = MapKey(subHead, head: .b, names: ClusterNames(), classNames: ["sky", "ground"])
    let first = SegmentationSample(samples, index: 0, subHead)
    #expect(first.pictures == [.picture, .prediction, .truth, .disagreement])
    #expect(first.prediction(key).regions == [.label(0), .label(1), .label(0), .label(1)])
    #expect(first.prediction(key, chosen: 0).regions == [.other, .label(1), .other, .label(1)])
    #expect(first.truth(key).regions == [.label(0), .label(1), .label(1), .none])
    #expect(first.disagreement.regions == [.right, .right, .wrong, .none])
    #expect(first.accuracy == 2.0 / 3)
    // 255 is outside of the picture, 7 a cluster that there is not.
    let second = SegmentationSample(samples, index: 1, subHead)
    #expect(second.prediction(key).regions == [.label(0), .label(0), .none, .none])
    #expect(second.disagreement.regions == [.right, .right, .none, .none])
    #expect(second.accuracy == 1)
  }

  @Test func mapsThatDoNotFitAreLeftOut() {
    for maps in [[], [1], Array(repeating: UInt8(0), count: 7), Array(repeating: 0, count: 16)] {
      let sample = SegmentationSample(samples, index: 1, subHead(maps))
      #expect(sample.pictures == [.picture, .truth], "\(maps.count)")
      #expect(sample.accuracy == nil && sample.disagreement.regions.isEmpty)
    }
    var damaged = samples
    damaged.pixels.removeLast()
    damaged.labelMaps.append(0)
    let whole = subHead(Array(repeating: 0, count: 8))
    #expect(SegmentationSample(damaged, index: 0, whole).pictures == [.prediction])
    #expect(damaged.pixels(of: 1, scaledTo: 2, 2).pixels.isEmpty)
    damaged.width = .max
    damaged.height = .max
    #expect(SegmentationSample(damaged, index: 0, whole).pictures.isEmpty)
    damaged.width = 0
    #expect(SegmentationSample(damaged, index: 0, whole).pictures.isEmpty)
    for index in [-1, 2, .max] {
      #expect(SegmentationSample(samples, index: index, whole).pictures.isEmpty)
    }
  }
}
