import Kernels
import Testing

@testable import Datasets

@Suite struct BatchRendererTests {
  private static func dataset(_ count: Int) -> ImageDataset {
    var random = RandomStream(seed: 3, purpose: .samples)
    return ImageDataset(
      name: "noise", width: 28, height: 28, channels: 1, classNames: ["a", "b"],
      pixels: (0..<count * 784).map { _ in UInt8(truncatingIfNeeded: random.next()) },
      labels: (0..<count).map { UInt8($0 % 2) })
  }

  private func rendered(
    _ layout: BatchLayout, _ body: (UnsafeMutableBufferPointer<Float>) -> Void
  ) -> [Float] {
    var memory = [Float](repeating: .nan, count: layout.floatCount)
    memory.withUnsafeMutableBufferPointer { body($0) }
    return memory
  }

  /// The pixels of one image of a batch, by the layout's definition.
  private func image(_ n: Int, of memory: [Float], _ layout: BatchLayout) -> [Float] {
    (0..<layout.height * layout.width).map { pixel in
      memory[((n / 12) * layout.height * layout.width + pixel) * 12 + n % 12]
    }
  }

  private func batch(
    _ renderer: BatchRenderer, _ plan: EpochPlan, step: Int, threads: Int = 1
  ) -> (memory: [Float], layout: BatchLayout) {
    let layout = renderer.layout(images: 2 * plan.pairs)
    let pool = WorkerPool(threads: threads)
    defer { pool.shutDown() }
    let buffer = FloatBuffer(count: layout.floatCount)
    for index in 0..<buffer.count { buffer[index] = .nan }
    renderer.render(plan, step: step, into: buffer, pool: pool)
    return ((0..<buffer.count).map { buffer[$0] }, layout)
  }

  @Test func layoutAddressesEveryFloatOnce() {
    for images in [1, 11, 12, 13, 25] {
      for channels in [1, 2, 3] {
        let layout = BatchLayout(images: images, height: 3, width: 2, channels: channels)
        var seen = [Int](repeating: 0, count: layout.floatCount)
        for n in 0..<layout.blocks * 12 {
          for pixel in 0..<6 {
            for channel in 0..<channels {
              let expected = ((n / 12) * 6 + pixel) * 12 * channels + (n % 12) * channels + channel
              let index = layout.offset(image: n) + pixel * layout.pixelStride + channel
              #expect(index == expected)
              seen[index] += 1
            }
          }
        }
        #expect(seen.allSatisfy { $0 == 1 })
      }
    }
  }

