import Kernels
import Testing

@testable import Datasets

@Suite struct SingleAugmentationTests {
  private let size = ImageSize(height: 96, width: 80, channels: 3)

  private func draws(_ augmentation: SingleAugmentation, _ count: Int) -> [DrawnView] {
    (0..<count).map { sample in
      var random = RandomStream(seed: 1, sample: sample, purpose: .samples)
      return augmentation.draw(view: 0, of: size, from: &random)
    }
  }

  @Test func drawsWithTheStatedFrequencies() {
    let augmentation = SingleAugmentation(outputSize: 64, cropSize: 60)
    let views = draws(augmentation, 20_000)
    let moved = views.filter { !$0.isUpright }
    let flipped = views.filter(\.isFlipped)
    let cutouts = views.compactMap(\.cutout)
    for count in [moved.count, flipped.count, cutouts.count] {
      #expect(abs(count - 10_000) <= 300)
    }
    // Motion, mirror and cutout have nothing to do with each other: all three together an eighth of
    // the time.
    let together = views.filter { !$0.isUpright && $0.isFlipped && $0.cutout != nil }
    #expect(abs(together.count - 2_500) <= 200)
    for view in moved {
      #expect(abs(view.rotationDegrees) <= 18 && abs(view.shearDegrees) <= 10)
      #expect(view.scale >= 0.9 && view.scale <= 1.1)
      #expect(abs(view.shiftX) <= 8 && abs(view.shiftY) <= 10)
      #expect(view.shiftX == view.shiftX.rounded() && view.shiftY == view.shiftY.rounded())
    }
    // The ranges are used to their ends.
    #expect(moved.contains { $0.rotationDegrees < -17 } && moved.contains { $0.scale > 1.09 })
    #expect(Set(moved.map(\.shiftX)) == Set((-8...8).map(Float.init)))
    for cutout in cutouts {
      #expect(cutout.left >= 0 && cutout.left + cutout.size <= 64)
      #expect(cutout.top >= 0 && cutout.top + cutout.size <= 64)
    }
    #expect(Set(cutouts.map(\.size)) == Set(1...44))
    #expect(views.allSatisfy { $0.brightness == 1 && $0.hue == 0 && $0.saturation == 1 })
  }

  @Test func zeroAmountsAreRandomCrops() throws {
    var augmentation = SingleAugmentation(outputSize: 64, cropSize: 60)
    augmentation.affineProbability = 0
    augmentation.flipProbability = 0
    augmentation.cutout.probability = 0
    try augmentation.check(imageWidth: 80, imageHeight: 96)
    let views = draws(augmentation, 5_000)
    for view in views {
      var expected = DrawnView(left: view.left, top: view.top, size: 60)
      expected.colorOrder = view.colorOrder
      #expect(view == expected)
    }
    #expect(Set(views.map(\.left)) == Set(0...20) && Set(views.map(\.top)) == Set(0...36))
    let centre = augmentation.evaluationView(of: size)
    #expect(centre == DrawnView(left: 10, top: 18, size: 60))
  }

  @Test func valuesOutOfRangeAreNamed() {
    let changes: [(String, (inout SingleAugmentation) -> Void)] = [
      ("output size", { $0.outputSize = 0 }), ("crop size", { $0.cropSize = 81 }),
      ("flip probability", { $0.flipProbability = -1 }), ("hue", { $0.colors.hue = 0.6 }),
      ("affine probability", { $0.affineProbability = 2 }),
      ("rotation degrees", { $0.rotationDegrees = 181 }),
      ("smallest scale", { $0.scales = 0...1 }), ("largest scale", { $0.scales = 1...11 }),
      ("shift", { $0.shift = .nan }), ("shear degrees", { $0.shearDegrees = 90 }),
      ("cutout probability", { $0.cutout.probability = .infinity }),
      ("cutout size", { $0.cutout.size = 1.5 }),
    ]
    for (name, change) in changes {
      var augmentation = SingleAugmentation(outputSize: 64, cropSize: 60)
      change(&augmentation)
      do throws(DatasetError) {
        try augmentation.check(imageWidth: 80, imageHeight: 96)
        Issue.record("\(name) was accepted")
      } catch {
        guard case .invalidTransform(let field, _, _) = error else {
          Issue.record("\(error)")
          continue
        }
        #expect(field == name)
      }
    }
  }
}
