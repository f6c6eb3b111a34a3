import Kernels

/// Draws squares of pictures of any size into the engine's memory, in pairs of views or one by one.
package struct PixelPairRenderer: Sendable {
  package let dataset: ImageDataset
  package let augmentation: PixelPairAugmentation

  package init(dataset: ImageDataset, augmentation: PixelPairAugmentation) {
    self.dataset = dataset
    self.augmentation = augmentation
  }

  /// Side of the squares.
  package var side: Int { augmentation.cropSize }

  /// Of so many squares.
  package func shape(images: Int) -> Shape {
    Shape(
      images: images, height: side, width: side, channels: dataset.channels,
      channelStride: dataset.channels)
  }

  /// The pairs of training batch `step`: of each of its images `repeats` squares, each with a view
  /// of its own.
  package func pairs(of epoch: EpochPlan, step: Int) -> [PixelPair] {
    epoch.images(step: step).flatMap { image in
      (0..<epoch.repeats).map { repetition in
        let sample = image * epoch.repeats + repetition
        func random(_ purpose: RandomPurpose) -> RandomStream {
          RandomStream(seed: epoch.seed, epoch: epoch.epoch, sample: sample, purpose: purpose)
        }
        return pair(of: image, random(.firstView), random(.secondView))
      }
    }
  }

  /// The pair of an image that evaluations estimate the loss by, the same with the same seed.
  package func evaluationPair(of image: Int, seed: UInt64) -> PixelPair {
    let random = RandomStream(seed: seed, sample: image, purpose: .evaluationPairs)
    return pair(
      of: image, random, RandomStream(seed: seed, sample: image, purpose: .evaluationSecondView))
  }

  private func pair(
    of image: Int, _ first: RandomStream, _ second: RandomStream
  ) -> PixelPair {
    var (first, second) = (first, second)
    return PixelPair(
      image: image,
      crop: augmentation.drawCrop(of: dataset.source.size(of: image), from: &first),
      second: augmentation.drawSecond(from: &second))
  }

  /// Both views of pairs as work that threads can share out, values in 0…1: of each piece of
  /// `pairsPerPiece` pairs the first views, then the second ones.
  package func rendering(
    _ pairs: [PixelPair], pairsPerPiece: Int, into buffer: FloatBuffer
  ) -> (units: Int, render: @Sendable (_ unit: Int) -> Void) {
    let shape = shape(images: 2 * pairs.count)
    precondition(buffer.count >= shape.count, "\(buffer.count) floats for \(shape)")
    return (
      pairs.count,
      { index in
        let piece = index / pairsPerPiece * pairsPerPiece
        let count = min(pairsPerPiece, pairs.count - piece)
        let place = 2 * piece + index - piece
        render(pairs[index], to: buffer.pointer, shape, first: place, second: place + count)
      }
    )
  }

  private func render(
    _ pair: PixelPair, to base: UnsafeMutablePointer<Float>, _ shape: Shape, first: Int,
    second: Int
  ) {
    let size = ImageSize(height: side, width: side, channels: dataset.channels)
    let plain = DrawnView(left: 0, top: 0, size: side)
    withSquare(pair.image, pair.crop) { square in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: size.byteCount) { pixels in
        for (view, place) in [(plain, first), (pair.second, second)] {
          ImageSampler.render(
            pixels: square, size: size, view: view, outputSize: side, into: pixels.baseAddress!)
          write(pixels.baseAddress!, shape, place, base)
        }
      }
    }
  }

  /// One square as it is, values in 0…1, into place `place` of a batch of this shape. Outside of
  /// the picture it is mirrored.
  package func renderSquare(
    of image: Int, _ crop: PixelCrop, to base: UnsafeMutablePointer<Float>, _ shape: Shape,
    place: Int
  ) {
    withMirroredSquare(image, crop) { square in
      let count = side * side * dataset.channels
      withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { pixels in
        for index in 0..<count { pixels[index] = Float(square[index]) * (1 / 255) }
        write(pixels.baseAddress!, shape, place, base)
      }
    }
  }

  private func write(
    _ pixels: UnsafePointer<Float>, _ shape: Shape, _ place: Int,
    _ base: UnsafeMutablePointer<Float>
  ) {
    let target = base + shape.offset(image: place, y: 0, x: 0)
    for pixel in 0..<shape.pixels {
      for channel in 0..<shape.channels {
        target[pixel &* shape.pixelStride &+ channel] = pixels[pixel &* shape.channels &+ channel]
      }
    }
  }

  /// Lends the bytes of a square, `[side, side, channels]`, black outside of the picture.
  private func withSquare(
    _ image: Int, _ crop: PixelCrop, _ body: (UnsafePointer<UInt8>) -> Void
  ) {
    let channels = dataset.channels
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: side * side * channels) { square in
      square.update(repeating: 0)
      let overlap = overlap(image, crop)
      let width = dataset.source.size(of: image).width
      dataset.source.withPixels(of: image) { pixels in
        for y in overlap.rows {
          let source =
            pixels + ((crop.top + y) * width + crop.left + overlap.columns.lowerBound)
            * channels
          (square.baseAddress! + (y * side + overlap.columns.lowerBound) * channels)
            .update(from: source, count: overlap.columns.count * channels)
        }
      }
      body(square.baseAddress!)
    }
  }

  /// Lends the bytes of a square, `[side, side, channels]`, mirrored outside of the picture: its
  /// outermost pixels come twice.
  private func withMirroredSquare(
    _ image: Int, _ crop: PixelCrop, _ body: (UnsafePointer<UInt8>) -> Void
  ) {
    let channels = dataset.channels
    let size = dataset.source.size(of: image)
    func mirrored(_ place: Int, _ extent: Int) -> Int {
      let turned = (place % (2 * extent) + 2 * extent) % (2 * extent)
      return min(turned, 2 * extent - 1 - turned)
    }
    let columns = (0..<side).map { mirrored(crop.left + $0, size.width) * channels }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: side * side * channels) { square in
      dataset.source.withPixels(of: image) { pixels in
        for y in 0..<side {
          let row = pixels + mirrored(crop.top + y, size.height) * size.width * channels
          for x in 0..<side {
            let place = (y * side + x) * channels
            for channel in 0..<channels { square[place + channel] = row[columns[x] + channel] }
          }
        }
      }
      body(square.baseAddress!)
    }
  }

  /// The rows and columns of a square that lie within its picture.
  package func overlap(
    _ image: Int, _ crop: PixelCrop
  ) -> (rows: Range<Int>, columns: Range<Int>) {
    let size = dataset.source.size(of: image)
    func inside(_ start: Int, _ extent: Int) -> Range<Int> {
      let first = min(max(0, -start), side)
      return first..<max(first, min(side, extent - start))
    }
    return (inside(crop.top, size.height), inside(crop.left, size.width))
  }

  /// Writes the square's mask, `[side, side]`: 1 where a pixel counts. Those outside of the picture
  /// do not, and with `masksUnlabelled` neither do those without a class, where pixels have
  /// classes.
  package func writeMask(
    of image: Int, _ crop: PixelCrop, masksUnlabelled: Bool,
    to mask: UnsafeMutablePointer<Float>
  ) {
    mask.update(repeating: 0, count: side * side)
    let overlap = overlap(image, crop)
    for y in overlap.rows {
      for x in overlap.columns { mask[y * side + x] = 1 }
    }
    guard masksUnlabelled, let labelMaps = dataset.labelMaps else { return }
    let width = dataset.source.size(of: image).width
    labelMaps.withLabels(of: image) { labels in
      for y in overlap.rows {
        let row = labels + (crop.top + y) * width + crop.left
        for x in overlap.columns where row[x] == LabelMap.noLabel { mask[y * side + x] = 0 }
      }
    }
  }
}
