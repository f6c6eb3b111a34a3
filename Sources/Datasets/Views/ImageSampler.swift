/// Makes a drawn view of one image: motion, crop, flip and resize in one pass of bilinear sampling,
/// then the colour steps, then the cutout.
enum ImageSampler {
  /// Writes the view, `[outputSize, outputSize, channels]` in 0…1, of `pixels`,
  /// `[height, width, channels]` in 0…255. Requires the crop to lie within the image.
  static func render(
    pixels: UnsafePointer<UInt8>, size: ImageSize, view: DrawnView, outputSize: Int,
    into output: UnsafeMutablePointer<Float>
  ) {
    precondition(
      view.left >= 0 && view.top >= 0 && view.size >= 1 && view.left + view.size <= size.width
        && view.top + view.size <= size.height,
      "crop of \(view.size) at (\(view.left), \(view.top)) of \(size)")
    // Where each output column lies in the moved image, then each output row.
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * outputSize) { positions in
      let columns = positions.baseAddress!
      let rows = columns + outputSize
      let step = Float(view.size) / Float(outputSize)
      for index in 0..<outputSize {
        // Half-pixel centres, clamped to the crop's outermost pixels.
        let position = (Float(index) + 0.5) * step - 0.5
        let within = min(max(position, 0), Float(view.size - 1))
        columns[index] = Float(view.left) + within
        rows[index] = Float(view.top) + within
      }
      if view.isFlipped {
        var mirrored = UnsafeMutableBufferPointer(start: columns, count: outputSize)
        mirrored.reverse()
      }
      let grid = Grid(columns: columns, rows: rows, side: outputSize)
      // Written out for each number of channels, so that the compiler knows the distances.
      switch size.channels {
      case 1: sample(pixels, size, view, grid, channels: 1, into: output)
      case 3: sample(pixels, size, view, grid, channels: 3, into: output)
      case 4: sample(pixels, size, view, grid, channels: 4, into: output)
      default: sample(pixels, size, view, grid, channels: size.channels, into: output)
      }
    }
    ColorJitter.apply(view, to: output, pixels: outputSize * outputSize, channels: size.channels)
    if let cutout = view.cutout { clear(cutout, of: output, side: outputSize, size.channels) }
  }

  /// The places that are sampled, before the image's motion.
  private struct Grid {
    let columns: UnsafePointer<Float>
    let rows: UnsafePointer<Float>
    let side: Int
  }

  @inline(__always)
  private static func sample(
    _ pixels: UnsafePointer<UInt8>, _ size: ImageSize, _ view: DrawnView, _ grid: Grid,
    channels: Int, into output: UnsafeMutablePointer<Float>
  ) {
    if view.isUpright {
      resize(pixels, size, grid, channels: channels, into: output)
    } else {
      warp(pixels, size, view.motion, grid, channels: channels, into: output)
    }
  }

  /// Bilinear samples on a grid along the image's axes, all of it within the image.
  @inline(__always)
  private static func resize(
    _ pixels: UnsafePointer<UInt8>, _ size: ImageSize, _ grid: Grid, channels: Int,
    into output: UnsafeMutablePointer<Float>
  ) {
    let rowStride = size.width * channels
    for y in 0..<grid.side {
      let top = Int(grid.rows[y])
      let down = grid.rows[y] - Float(top)
      let upper = pixels + top * rowStride
      let lower = pixels + min(top + 1, size.height - 1) * rowStride
      let target = output + y * grid.side * channels
      for x in 0..<grid.side {
        let left = Int(grid.columns[x])
        let across = grid.columns[x] - Float(left)
        let right = min(left &+ 1, size.width &- 1)
        let (first, second) = (left &* channels, right &* channels)
        for channel in 0..<channels {
          let above = blend(upper[first &+ channel], upper[second &+ channel], across)
          let below = blend(lower[first &+ channel], lower[second &+ channel], across)
          target[x &* channels &+ channel] = blend(above, below, down) * (1 / 255)
        }
      }
    }
  }

  /// Bilinear samples on a grid of a moved image; 0 outside the image.
  @inline(__always)
  private static func warp(
    _ pixels: UnsafePointer<UInt8>, _ size: ImageSize, _ motion: AffineMap, _ grid: Grid,
    channels: Int, into output: UnsafeMutablePointer<Float>
  ) {
    let rowStride = size.width * channels
    let (centreX, centreY) = (Float(size.width - 1) / 2, Float(size.height - 1) / 2)
    let (originX, originY) = (centreX + Float(motion.x0), centreY + Float(motion.y0))
    let (xx, xy) = (Float(motion.xx), Float(motion.xy))
    let (yx, yy) = (Float(motion.yx), Float(motion.yy))
    for y in 0..<grid.side {
      let fromCentreY = grid.rows[y] - centreY
      let target = output + y * grid.side * channels
      for x in 0..<grid.side {
        let fromCentreX = grid.columns[x] - centreX
        let sourceX = originX + fromCentreX * xx + fromCentreY * xy
        let sourceY = originY + fromCentreX * yx + fromCentreY * yy
        let (floorX, floorY) = (sourceX.rounded(.down), sourceY.rounded(.down))
        let (left, top) = (Int(floorX), Int(floorY))
        let (across, down) = (sourceX - floorX, sourceY - floorY)
        let place = top &* rowStride &+ left &* channels
        if left >= 0 && top >= 0 && left &+ 1 < size.width && top &+ 1 < size.height {
          let upper = pixels + place
          let lower = upper + rowStride
          for channel in 0..<channels {
            let above = blend(upper[channel], upper[channels &+ channel], across)
            let below = blend(lower[channel], lower[channels &+ channel], across)
            target[x &* channels &+ channel] = blend(above, below, down) * (1 / 255)
          }
          continue
        }
        // At the image's edge and outside.
        let hasLeft = left >= 0 && left < size.width
        let hasRight = left >= -1 && left &+ 1 < size.width
        let hasTop = top >= 0 && top < size.height
        let hasBottom = top >= -1 && top &+ 1 < size.height
        for channel in 0..<channels {
          func value(_ offset: Int, _ isThere: Bool) -> UInt8 {
            isThere ? pixels[place &+ offset &+ channel] : 0
          }
          let above = blend(
            value(0, hasTop && hasLeft), value(channels, hasTop && hasRight), across)
          let below = blend(
            value(rowStride, hasBottom && hasLeft),
            value(rowStride &+ channels, hasBottom && hasRight), across)
          target[x &* channels &+ channel] = blend(above, below, down) * (1 / 255)
        }
      }
    }
  }

  private static func clear(
    _ cutout: Cutout, of output: UnsafeMutablePointer<Float>, side: Int, _ channels: Int
  ) {
    precondition(
      cutout.left >= 0 && cutout.top >= 0 && cutout.size >= 0
        && max(cutout.left, cutout.top) + cutout.size <= side, "\(cutout) of \(side)")
    for y in cutout.top..<cutout.top + cutout.size {
      (output + (y * side + cutout.left) * channels)
        .update(repeating: 0, count: cutout.size * channels)
    }
  }

  @inline(__always)
  private static func blend(_ first: UInt8, _ second: UInt8, _ weight: Float) -> Float {
    blend(Float(first), Float(second), weight)
  }

  @inline(__always)
  private static func blend(_ first: Float, _ second: Float, _ weight: Float) -> Float {
    first + (second - first) * weight
  }
}
