import Kernels
import Testing

@testable import Datasets

@Suite struct BatchRendererTests {
  private static func dataset(_ count: Int, channels: Int = 1) -> ImageDataset {
    var random = RandomStream(seed: 3, purpose: .samples)
    return ImageDataset(
      name: "noise", width: 28, height: 28, channels: channels, classNames: ["a", "b"],
      pixels: (0..<count * 784 * channels).map { _ in UInt8(truncatingIfNeeded: random.next()) },
      labels: (0..<count).map { UInt8($0 % 2) })
  }

  private func rendered(
    _ shape: Shape, _ body: (UnsafeMutableBufferPointer<Float>) -> Void
  ) -> [Float] {
    var memory = [Float](repeating: .nan, count: shape.count)
    memory.withUnsafeMutableBufferPointer { body($0) }
    return memory
  }

  /// The pixels of one image of a batch, `[H, W, C]`, by the shape's definition.
  private func image(_ n: Int, of memory: [Float], _ shape: Shape) -> [Float] {
    (0..<shape.height * shape.width).flatMap { pixel in
      (0..<shape.channels).map { channel in
        memory[
          (((n / 12) * shape.height * shape.width + pixel) * 12 + n % 12) * shape.channels
            + channel]
      }
    }
  }

  /// One view of one image of the data set.
  private func render(
    _ view: DrawnView, of image: Int, in dataset: ImageDataset, outputSize: Int
  ) -> [Float] {
    var result = [Float](
      repeating: .nan, count: outputSize * outputSize * dataset.channels)
    result.withUnsafeMutableBufferPointer { result in
      dataset.source.withPixels(of: image) {
        ImageSampler.render(
          pixels: $0, size: dataset.size, view: view, outputSize: outputSize,
          into: result.baseAddress!)
      }
    }
    return result
  }

