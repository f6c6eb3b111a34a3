import Kernels

/// Draws batches of transformed images straight into the engine's memory.
///
/// Each image's random numbers are a function of (seed, epoch, image, repeat, side), so a batch
/// holds the same bits at any number of threads, in any order of batches.
package struct BatchRenderer: Sendable {
  package let dataset: ImageDataset
  package let transform: PairTransform

  /// Images one thread renders at a time.
  private static let chunk = BatchLayout.imagesPerBlock

  /// Throws `DatasetError.invalidTransform` where the transform does not fit the data set's images.
  package init(dataset: ImageDataset, transform: PairTransform) throws(DatasetError) {
    try transform.check(imageWidth: dataset.width, imageHeight: dataset.height)
    self.dataset = dataset
    self.transform = transform
  }

  /// The layout of a batch of `images` images: `[images, outputSize, outputSize, channels]`.
  package func layout(images: Int) -> BatchLayout {
    BatchLayout(
      images: images, height: transform.outputSize, width: transform.outputSize,
      channels: dataset.channels)
  }

  /// Renders the 2n images of batch `step`, values in 0…1: images 0..<n are side x, n..<2n side x′.
  ///
  /// Side x is drawn once for each distinct image and repeated r times; each x′ is drawn on its
  /// own. Padding is set to 0. Requires `buffer` to hold at least `layout(images: 2 * plan.pairs)`,
  /// and a plan for this data set's number of images.
  package func render(_ plan: EpochPlan, step: Int, into buffer: FloatBuffer, pool: WorkerPool) {
    let work = rendering(plan, step: step, into: buffer)
    pool.forEach(work.units, work.render)
  }

  /// The same as work that threads can share out: it is done when each of the units was rendered
  /// once. Nothing else may touch the buffer until then.
  package func rendering(
    _ plan: EpochPlan, step: Int, into buffer: FloatBuffer
  ) -> (units: Int, render: @Sendable (_ unit: Int) -> Void) {
    precondition(
      plan.order.count == dataset.count,
      "a plan for \(plan.order.count) images, a data set of \(dataset.count)")
    let images = Array(plan.images(step: step))
    let layout = self.layout(images: 2 * plan.pairs)
    clearPadding(
      layout,
      checked(UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count), layout))
    let plainChunks = (images.count + Self.chunk - 1) / Self.chunk
    let transformedChunks = (plan.pairs + Self.chunk - 1) / Self.chunk
    let units = plainChunks + transformedChunks
    return (
      units: units,
      render: { unit in
        let base = buffer.pointer
        if unit < plainChunks {
          for position in members(unit, of: images.count) {
            let image = images[position]
            var random = RandomStream(
              seed: plan.seed, epoch: plan.epoch, sample: image, purpose: .plainSide)
            let drawn = transform.draw(view: 0, of: dataset.size, from: &random)
            let first = position * plan.repeats
            draw(image, drawn, layout, at: first..<first + plan.repeats, in: base)
          }
        } else {
          for pair in members(unit - plainChunks, of: plan.pairs) {
            let image = images[pair / plan.repeats]
            var random = RandomStream(
              seed: plan.seed, epoch: plan.epoch,
              sample: image * plan.repeats + pair % plan.repeats, purpose: .transformedSide)
            let drawn = transform.draw(view: 1, of: dataset.size, from: &random)
            let place = plan.pairs + pair
            draw(image, drawn, layout, at: place..<place + 1, in: base)
          }
        }
      }
    )
  }

  /// Renders the centre crops of images `range` of the data set as a batch of `range.count` images,
  /// values in 0…1, padding 0. Requires `buffer` to hold at least `layout(images: range.count)`.
  package func renderEvaluation(
    _ range: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>, pool: WorkerPool
  ) {
    checkRange(range)
    let layout = self.layout(images: range.count)
    let base = checked(buffer, layout)
    let centre = transform.evaluationView(of: dataset.size)
    pool.forEach((range.count + Self.chunk - 1) / Self.chunk) { unit in
      for place in members(unit, of: range.count) {
        draw(range.lowerBound + place, centre, layout, at: place..<place + 1, in: base)
      }
    }
    clearPadding(layout, base)
  }

  /// Renders pairs of images `range` for an estimate of the loss, as a batch of 2 · `range.count`
  /// images: the centre crops, then one side x′ of each, the same at every call with the same seed.
  /// Requires `buffer` to hold at least `layout(images: 2 * range.count)`.
  package func renderEvaluationPairs(
    _ range: Range<Int>, seed: UInt64, into buffer: UnsafeMutableBufferPointer<Float>,
    pool: WorkerPool
  ) {
    checkRange(range)
    let layout = self.layout(images: 2 * range.count)
    let base = checked(buffer, layout)
    let centre = transform.evaluationView(of: dataset.size)
    pool.forEach((range.count + Self.chunk - 1) / Self.chunk) { unit in
      for place in members(unit, of: range.count) {
        let image = range.lowerBound + place
        draw(image, centre, layout, at: place..<place + 1, in: base)
        var random = RandomStream(seed: seed, sample: image, purpose: .evaluationPairs)
        let drawn = transform.draw(view: 1, of: dataset.size, from: &random)
        let second = range.count + place
        draw(image, drawn, layout, at: second..<second + 1, in: base)
      }
    }
    clearPadding(layout, base)
  }

  /// Renders one image and writes it to each of the batch's `places`.
  private func draw(
    _ image: Int, _ drawn: DrawnView, _ layout: BatchLayout, at places: Range<Int>,
    in base: UnsafeMutablePointer<Float>
  ) {
    let count = layout.height * layout.width
    let channels = layout.channels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count * channels) { scratch in
      dataset.source.withPixels(of: image) { pixels in
        ImageSampler.render(
          pixels: pixels, size: dataset.size, view: drawn, outputSize: transform.outputSize,
          into: scratch.baseAddress!)
      }
      for place in places {
        layout.destination(image: place, in: base)
          .write(scratch.baseAddress!, count: count, channels: channels)
      }
    }
  }

  private func members(_ unit: Int, of count: Int) -> Range<Int> {
    unit * Self.chunk..<min((unit + 1) * Self.chunk, count)
  }

  private func clearPadding(_ layout: BatchLayout, _ base: UnsafeMutablePointer<Float>) {
    for place in layout.images..<layout.blocks * BatchLayout.imagesPerBlock {
      let destination = layout.destination(image: place, in: base)
      for pixel in 0..<layout.height * layout.width {
        for channel in 0..<layout.channels {
          destination.base[pixel * destination.pixelStride + channel] = 0
        }
      }
    }
  }

  private func checkRange(_ range: Range<Int>) {
    precondition(
      !range.isEmpty && range.lowerBound >= 0 && range.upperBound <= dataset.count,
      "images \(range) of \(dataset.count)")
  }

  private func checked(
    _ buffer: UnsafeMutableBufferPointer<Float>, _ layout: BatchLayout
  ) -> UnsafeMutablePointer<Float> {
    precondition(
      buffer.count >= layout.floatCount,
      "a buffer of \(buffer.count) floats, expected \(layout.floatCount)")
    return buffer.baseAddress!
  }
}
