import Foundation

/// Applies a drawn transform to one image: rotation, crop, flip and resize in one pass of bilinear sampling, then
/// the colour steps.
enum ImageSampler {
  /// Writes the transformed image, `[outputSize, outputSize, channels]` in 0…1, from `pixels`,
  /// `[height, width, channels]` in 0…255. Requires the crop to lie within the image.
  static func render(
    pixels: UnsafePointer<UInt8>, size: ImageSize, transform: DrawnTransform,
    outputSize: Int, into output: UnsafeMutablePointer<Float>
  ) {
    let (width, height) = (size.width, size.height)
    precondition(
      transform.left >= 0 && transform.top >= 0 && transform.size >= 1
        && transform.left + transform.size <= width
        && transform.top + transform.size <= height,
      "crop of \(transform.size) at (\(transform.left), \(transform.top)) of \(height)×\(width)")
    // The source position of each output column, then of each output row.
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * outputSize) { positions in
      let columns = positions.baseAddress!
      let rows = columns + outputSize
      let scale = Float(transform.size) / Float(outputSize)
      for index in 0..<outputSize {
        // Half-pixel centres, clamped to the crop's outermost pixels.
        let position = (Float(index) + 0.5) * scale - 0.5
        let within = min(max(position, 0), Float(transform.size - 1))
        columns[index] = Float(transform.left) + within
        rows[index] = Float(transform.top) + within
      }
      if transform.isFlipped {
        var mirrored = UnsafeMutableBufferPointer(start: columns, count: outputSize)
        mirrored.reverse()
      }
      let source = Source(pixels: pixels, width: width, height: height, channels: size.channels)
      if transform.rotationDegrees == 0 {
        resize(source, columns: columns, rows: rows, outputSize: outputSize, into: output)
      } else {
        rotate(
          source, degrees: transform.rotationDegrees, columns: columns, rows: rows,
          outputSize: outputSize, into: output)
      }
    }
    ColorJitter.apply(
      transform, to: output, pixels: outputSize * outputSize, channels: size.channels)
  }

  private struct Source {
    let pixels: UnsafePointer<UInt8>
    let width: Int
    let height: Int
    let channels: Int

    var rowStride: Int { width * channels }
  }

  /// Bilinear samples on a grid along the image's axes, all of it within the image.
  private static func resize(
    _ source: Source, columns: UnsafePointer<Float>, rows: UnsafePointer<Float>, outputSize: Int,
    into output: UnsafeMutablePointer<Float>
  ) {
    for y in 0..<outputSize {
      let top = Int(rows[y])
      let down = rows[y] - Float(top)
      let upper = source.pixels + top * source.rowStride
      let lower = source.pixels + min(top + 1, source.height - 1) * source.rowStride
      let channels = source.channels
      let target = output + y * outputSize * channels
      for x in 0..<outputSize {
        let left = Int(columns[x])
        let across = columns[x] - Float(left)
        let right = min(left + 1, source.width - 1)
        for channel in 0..<channels {
          let (first, second) = (left * channels + channel, right * channels + channel)
          let above = blend(Float(upper[first]), Float(upper[second]), across)
          let below = blend(Float(lower[first]), Float(lower[second]), across)
          target[x * channels + channel] = blend(above, below, down) * (1 / 255)
        }
      }
    }
  }

  /// Bilinear samples on a grid turned about the image's centre; 0 outside the image.
  private static func rotate(
    _ source: Source, degrees: Float, columns: UnsafePointer<Float>, rows: UnsafePointer<Float>,
    outputSize: Int, into output: UnsafeMutablePointer<Float>
  ) {
    let angle = Double(degrees) * Double.pi / 180
    let (cosine, sine) = (Float(cos(angle)), Float(sin(angle)))
    let centreX = Float(source.width - 1) / 2
    let centreY = Float(source.height - 1) / 2
    let channels = source.channels
    for y in 0..<outputSize {
      let fromCentreY = rows[y] - centreY
      let target = output + y * outputSize * channels
      for x in 0..<outputSize {
        let fromCentreX = columns[x] - centreX
        let sourceX = centreX + fromCentreX * cosine - fromCentreY * sine
        let sourceY = centreY + fromCentreX * sine + fromCentreY * cosine
        let (floorX, floorY) = (sourceX.rounded(.down), sourceY.rounded(.down))
        let (left, top) = (Int(floorX), Int(floorY))
        let (across, down) = (sourceX - floorX, sourceY - floorY)
        let isInside =
          left >= 0 && top >= 0 && left + 1 < source.width && top + 1 < source.height
        for channel in 0..<channels {
          let above: Float
          let below: Float
          if isInside {
            let corner = source.pixels + top * source.rowStride + left * channels + channel
            let lower = corner + source.rowStride
            above = blend(Float(corner[0]), Float(corner[channels]), across)
            below = blend(Float(lower[0]), Float(lower[channels]), across)
          } else {
            above = blend(
              valueOrZero(source, left, top, channel), valueOrZero(source, left + 1, top, channel),
              across)
            below = blend(
              valueOrZero(source, left, top + 1, channel),
              valueOrZero(source, left + 1, top + 1, channel), across)
          }
          target[x * channels + channel] = blend(above, below, down) * (1 / 255)
        }
      }
    }
  }

  private static func valueOrZero(_ source: Source, _ x: Int, _ y: Int, _ channel: Int) -> Float {
    guard x >= 0 && y >= 0 && x < source.width && y < source.height else { return 0 }
    return Float(source.pixels[y * source.rowStride + x * source.channels + channel])
  }

  @inline(__always)
  private static func blend(_ first: Float, _ second: Float, _ weight: Float) -> Float {
    first + (second - first) * weight
  }
}