  private func batch(
    _ renderer: BatchRenderer, _ plan: EpochPlan, step: Int, threads: Int = 1
  ) -> (memory: [Float], shape: Shape) {
    let shape = renderer.shape(images: 2 * plan.pairs)
    let pool = WorkerPool(threads: threads)
    defer { pool.shutDown() }
    let buffer = FloatBuffer(count: shape.count)
    for index in 0..<buffer.count { buffer[index] = .nan }
    renderer.render(plan, step: step, into: buffer, pool: pool)
    return ((0..<buffer.count).map { buffer[$0] }, shape)
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

  @Test(arguments: [(1, PairAugmentation.mnist), (3, .colored), (4, .colored)])
  func aBatchHoldsTheDrawnImages(channels: Int, augmentation: PairAugmentation) throws {
    let dataset = Self.dataset(20, channels: channels)
    let renderer = try BatchRenderer(dataset: dataset, augmentation: augmentation)
    let plan = EpochPlan(images: 20, pairs: 21, repeats: 3, seed: 9, epoch: 2)
    for step in 0..<plan.steps {
      let (memory, shape) = batch(renderer, plan, step: step)
      #expect(shape.blocks == 4 && memory.allSatisfy { $0 >= 0 && $0 <= 1 })
      let distinct = Array(plan.images(step: step))
      for pair in 0..<21 {
        let source = distinct[pair / 3]
        var firstRandom = RandomStream(seed: 9, epoch: 2, sample: source, purpose: .firstView)
        var random = RandomStream(
          seed: 9, epoch: 2, sample: source * 3 + pair % 3, purpose: .secondView)
        let draws = [
          (pair, renderer.augmentation.draw(view: 0, of: dataset.size, from: &firstRandom)),
          (21 + pair, renderer.augmentation.draw(view: 1, of: dataset.size, from: &random)),
        ]
        for (place, drawn) in draws {
          let expected = render(drawn, of: source, in: dataset, outputSize: 24)
          #expect(image(place, of: memory, shape) == expected)
        }
      }
      for padding in 42..<48 {
        #expect(image(padding, of: memory, shape).allSatisfy { $0 == 0 })
      }
      // Repeats share side x; their sides x′ differ.
      #expect(image(0, of: memory, shape) == image(2, of: memory, shape))
      #expect(image(21, of: memory, shape) != image(22, of: memory, shape))
    }
  }

  @Test func threadsLeaveNoTrace() throws {
    let renderer = try BatchRenderer(
      dataset: Self.dataset(60), augmentation: PairAugmentation.mnist)
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
    var transform = PairAugmentation.mnist
    transform.outputSize = 20
    let renderer = try BatchRenderer(dataset: dataset, augmentation: transform)
    let pool = WorkerPool(threads: 2)
    defer { pool.shutDown() }
    let shape = renderer.shape(images: 17)
    let memory = rendered(shape) { renderer.renderEvaluation(5..<22, into: $0, pool: pool) }
    let pairShape = renderer.shape(images: 34)
    let pairs = rendered(pairShape) {
      renderer.render(.evaluationPairs(of: 5..<22, seed: 1), into: $0, pool: pool)
    }
    for place in 0..<17 {
      let expected = (0..<400).map { pixel -> Float in
        Float(dataset.pixels[(5 + place) * 784 + (4 + pixel / 20) * 28 + 4 + pixel % 20]) / 255
      }
      let found = image(place, of: memory, shape)
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 })
      #expect(image(place, of: pairs, pairShape) == found)
      #expect(image(17 + place, of: pairs, pairShape) != found)
    }
    #expect(pairs.allSatisfy { $0 >= 0 && $0 <= 1 })
    // The same image has the same pair in whatever batch it stands.
    let single = renderer.shape(images: 2)
    let alone = rendered(single) {
      renderer.render(.evaluationPairs(of: 9..<10, seed: 1), into: $0, pool: pool)
    }
    #expect(image(1, of: alone, single) == image(17 + 4, of: pairs, pairShape))
  }

  /// Any augmentation's views in any places; what padding held before is gone from all channels.
  @Test func aPlansRowsAreRenderedWhereTheySay() throws {
    let dataset = Self.dataset(6, channels: 3)
    let crops = TenCrop(outputSize: 16, cropSize: 20)
    let single = SingleAugmentation(outputSize: 16, cropSize: 20)
    let pool = WorkerPool(threads: 2)
    defer { pool.shutDown() }
    for augmentation in [crops, single] as [any Augmentation] {
      let renderer = try BatchRenderer(dataset: dataset, augmentation: augmentation)
      var rows = (0..<augmentation.views).map { view in
        BatchPlan.Row(
          image: 5 - view % 3,
          view: .drawn(index: view, RandomStream(seed: 8, sample: view, purpose: .samples)),
          places: 3 + view..<4 + view)
      }
      rows.append(BatchPlan.Row(image: 2, view: .evaluation, places: 0..<3))
      let plan = BatchPlan(rows: rows)
      #expect(plan.images == augmentation.views + 3)
      let shape = renderer.shape(images: plan.images)
      let memory = rendered(shape) { renderer.render(plan, into: $0, pool: pool) }
      let centre = augmentation.evaluationView(of: dataset.size)
      for place in 0..<3 {
        #expect(
          image(place, of: memory, shape)
            == render(centre, of: 2, in: dataset, outputSize: 16))
      }
      for view in 0..<augmentation.views {
        var random = RandomStream(seed: 8, sample: view, purpose: .samples)
        let drawn = augmentation.draw(view: view, of: dataset.size, from: &random)
        #expect(
          image(3 + view, of: memory, shape)
            == render(drawn, of: 5 - view % 3, in: dataset, outputSize: 16))
      }
      for place in plan.images..<shape.blocks * 12 {
        #expect(image(place, of: memory, shape).allSatisfy { $0 == 0 })
      }
      // The same as work to be shared out.
      let buffer = FloatBuffer(count: shape.count)
      for index in 0..<buffer.count { buffer[index] = .nan }
      let work = renderer.rendering(plan, into: buffer)
      for unit in (0..<work.units).reversed() { work.render(unit) }
      #expect((0..<buffer.count).map { buffer[$0] } == memory)
    }
  }

  @Test func plansOfEvaluationTakeAnyImages() throws {
    let dataset = Self.dataset(20)
    let renderer = try BatchRenderer(dataset: dataset, augmentation: PairAugmentation.mnist)
    let pool = WorkerPool(threads: 1)
    defer { pool.shutDown() }
    let images = [17, 3, 3, 0]
    let shape = renderer.shape(images: 8)
    let memory = rendered(shape) {
      renderer.render(.evaluationPairs(of: images, seed: 1), into: $0, pool: pool)
    }
    for (place, source) in images.enumerated() {
      let single = renderer.shape(images: 2)
      let pair = rendered(single) {
        renderer.render(.evaluationPairs(of: source..<source + 1, seed: 1), into: $0, pool: pool)
      }
      #expect(image(place, of: memory, shape) == image(0, of: pair, single))
      #expect(image(4 + place, of: memory, shape) == image(1, of: pair, single))
    }
  }
}

extension PairAugmentation {
  /// Every change that a pair can have, on images of 28 pixels.
  fileprivate static var colored: PairAugmentation {
    var augmentation = PairAugmentation.cifar10
    augmentation.outputSize = 24
    augmentation.secondCropSizes = [16, 24]
    augmentation.rotationProbability = 0.5
    augmentation.rotationDegrees = 25
    return augmentation
  }
}
