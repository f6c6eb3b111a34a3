import Kernels
import Testing

@testable import Datasets

@Suite struct PairAugmentationTests {
  private let size = ImageSize(height: 28, width: 28, channels: 1)

  @Test func drawsWithTheStatedFrequencies() {
    let augmentation = PairAugmentation.mnist
    let draws = 20_000
    var sizes: [Int: Int] = [:]
    var (rotated, contrastFirst, centred) = (0, 0, 0)
    var lefts: Set<Int> = []
    for sample in 0..<draws {
      var random = RandomStream(seed: 1, sample: sample, purpose: .secondView)
      let drawn = augmentation.draw(view: 1, of: size, from: &random)
      sizes[drawn.size, default: 0] += 1
      #expect(drawn.left >= 0 && drawn.left + drawn.size <= 28)
      #expect(drawn.top >= 0 && drawn.top + drawn.size <= 28)
      #expect(drawn.brightness >= 0.6 && drawn.brightness <= 1.4)
      #expect(drawn.contrast >= 0.6 && drawn.contrast <= 1.4)
      #expect(abs(drawn.rotationDegrees) <= 25)
      if drawn.rotationDegrees != 0 { rotated += 1 }
      if drawn.colorOrder == [.contrast, .brightness] { contrastFirst += 1 }
      if drawn.size == 16 { lefts.insert(drawn.left) }
      var firstRandom = RandomStream(seed: 1, sample: sample, purpose: .firstView)
      let first = augmentation.draw(view: 0, of: size, from: &firstRandom)
      #expect(first.size == 20 && first.brightness == 1 && first.rotationDegrees == 0)
      #expect((0...8).contains(first.left) && (0...8).contains(first.top))
      if first.left == 4 && first.top == 4 { centred += 1 }
    }
    #expect(Set(sizes.keys) == [16, 20, 24])
    for count in sizes.values { #expect(abs(count - draws / 3) <= 400) }
    #expect(abs(rotated - draws / 2) <= 400)
    #expect(abs(contrastFirst - draws / 2) <= 400)
    // Half by choice, and one in 81 of the rest by chance.
    #expect(abs(centred - (draws / 2 + draws / 162)) <= 400)
    #expect(lefts == Set(0...12))
  }

  @Test func zeroAmountsChangeNothing() {
    var augmentation = PairAugmentation.mnist
    augmentation.rotationProbability = 0
    augmentation.brightness = 0
    augmentation.contrast = 0
    var random = RandomStream(seed: 1, purpose: .secondView)
    let drawn = augmentation.draw(view: 1, of: size, from: &random)
    #expect(drawn.rotationDegrees == 0 && drawn.brightness == 1 && drawn.contrast == 1)
  }

  /// The second view alone has a black square, which changes nothing else of it.
  @Test func cutout() {
    let plain = PairAugmentation.mnist
    var augmentation = plain
    augmentation.cutout = CutoutRange(probability: 0.5, size: 0.5)
    var sides: Set<Int> = []
    var count = 0
    for sample in 0..<2000 {
      var random = RandomStream(seed: 3, sample: sample, purpose: .secondView)
      var drawn = augmentation.draw(view: 1, of: size, from: &random)
      if let cutout = drawn.cutout {
        count += 1
        sides.insert(cutout.size)
        #expect(cutout.left >= 0 && cutout.left + cutout.size <= 24)
        #expect(cutout.top >= 0 && cutout.top + cutout.size <= 24)
      }
      drawn.cutout = nil
      random = RandomStream(seed: 3, sample: sample, purpose: .secondView)
      #expect(drawn == plain.draw(view: 1, of: size, from: &random))
      random = RandomStream(seed: 3, sample: sample, purpose: .firstView)
      #expect(augmentation.draw(view: 0, of: size, from: &random).cutout == nil)
    }
    #expect(abs(count - 1000) < 120)
    #expect(sides == Set(1...12))
    augmentation.cutout = CutoutRange(probability: .nan, size: 0.5)
    #expect(throws: DatasetError.self) {
      try augmentation.check(imageWidth: 28, imageHeight: 28)
    }
  }

