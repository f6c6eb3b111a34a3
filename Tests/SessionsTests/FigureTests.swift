import Datasets
import Snapshots
import Testing

@testable import Sessions

/// Pictures of what a sub-head knows.
@Suite struct FigureTests {
  private func subHead(
    clusters: Int, classes: [Int]?, joint: [Float] = [], probabilities: [Float] = []
  ) -> SubHeadEvaluation {
    SubHeadEvaluation(
      index: 0, loss: 0, mutualInformation: 0, entropy: 0, conditionalEntropy: 0,
      scores: classes.map {
        ClassScores(
          accuracy: 0, nmi: 0, ari: 0, classOfCluster: $0,
          contingency: Array(repeating: 0, count: clusters * 2))
      },
      joint: joint, clusterShares: Array(repeating: 0, count: clusters),
      sampleProbabilities: probabilities)
  }

  private func color(_ picture: Picture, _ x: Int, _ y: Int) -> [UInt8] {
    let place = (y * picture.width + x) * 3
    return Array(picture.pixels[place..<place + 3])
  }

  @Test func clustersOfOneClassStandTogether() {
    #expect(subHead(clusters: 5, classes: [1, -1, 0, 1, 0]).clustersByClass == [2, 4, 0, 3, 1])
    #expect(subHead(clusters: 3, classes: nil).clustersByClass == [0, 1, 2])
  }

  /// Each cell is a square, as bright as the root of its share of the largest.
  @Test func aJoint() throws {
    #expect(JointPicture.picture(of: subHead(clusters: 2, classes: nil)) == nil)
    let joint: [Float] = [0.64, 0, .nan, 0.0256]
    let picture = try #require(
      JointPicture.picture(of: subHead(clusters: 2, classes: [1, 0], joint: joint)))
    #expect(picture.width == 256 && picture.height == 256 && picture.channels == 3)
    // The second cluster comes first: the root of 0.04 is the first step of the ramp.
    #expect(color(picture, 0, 0) == [66, 10, 104] && color(picture, 127, 127) == [66, 10, 104])
    #expect(color(picture, 128, 128) == [252, 255, 164])
    #expect(color(picture, 0, 255) == [0, 0, 4] && color(picture, 255, 0) == [0, 0, 4])
    let many = [Float](repeating: 0, count: 300 * 300)
    #expect(
      JointPicture.picture(of: subHead(clusters: 300, classes: nil, joint: many))?.width == 300)
  }

  /// Of pixels: picture, clusters, classes; a cluster has the colour of its class.
  @Test func mapsOfPixels() throws {
    var own = subHead(clusters: 3, classes: [1, 0, -1])
    own.sampleMaps = [0, 1, 2, SampleImages.noClass]
    let samples = SampleImages(
      width: 2, height: 2, channels: 3, pixels: Array(0..<12).map { $0 * 20 }, labels: [-1],
      labelMaps: [1, 0, 0, SampleImages.noClass])
    let sheet = try #require(
      SampleSheet(own, of: samples, classNames: ["sky", "ground"]).picture())
    #expect(sheet.width == 10 + 3 * 64 + 2 * 4 + 10 && sheet.height == 10 + 11 + 64 + 10)
    let (left, right, top, bottom) = (10, 10 + 63, 21, 21 + 63)
    #expect(
      color(sheet, left, top) == [0, 20, 40] && color(sheet, right, bottom) == [180, 200, 220])
    let (clusters, classes) = (64 + 4, 2 * (64 + 4))
    let ground = color(sheet, left + clusters, top)
    let sky = color(sheet, right + clusters, top)
    #expect(ground == color(sheet, left + classes, top) && sky != ground)
    #expect(
      sky == color(sheet, right + classes, top) && sky == color(sheet, left + classes, bottom))
    let third = color(sheet, left + clusters, bottom)
    #expect(![sky, ground, [0, 0, 0]].contains(third))
    #expect(color(sheet, right + clusters, bottom) == [0, 0, 0])
    // Without classes there are two tiles.
    let bare = SampleImages(
      width: 2, height: 2, channels: 3, pixels: samples.pixels, labels: [-1])
    #expect(
      SampleSheet(own, of: bare, classNames: []).picture()?.width == 10 + 2 * 64 + 4 + 10)
  }

  /// What a damaged history or a method without probabilities leaves is no picture, or one.
  @Test func samplesThatAreMissing() throws {
    let samples = SampleImages(width: 1, height: 1, channels: 1, pixels: [1, 2], labels: [0, 5])
    let none = subHead(clusters: 2, classes: [0, 1])
    #expect(SampleSheet(none, of: samples, classNames: []).picture() == nil)
    let odd = subHead(clusters: 2, classes: [0, 1], probabilities: [.nan, 2, -1])
    let sheet = try #require(SampleSheet(odd, of: samples, classNames: []).picture())
    #expect(sheet.width == 10 + 64 + 4 + 20 + 10)
    let empty = SampleImages(width: 0, height: 0, channels: 1, pixels: [], labels: [])
    #expect(SampleSheet(odd, of: empty, classNames: []).picture() == nil)
  }
}
