import Kernels
import Testing

@testable import Datasets

@Suite struct PairTransformTests {
  @Test func drawsWithTheStatedFrequencies() {
    let transform = PairTransform.mnist
    let draws = 20_000
    var sizes: [Int: Int] = [:]
    var (rotated, contrastFirst, centred) = (0, 0, 0)
    var lefts: Set<Int> = []
    for sample in 0..<draws {
      var random = RandomStream(seed: 1, sample: sample, purpose: .transformedSide)
      let drawn = transform.drawTransformed(imageWidth: 28, imageHeight: 28, from: &random)
      sizes[drawn.size, default: 0] += 1
      #expect(drawn.left >= 0 && drawn.left + drawn.size <= 28)
      #expect(drawn.top >= 0 && drawn.top + drawn.size <= 28)
      #expect(drawn.brightness >= 0.6 && drawn.brightness <= 1.4)
      #expect(drawn.contrast >= 0.6 && drawn.contrast <= 1.4)
      #expect(abs(drawn.rotationDegrees) <= 25)
      if drawn.rotationDegrees != 0 { rotated += 1 }
      if drawn.colorOrder == [.contrast, .brightness] { contrastFirst += 1 }
      if drawn.size == 16 { lefts.insert(drawn.left) }
      var plainRandom = RandomStream(seed: 1, sample: sample, purpose: .plainSide)
      let plain = transform.drawPlain(imageWidth: 28, imageHeight: 28, from: &plainRandom)
      #expect(plain.size == 20 && plain.brightness == 1 && plain.rotationDegrees == 0)
      #expect((0...8).contains(plain.left) && (0...8).contains(plain.top))
      if plain.left == 4 && plain.top == 4 { centred += 1 }
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
    var transform = PairTransform.mnist
    transform.rotationProbability = 0
    transform.brightness = 0
    transform.contrast = 0
    var random = RandomStream(seed: 1, purpose: .transformedSide)
    let drawn = transform.drawTransformed(imageWidth: 28, imageHeight: 28, from: &random)
    #expect(drawn.rotationDegrees == 0 && drawn.brightness == 1 && drawn.contrast == 1)
  }

  @Test func valuesOutOfRangeAreNamed() throws {
    try PairTransform.mnist.check(imageWidth: 28, imageHeight: 28)
    let changes: [(String, (inout PairTransform) -> Void)] = [
      ("output size", { $0.outputSize = 0 }),
      ("plain crop size", { $0.plainCropSize = 29 }),
      ("number of transformed crop sizes", { $0.transformedCropSizes = [] }),
      ("transformed crop size", { $0.transformedCropSizes = [20, 40] }),
      ("centre crop probability", { $0.centreCropProbability = 1.5 }),
      ("rotation probability", { $0.rotationProbability = .nan }),
      ("rotation degrees", { $0.rotationDegrees = -1 }),
      ("brightness", { $0.brightness = 2 }),
      ("contrast", { $0.contrast = .infinity }),
    ]
    for (name, change) in changes {
      var transform = PairTransform.mnist
      change(&transform)
      do throws(DatasetError) {
        try transform.check(imageWidth: 28, imageHeight: 30)
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
