import Datasets
import Methods
import Testing

@testable import Training

/// Which images evaluations measure, and which of them may be compared.
@Suite struct EvaluationImagesTests {
  /// Images of one pixel: 30 training, 20 test, 50 unlabelled.
  private static let dataset = ImageDataset(
    name: "pixels",
    source: MemoryImages(
      size: ImageSize(height: 1, width: 1, channels: 1), pixels: Array(repeating: 0, count: 100)),
    labels: Array(repeating: 0, count: 50) + Array(repeating: -1, count: 50), classNames: ["a"],
    splits: [.train: 0..<30, .test: 30..<50, .unlabelled: 50..<100])

  private func images(
    _ change: (inout EvaluationSettings) -> Void, seed: UInt64 = 1
  ) -> EvaluationImages {
    var settings = EvaluationSettings()
    change(&settings)
    return EvaluationImages(settings, of: Self.dataset, seed: seed)
  }

  @Test func splits() {
    let whole = images { _ in }
    #expect(whole.regular == whole.final && whole.final.measured == Array(0..<50))
    #expect(whole.final.assignment == nil)
    let plus = images {
      $0.splits = [.test]
      $0.assignmentSplits = [.train]
    }
    #expect(plus.final.measured == Array(30..<50) && plus.final.assignment == Array(0..<30))
    let same = images { $0.assignmentSplits = [.test, .train] }
    #expect(same.final.assignment == nil, "the images that are measured anyway")
  }

  @Test func samples() {
    let one = images { $0.images = 12 }
    #expect(one.regular.measured.count == 12 && one.final.measured.count == 50)
    #expect(one.regular.measured == one.regular.measured.sorted())
    #expect(Set(one.regular.measured).count == 12)
    #expect(one.regular.measured.allSatisfy { (0..<50).contains($0) })
    #expect(one.alwaysMeasured == one.regular.measured)
    #expect(one == images { $0.images = 12 })
    #expect(one != images({ $0.images = 12 }, seed: 2))
    let both = images {
      $0.images = 25
      $0.finalImages = 12
      $0.assignmentSplits = [.train]
    }
    #expect(both.final.measured == one.regular.measured)
    #expect(Set(both.final.measured).isSubset(of: both.regular.measured))
    #expect(both.alwaysMeasured == both.final.measured)
    #expect(both.regular.assignment?.count == 25 && both.final.assignment?.count == 12)
    #expect(images { $0.images = 1000 }.regular.measured == Array(0..<50))
  }

  @Test func theLowestLossIsThatOfTheSameImages() {
    var state = TrainerState(learningRate: 1)
    #expect(state.isBest(loss: -1, images: 100, isFinal: true), "the only one there is")
    #expect(!state.isBest(loss: .nan, images: 10, isFinal: false))
    (state.lowestLoss, state.lowestLossImages) = (-1, 10)
    #expect(state.isBest(loss: -1.1, images: 10, isFinal: false))
    #expect(!state.isBest(loss: -0.9, images: 10, isFinal: false))
    #expect(state.isBest(loss: -1.1, images: 10, isFinal: true))
    #expect(!state.isBest(loss: -2, images: 100, isFinal: true))
    // A run of one evaluation, of all images, that goes on with samples.
    state.lowestLossImages = 100
    #expect(state.isBest(loss: -0.5, images: 10, isFinal: false))
    #expect(!state.isBest(loss: .nan, images: 10, isFinal: false))
    // Of a checkpoint that does not say.
    state.lowestLossImages = nil
    #expect(!state.isBest(loss: -0.5, images: 10, isFinal: false))
    #expect(state.isBest(loss: -1.5, images: 10, isFinal: false))
  }
}
