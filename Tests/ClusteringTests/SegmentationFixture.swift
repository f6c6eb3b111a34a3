import Kernels
import TestSupport

@testable import Clustering

/// Probability maps of both sides, `[images, clusters, height, width]`, and their mask.
struct SegmentationFixture {
  let layout: MapLayout
  var firstView: [Float]
  var secondView: [Float]
  var mask: [Float]
  var maximumDisplacement: Int
  var lambda: Double

  init(
    images: Int, clusters: Int, height: Int, width: Int, firstViewLogits: [Double],
    secondViewLogits: [Double], mask: [Double], maximumDisplacement: Int, lambda: Double
  ) {
    layout = MapLayout(images: images, clusters: clusters, height: height, width: width)
    self.maximumDisplacement = maximumDisplacement
    self.lambda = lambda
    self.mask = mask.map { Float($0) }
    let layout = layout
    firstView = layout.softmax(firstViewLogits).map { Float($0) }
    secondView = layout.softmax(secondViewLogits).map { Float($0) }
  }

  /// Random logits; a fifth of the pixels is masked out.
  init(
    images: Int, clusters: Int, height: Int, width: Int, maximumDisplacement: Int, lambda: Double,
    seed: UInt64
  ) {
    let count = images * clusters * height * width
    self.init(
      images: images, clusters: clusters, height: height, width: width,
      firstViewLogits: randomValues(count, seed: seed).map { 3 * $0 },
      secondViewLogits: randomValues(count, seed: seed + 1).map { 3 * $0 },
      mask: randomValues(images * height * width, seed: seed + 2).map { $0 < -0.6 ? 0 : 1 },
      maximumDisplacement: maximumDisplacement, lambda: lambda)
  }

  struct Outcome: Equatable {
    var loss: Double
    var firstViewGradient: [Float]
    var secondViewGradient: [Float]
  }

  func outcome(
    _ instructionSet: InstructionSet, threads: Int = 2, scale: Double = 1
  ) -> Outcome {
    let pool = WorkerPool(threads: threads)
    defer { pool.shutDown() }
    var outcome = Outcome(loss: 0, firstViewGradient: firstView, secondViewGradient: secondView)
    mask.withUnsafeBufferPointer { mask in
      let maps = SegmentationMaps(
        firstView: firstView, secondView: secondView, layout: layout, mask: mask.baseAddress!,
        maximumDisplacement: maximumDisplacement,
        in: Engine(kernels: instructionSet.kernels, pool: pool))
      let loss = SegmentationLoss(maps.sums(), lambda: lambda, pool: pool)
      outcome.loss = loss.value
      maps.writeGradient(
        of: loss, firstView: &outcome.firstViewGradient, secondView: &outcome.secondViewGradient,
        scale: scale)
    }
    return outcome
  }
}

extension MapLayout {
  /// Over the clusters of every pixel, of `[images, clusters, height, width]`.
  func softmax(_ logits: [Double]) -> [Double] {
    var result = logits
    forEachPixel { places in
      for (place, value) in zip(places, naiveSoftmax(places.map { logits[$0] })) {
        result[place] = value
      }
    }
    return result
  }

  /// The logits' gradient from that of the probabilities.
  func softmaxBackward(logits: [Double], gradient: [Float]) -> [Double] {
    var result = logits
    forEachPixel { places in
      let slopes = naiveSoftmaxGradient(
        logits: places.map { logits[$0] }, gradient: places.map { Double(gradient[$0]) })
      for (place, value) in zip(places, slopes) { result[place] = value }
    }
    return result
  }

  private func forEachPixel(_ body: ([Int]) -> Void) {
    for image in 0..<images {
      for pixel in 0..<pixels {
        body((0..<clusters).map { offset(image: image, cluster: $0) + pixel })
      }
    }
  }
}
