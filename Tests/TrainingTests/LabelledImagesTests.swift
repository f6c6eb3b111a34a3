import Datasets
import Settings
import TestSupport
import Testing

@testable import Methods

/// Which images are trained on with labels, and which are measured.
@Suite struct LabelledImagesTests {
  private func dataset(
    _ labels: [Int32], classes: Int = 3, splits: [Split: Range<Int>]? = nil
  ) -> ImageDataset {
    ImageDataset(
      name: "made-up",
      source: MemoryImages(
        size: ImageSize(height: 1, width: 1, channels: 1),
        pixels: [UInt8](repeating: 0, count: labels.count)),
      labels: labels, classNames: (0..<classes).map { "class \($0)" }, splits: splits)
  }

  /// 200 training images of classes 0, 1, 2 as 10 : 5 : 5, then 40 of the test split, then 10
  /// without labels.
  private var parted: ImageDataset {
    dataset(
      (0..<240).map { [0, 1, 0, 2][$0 % 4] } + Array(repeating: -1, count: 10),
      splits: [.train: 0..<200, .test: 200..<240, .unlabelled: 240..<250])
  }

  private func images(
    _ dataset: ImageDataset, labels: Double = 1, seed: UInt64 = 1, heldOut: Double = 0.2
  ) throws(SettingsError) -> LabelledImages {
    var settings = FineTuningSettings()
    settings.labels = labels
    settings.heldOut = heldOut
    return try LabelledImages(settings, of: dataset, seed: seed, source: "test")
  }

  @Test func aTestSplitIsMeasuredAndNothingElse() throws {
    let all = try images(parted)
    #expect(all.trained == Array(0..<200) && all.measured == Array(200..<240))
  }

  @Test(arguments: [0.02, 0.1, 0.5]) func sharesKeepProportionsAndNest(share: Double) throws {
    let dataset = parted
    let chosen = try images(dataset, labels: share)
    let counts = (0..<3).map { label in
      chosen.trained.count { dataset.labels[$0] == Int32(label) }
    }
    #expect(counts == [100, 50, 50].map { Int((Double($0) * share).rounded()) })
    #expect(
      chosen.trained == chosen.trained.sorted() && Set(chosen.trained).count == counts.reduce(0, +))
    #expect(chosen.measured == Array(200..<240))
    let again = try images(dataset, labels: share)
    #expect(again == chosen)
    #expect(try images(dataset, labels: share, seed: 2).trained != chosen.trained)
    let more = try images(dataset, labels: min(1, 1.5 * share))
    #expect(Set(more.trained).isSuperset(of: chosen.trained))
  }

  @Test func withoutATestSplitAPartIsHeldOut() throws {
    let dataset = dataset((0..<100).map { [0, 1, 0, 2][$0 % 4] } + [-1, -1])
    let parts = try images(dataset, labels: 0.5)
    let counts = { (images: [Int]) in
      (0..<3).map { label in images.count { dataset.labels[$0] == Int32(label) } }
    }
    #expect(counts(parts.measured) == [10, 5, 5] && counts(parts.trained) == [20, 10, 10])
    #expect(Set(parts.measured).isDisjoint(with: try images(dataset).trained))
    #expect(try images(dataset).measured == parts.measured)
    #expect(try images(dataset).trained.count == 80)
    let other = try images(dataset, seed: 2)
    #expect(other.measured != parts.measured)
    #expect(
      LabelledImages.measured(FineTuningSettings(), of: dataset, seed: 1) == parts.measured)
    // A class of a single image is learnt.
    let small = try images(self.dataset([0, 0, 0, 1]))
    #expect(small.trained.contains(3) && small.measured.count == 1)
  }

  @Test func classesThatNobodyHasDoNotMatter() throws {
    // Letters are numbered from 1.
    let dataset = dataset((0..<100).map { Int32(1 + $0 % 2) })
    #expect(try images(dataset).trained.count == 80)
  }

  @Test func refused() throws {
    func problem(_ dataset: ImageDataset, labels: Double = 1) -> String {
      do {
        _ = try images(dataset, labels: labels)
        return "none"
      } catch {
        return error.description
      }
    }
    #expect(
      problem(parted, labels: 0.015)
        == "test: finetune.labels: is 0.015, which of the 50 images of class 'class 1' is less "
        + "than one; expected at least 0.02")
    #expect(
      problem(dataset([-1, -1, -1]))
        == "test: finetune.labels: the labels of made-up's training images cover no class, "
        + "expected at least 2")
    #expect(
      problem(dataset([], classes: 0)).contains("cover no class"))
    #expect(problem(dataset([1, 1, -1, 1])).contains("cover 1 class, expected at least 2"))
    #expect(
      problem(dataset([0, 1, 2, 0, 1, 0, 1], splits: [.train: 3..<7, .test: 0..<3]))
        == "test: finetune.labels: class 'class 2' is measured and has no labelled training image, "
        + "expected at least 1")
    #expect(
      problem(dataset([0, 1, 2]))
        == "test: finetune.held_out: leaves no image of made-up to measure: no class has more than "
        + "one")
  }

  // MARK: Passes

  @Test(arguments: [7, 20, 48, 100]) func everyImageOnceAPass(batchSize: Int) throws {
    let chosen = Array(stride(from: 3, to: 99, by: 2))
    let passes = LabelledPasses(chosen, batchSize: batchSize, seed: 1)
    let steps = 3 * chosen.count
    var rows: [Int: [Int]] = [:]
    for step in 0..<steps {
      let batch = passes.batch(ofStep: step)
      #expect(batch.count == batchSize)
      for row in batch { rows[row.pass, default: []].append(row.image) }
    }
    let whole = steps * batchSize / chosen.count
    for pass in 1...whole { #expect(rows[pass]?.sorted() == chosen, "\(pass)") }
    #expect(rows[1] != rows[2])
    // The same out of order, and of a pass and image never twice the same random numbers.
    let other = LabelledPasses(chosen, batchSize: batchSize, seed: 1)
    for step in [steps - 1, 0, 5] {
      #expect(other.batch(ofStep: step).map(\.image) == passes.batch(ofStep: step).map(\.image))
    }
    #expect(passes.plan(ofStep: 2).images == batchSize)
  }
}
