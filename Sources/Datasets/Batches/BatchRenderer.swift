import Kernels

/// Draws batches of views straight into the engine's memory.
///
/// A view's random numbers are part of the plan, so a batch holds the same bits at any number of
/// threads, in any order of batches.
package struct BatchRenderer: Sendable {
  package let dataset: ImageDataset
  package let augmentation: any Augmentation

  /// Rows that one thread renders at a time.
  private static let rowsPerUnit = imageBlock

  /// Throws `DatasetError.invalidTransform` where the augmentation does not fit the data set's
  /// images.
  package init(
    dataset: ImageDataset, augmentation: any Augmentation
  ) throws(DatasetError) {
    try augmentation.check(imageWidth: dataset.width, imageHeight: dataset.height)
    self.dataset = dataset
    self.augmentation = augmentation
  }

  /// The shape of a batch: `[images, outputSize, outputSize, channels]`, no channels to fill up a
  /// vector.
  package func shape(images: Int) -> Shape {
    Shape(
      images: images, height: augmentation.outputSize, width: augmentation.outputSize,
      channels: dataset.channels, channelStride: dataset.channels)
  }

  /// Renders a batch, values in 0…1, padding 0. Requires `buffer` to hold at least
  /// `shape(images: plan.images)`.
  package func render(
    _ plan: BatchPlan, into buffer: UnsafeMutableBufferPointer<Float>, pool: WorkerPool
  ) {
    let base = prepared(buffer, for: plan)
    pool.forEach(units(of: plan)) { renderUnit($0, of: plan, into: base) }
  }

  /// What `render` does as work that threads can share out: it is done when each of the units was
  /// rendered once. Nothing else may touch the buffer until then.
  package func rendering(
    _ plan: BatchPlan, into buffer: FloatBuffer
  ) -> (units: Int, render: @Sendable (_ unit: Int) -> Void) {
    _ = prepared(
      UnsafeMutableBufferPointer(start: buffer.pointer, count: buffer.count), for: plan)
    return (units(of: plan), { renderUnit($0, of: plan, into: buffer.pointer) })
  }

  private func units(of plan: BatchPlan) -> Int {
    (plan.rows.count + Self.rowsPerUnit - 1) / Self.rowsPerUnit
  }

  private func renderUnit(
    _ unit: Int, of plan: BatchPlan, into base: UnsafeMutablePointer<Float>
  ) {
    let shape = shape(images: plan.images)
    let count = shape.pixels * shape.channels
    let first = unit * Self.rowsPerUnit
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { scratch in
      let pixels = scratch.baseAddress!
      for row in plan.rows[first..<min(first + Self.rowsPerUnit, plan.rows.count)] {
        render(view(of: row), of: row.image, into: pixels)
        for place in row.places {
          write(pixels, shape, to: base + shape.offset(image: place, y: 0, x: 0))
        }
      }
    }
  }

  private func view(of row: BatchPlan.Row) -> DrawnView {
    switch row.view {
    case .evaluation: return augmentation.evaluationView(of: dataset.size)
    case .drawn(let index, var random):
      return augmentation.draw(view: index, of: dataset.size, from: &random)
    }
  }

  /// `[outputSize, outputSize, channels]`. The one place that reads the data set's pixels.
  private func render(
    _ view: DrawnView, of image: Int, into target: UnsafeMutablePointer<Float>
  ) {
    dataset.source.withPixels(of: image) { pixels in
      ImageSampler.render(
        pixels: pixels, size: dataset.size, view: view, outputSize: augmentation.outputSize,
        into: target)
    }
  }

  /// One image `[H, W, C]` into its place among the others of its block.
  private func write(
    _ pixels: UnsafePointer<Float>, _ shape: Shape, to target: UnsafeMutablePointer<Float>
  ) {
    let (count, channels, stride) = (shape.pixels, shape.channels, shape.pixelStride)
    if channels == 1 {
      for pixel in 0..<count { target[pixel &* stride] = pixels[pixel] }
      return
    }
    for pixel in 0..<count {
      let (source, place) = (pixels + pixel &* channels, target + pixel &* stride)
      for channel in 0..<channels { place[channel] = source[channel] }
    }
  }

  /// The start of a buffer for a plan of this data set's images, its padding 0.
  private func prepared(
    _ buffer: UnsafeMutableBufferPointer<Float>, for plan: BatchPlan
  ) -> UnsafeMutablePointer<Float> {
    let shape = shape(images: plan.images)
    precondition(
      buffer.count >= shape.count, "a buffer of \(buffer.count) floats, expected \(shape.count)")
    for row in plan.rows {
      precondition(
        row.image >= 0 && row.image < dataset.count, "image \(row.image) of \(dataset.count)")
    }
    let base = buffer.baseAddress!
    for place in plan.images..<shape.blocks * imageBlock {
      let target = base + shape.offset(image: place, y: 0, x: 0)
      for pixel in 0..<shape.pixels {
        (target + pixel &* shape.pixelStride).update(repeating: 0, count: shape.channels)
      }
    }
    return base
  }
}