  @Test func anEpochHoldsEachImageAtMostOnce() {
    let plan = EpochPlan(images: 103, pairs: 50, repeats: 5, seed: 1, epoch: 0)
    #expect(plan.steps == 10 && plan.imagesPerStep == 10)
    #expect(plan.order.sorted() == Array(0..<103))
    let used = (0..<plan.steps).flatMap { plan.images(step: $0) }
    #expect(used.count == 100 && Set(used).count == 100)
    #expect(plan == EpochPlan(images: 103, pairs: 50, repeats: 5, seed: 1, epoch: 0))
    #expect(plan.order != EpochPlan(images: 103, pairs: 50, repeats: 5, seed: 1, epoch: 1).order)
    #expect(plan.order != EpochPlan(images: 103, pairs: 50, repeats: 5, seed: 2, epoch: 0).order)
    #expect(EpochPlan.steps(images: 9, pairs: 50, repeats: 5) == 0)
    // Every place is as likely for every image.
    var places = [Int](repeating: 0, count: 4)
    for epoch in 0..<4000 {
      let order = EpochPlan(images: 4, pairs: 1, repeats: 1, seed: 5, epoch: epoch).order
      places[order.firstIndex(of: 0) ?? 0] += 1
    }
    for count in places { #expect(abs(count - 1000) <= 150) }
  }

  @Test func aBatchHoldsTheDrawnImages() throws {
    let dataset = Self.dataset(20)
    let renderer = try BatchRenderer(dataset: dataset, transform: .mnist)
    let plan = EpochPlan(images: 20, pairs: 21, repeats: 3, seed: 9, epoch: 2)
    for step in 0..<plan.steps {
      let (memory, layout) = batch(renderer, plan, step: step)
      #expect(layout.blocks == 4 && memory.allSatisfy { $0 >= 0 && $0 <= 1 })
      let distinct = Array(plan.images(step: step))
      for pair in 0..<21 {
        let source = distinct[pair / 3]
        var plainRandom = RandomStream(seed: 9, epoch: 2, sample: source, purpose: .plainSide)
        var random = RandomStream(
          seed: 9, epoch: 2, sample: source * 3 + pair % 3, purpose: .transformedSide)
        let draws = [
          (pair, renderer.transform.draw(view: 0, of: dataset.size, from: &plainRandom)),
          (21 + pair, renderer.transform.draw(view: 1, of: dataset.size, from: &random)),
        ]
        for (place, drawn) in draws {
          var expected = [Float](repeating: .nan, count: 576)
          dataset.pixels.withUnsafeBufferPointer { pixels in
            expected.withUnsafeMutableBufferPointer { expected in
              ImageSampler.render(
                pixels: pixels.baseAddress! + source * 784,
                size: dataset.size, view: drawn, outputSize: 24, into: expected.baseAddress!)
            }
          }
          #expect(image(place, of: memory, layout) == expected)
        }
      }
      for padding in 42..<48 {
        #expect(image(padding, of: memory, layout).allSatisfy { $0 == 0 })
      }
      // Repeats share side x; their sides x′ differ.
      #expect(image(0, of: memory, layout) == image(2, of: memory, layout))
      #expect(image(21, of: memory, layout) != image(22, of: memory, layout))
    }
  }

  @Test func threadsLeaveNoTrace() throws {
    let renderer = try BatchRenderer(dataset: Self.dataset(60), transform: .mnist)
    let plan = EpochPlan(images: 60, pairs: 70, repeats: 2, seed: 4, epoch: 1)
    let one = batch(renderer, plan, step: 0).memory
    for threads in 2...4 {
      #expect(batch(renderer, plan, step: 0, threads: threads).memory == one)
    }
    let other = EpochPlan(images: 60, pairs: 70, repeats: 2, seed: 4, epoch: 2)
    #expect(batch(renderer, other, step: 0).memory != one)
  }

  @Test func evaluationIsTheCentreCrop() throws {
    let dataset = Self.dataset(30)
    var transform = PairTransform.mnist
    transform.outputSize = 20
    let renderer = try BatchRenderer(dataset: dataset, transform: transform)
    let pool = WorkerPool(threads: 2)
    defer { pool.shutDown() }
    let layout = renderer.layout(images: 17)
    let memory = rendered(layout) { renderer.renderEvaluation(5..<22, into: $0, pool: pool) }
    let pairLayout = renderer.layout(images: 34)
    let pairs = rendered(pairLayout) {
      renderer.renderEvaluationPairs(5..<22, seed: 1, into: $0, pool: pool)
    }
    for place in 0..<17 {
      let expected = (0..<400).map { pixel -> Float in
        Float(dataset.pixels[(5 + place) * 784 + (4 + pixel / 20) * 28 + 4 + pixel % 20]) / 255
      }
      let found = image(place, of: memory, layout)
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 })
      #expect(image(place, of: pairs, pairLayout) == found)
      #expect(image(17 + place, of: pairs, pairLayout) != found)
    }
    #expect(pairs.allSatisfy { $0 >= 0 && $0 <= 1 })
    // The same image has the same pair in whatever batch it stands.
    let single = renderer.layout(images: 2)
    let alone = rendered(single) {
      renderer.renderEvaluationPairs(9..<10, seed: 1, into: $0, pool: pool)
    }
    #expect(image(1, of: alone, single) == image(17 + 4, of: pairs, pairLayout))
  }
}
