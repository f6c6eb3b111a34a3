import Foundation
import Testing

@testable import Datasets

/// One image of `Reference/color.json`, and what torchvision makes of it.
private struct ReferenceImage: Decodable {
  struct Change: Decodable {
    let step: String
    let factor: Float
  }

  struct Case: Decodable {
    let changes: [Change]
    let pixels: [[Float]]
  }

  let pixels: [[Float]]
  let cases: [Case]
}

@Suite struct ColorJitterTests {
  private static func reference() throws -> [ReferenceImage] {
    let folder = try #require(Bundle.module.url(forResource: "Reference", withExtension: nil))
    return try JSONDecoder().decode(
      [ReferenceImage].self, from: Data(contentsOf: folder.appendingPathComponent("color.json")))
  }

  private static func view(_ changes: [ReferenceImage.Change]) throws -> DrawnView {
    var view = DrawnView(left: 0, top: 0, size: 1)
    view.colorOrder = []
    for change in changes {
      let step = try #require(ColorStep.allCases.first { "\($0)" == change.step })
      view.colorOrder.append(step)
      switch step {
      case .brightness: view.brightness = change.factor
      case .contrast: view.contrast = change.factor
      case .saturation: view.saturation = change.factor
      case .hue: view.hue = change.factor
      }
    }
    return view
  }

  private static func apply(_ view: DrawnView, to pixels: [[Float]]) -> [[Float]] {
    let channels = pixels[0].count
    var values = pixels.flatMap { $0 }
    values.withUnsafeMutableBufferPointer {
      ColorJitter.apply(view, to: $0.baseAddress!, pixels: pixels.count, channels: channels)
    }
    return pixels.indices.map { Array(values[$0 * channels..<($0 + 1) * channels]) }
  }

  private static func largestDifference(_ found: [[Float]], _ expected: [[Float]]) -> Float {
    guard found.map(\.count) == expected.map(\.count) else { return .infinity }
    let differences = zip(found.joined(), expected.joined()).map { abs($0 - $1) }
    return differences.contains { $0.isNaN } ? .nan : differences.max() ?? .nan
  }

  @Test func changesAreTorchvisions() throws {
    let images = try Self.reference()
    #expect(images.map { $0.pixels[0].count } == [3, 1])
    #expect(images.map(\.cases.count) == [25, 11])
    for image in images {
      for item in image.cases {
        let found = Self.apply(try Self.view(item.changes), to: image.pixels)
        let difference = Self.largestDifference(found, item.pixels)
        #expect(difference <= 1e-5, "\(image.pixels[0].count) channels, \(item.changes)")
      }
    }
  }

  /// A fourth channel, such as infrared, neither changes nor has a part in the mean.
  @Test func aFourthChannelStaysAsItIs() throws {
    let image = try #require(try Self.reference().first)
    let fourth = image.pixels.indices.map { Float($0) / Float(image.pixels.count) }
    let pixels = zip(image.pixels, fourth).map { $0 + [$1] }
    for item in image.cases {
      let found = Self.apply(try Self.view(item.changes), to: pixels)
      let difference = Self.largestDifference(found.map { Array($0[0..<3]) }, item.pixels)
      #expect(difference <= 1e-5, "\(item.changes)")
      #expect(found.map { $0[3] } == fourth, "\(item.changes)")
    }
  }
}
