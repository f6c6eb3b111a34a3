import Foundation
import Kernels
import Testing

@testable import Datasets

/// Where torchvision finds a view's pixels, see `Reference/make_geometry_reference.py`.
private struct GeometryReference: Decodable {
  struct Motion: Decodable {
    let clockwise: Float
    let shift: [Float]
    let scale: Float
    let shear: Float
    let crop: [Int]
    let values: [Float]
  }

  struct Resizing: Decodable {
    let crop: [Int]
    let side: Int
    let isFlipped: Bool
    let values: [Float]
  }

  let height: Int
  let width: Int
  let pixels: [UInt8]
  let motions: [Motion]
  let resizings: [Resizing]
  let cropSize: Int
  let tenCrop: [[Float]]

  var size: ImageSize { ImageSize(height: height, width: width, channels: 3) }

  static func load() throws -> GeometryReference {
    let folder = try #require(Bundle.module.url(forResource: "Reference", withExtension: nil))
    return try JSONDecoder().decode(
      GeometryReference.self,
      from: Data(contentsOf: folder.appendingPathComponent("geometry.json")))
  }

  func largestDifference(_ view: DrawnView, side: Int, _ expected: [Float]) -> Float {
    var found = [Float](repeating: .nan, count: side * side * 3)
    found.withUnsafeMutableBufferPointer { found in
      pixels.withUnsafeBufferPointer {
        ImageSampler.render(
          pixels: $0.baseAddress!, size: size, view: view, outputSize: side,
          into: found.baseAddress!)
      }
    }
    guard found.count == expected.count else { return .infinity }
    let differences = zip(found, expected).map { abs($0 - $1) }
    return differences.contains { $0.isNaN } ? .nan : differences.max() ?? .nan
  }
}

@Suite struct GeometryReferenceTests {
  @Test func motionsAreTorchvisions() throws {
    let reference = try GeometryReference.load()
    #expect(reference.motions.count == 11)
    for motion in reference.motions {
      var view = DrawnView(left: motion.crop[0], top: motion.crop[1], size: motion.crop[2])
      view.rotationDegrees = -motion.clockwise
      view.scale = motion.scale
      view.shearDegrees = motion.shear
      (view.shiftX, view.shiftY) = (motion.shift[0], motion.shift[1])
      let difference = reference.largestDifference(view, side: view.size, motion.values)
      #expect(difference <= 1e-5, "\(view)")
    }
  }

  @Test func cropsAreResizedAsTorchvisions() throws {
    let reference = try GeometryReference.load()
    #expect(reference.resizings.count == 5)
    for resizing in reference.resizings {
      let crop = resizing.crop
      var view = DrawnView(left: crop[0], top: crop[1], size: crop[2])
      view.isFlipped = resizing.isFlipped
      let difference = reference.largestDifference(view, side: resizing.side, resizing.values)
      #expect(difference <= 1e-5, "\(view)")
    }
  }

  @Test func tenCropIsTorchvisions() throws {
    let reference = try GeometryReference.load()
    let crops = TenCrop(outputSize: reference.cropSize, cropSize: reference.cropSize)
    #expect(crops.views == 10 && reference.tenCrop.count == 10)
    var random = RandomStream(seed: 1, purpose: .samples)
    for (index, expected) in reference.tenCrop.enumerated() {
      let view = crops.draw(view: index, of: reference.size, from: &random)
      let difference = reference.largestDifference(view, side: reference.cropSize, expected)
      #expect(difference <= 1e-5, "view \(index)")
    }
  }
}