  /// What is new is drawn only where it is asked for: grey views keep their numbers.
  @Test func colourTakesNoNumberFromGrey() {
    var random = RandomStream(seed: 7, sample: 3, purpose: .secondView)
    let drawn = PairAugmentation.mnist.draw(view: 1, of: size, from: &random)
    var expected = RandomStream(seed: 7, sample: 3, purpose: .secondView)
    let side = [16, 20, 24][expected.integer(below: 3)]
    #expect(drawn.size == side && drawn.left == expected.integer(below: 29 - side))
    #expect(drawn.top == expected.integer(below: 29 - side))
    let isRotated = expected.uniform() < 0.5
    #expect(drawn.rotationDegrees == (isRotated ? expected.uniform(-25, 25) : 0))
    #expect(drawn.brightness == expected.uniform(0.6, 1.4))
    #expect(drawn.contrast == expected.uniform(0.6, 1.4))
    let isContrastFirst = expected.uniform() < 0.5
    #expect(drawn.colorOrder.first == (isContrastFirst ? .contrast : .brightness))
    #expect(random.next() == expected.next())
  }

  @Test func picturesInColourAreDrawnAsPublished() throws {
    for (augmentation, side, crop) in [(PairAugmentation.cifar10, 32, 20), (.stl10, 96, 64)] {
      try augmentation.check(imageWidth: side, imageHeight: side)
      #expect(augmentation.views == 2)
      let size = ImageSize(height: side, width: side, channels: 3)
      var (flipped, orders) = (0, [[ColorStep]: Int]())
      var (firstLefts, lefts) = (Set<Int>(), Set<Int>())
      for sample in 0..<24_000 {
        var random = RandomStream(seed: 1, sample: sample, purpose: .secondView)
        let drawn = augmentation.draw(view: 1, of: size, from: &random)
        #expect(drawn.size == crop && drawn.isUpright)
        for factor in [drawn.brightness, drawn.contrast, drawn.saturation] {
          #expect(factor >= 0.6 && factor <= 1.4)
        }
        #expect(abs(drawn.hue) <= 0.125)
        flipped += drawn.isFlipped ? 1 : 0
        orders[drawn.colorOrder, default: 0] += 1
        lefts.insert(drawn.left)
        var firstRandom = RandomStream(seed: 1, sample: sample, purpose: .firstView)
        let first = augmentation.draw(view: 0, of: size, from: &firstRandom)
        #expect(first == DrawnView(left: first.left, top: first.top, size: crop))
        firstLefts.insert(first.left)
      }
      #expect(abs(flipped - 12_000) <= 400)
      // Each of the 24 orders as often as any other.
      #expect(orders.count == 24)
      for count in orders.values { #expect(abs(count - 1_000) <= 150) }
      #expect(lefts == Set(0...side - crop) && firstLefts == lefts)
    }
  }

  @Test func valuesOutOfRangeAreNamed() throws {
    try PairAugmentation.mnist.check(imageWidth: 28, imageHeight: 28)
    let changes: [(String, (inout PairAugmentation) -> Void)] = [
      ("output size", { $0.outputSize = 0 }),
      ("first view's crop size", { $0.firstCropSize = 29 }),
      ("number of the second view's crop sizes", { $0.secondCropSizes = [] }),
      ("second view's crop size", { $0.secondCropSizes = [20, 40] }),
      ("centre crop probability", { $0.centreCropProbability = 1.5 }),
      ("rotation probability", { $0.rotationProbability = .nan }),
      ("rotation degrees", { $0.rotationDegrees = -1 }),
      ("brightness", { $0.brightness = 2 }),
      ("contrast", { $0.contrast = .infinity }),
      ("saturation", { $0.saturation = 1.1 }),
      ("hue", { $0.hue = 0.51 }),
      ("flip probability", { $0.flipProbability = -0.1 }),
    ]
    for (name, change) in changes {
      var augmentation = PairAugmentation.mnist
      change(&augmentation)
      do throws(DatasetError) {
        try augmentation.check(imageWidth: 28, imageHeight: 30)
        Issue.record("\(name) was accepted")
      } catch {
        guard case .invalidTransform(let field, _, _) = error else {
          Issue.record("\(error)")
          continue
        }
        #expect(field == name && !error.description.contains("\n"))
      }
    }
  }
}
