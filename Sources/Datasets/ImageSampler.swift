import Foundation

/// Applies a drawn transform to one grey image: rotation, crop and resize in one pass of bilinear
/// sampling, then jitter.
enum ImageSampler {
  /// Writes the transformed image, `[outputSize, outputSize]` in 0…1, from `pixels`, `[height, width]`
  /// in 0…255. Requires the crop to lie within the image.
  static func render(
    pixels: UnsafePointer<UInt8>, width: Int, height: Int, transform: DrawnTransform,
    outputSize: Int, into output: UnsafeMutablePointer<Float>
  ) {
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
      let source = Source(pixels: pixels, width: width, height: height)
      if transform.rotationDegrees == 0 {
        resize(source, columns: columns, rows: rows, outputSize: outputSize, into: output)
      } else {
        rotate(
          source, degrees: transform.rotationDegrees, columns: columns, rows: rows,
          outputSize: outputSize, into: output)
      }
    }
    jitter(transform, output, count: outputSize * outputSize)
  }

  private struct Source {
    let pixels: UnsafePointer<UInt8>
    let width: Int
    let height: Int
  }

  /// Bilinear samples on a grid along the image's axes, all of it within the image.
  private static func resize(
    _ source: Source, columns: UnsafePointer<Float>, rows: UnsafePointer<Float>, outputSize: Int,
    into output: UnsafeMutablePointer<Float>
  ) {
    for y in 0..<outputSize {
      let top = Int(rows[y])
      let down = rows[y] - Float(top)
      let upper = source.pixels + top * source.width
      let lower = source.pixels + min(top + 1, source.height - 1) * source.width
      let target = output + y * outputSize
      for x in 0..<outputSize {
        let left = Int(columns[x])
        let across = columns[x] - Float(left)
        let right = min(left + 1, source.width - 1)
        let above = blend(Float(upper[left]), Float(upper[right]), across)
        let below = blend(Float(lower[left]), Float(lower[right]), across)
        target[x] = blend(above, below, down) * (1 / 255)
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
    for y in 0..<outputSize {
      let fromCentreY = rows[y] - centreY
      let target = output + y * outputSize
      for x in 0..<outputSize {
        let fromCentreX = columns[x] - centreX
        let sourceX = centreX + fromCentreX * cosine - fromCentreY * sine
        let sourceY = centreY + fromCentreX * sine + fromCentreY * cosine
        let (floorX, floorY) = (sourceX.rounded(.down), sourceY.rounded(.down))
        let (left, top) = (Int(floorX), Int(floorY))
        let (across, down) = (sourceX - floorX, sourceY - floorY)
        let above: Float
        let below: Float
        if left >= 0 && top >= 0 && left + 1 < source.width && top + 1 < source.height {
          let corner = source.pixels + top * source.width + left
          above = blend(Float(corner[0]), Float(corner[1]), across)
          below = blend(Float(corner[source.width]), Float(corner[source.width + 1]), across)
        } else {
          above = blend(
            valueOrZero(source, left, top), valueOrZero(source, left + 1, top), across)
          below = blend(
            valueOrZero(source, left, top + 1), valueOrZero(source, left + 1, top + 1), across)
        }
        target[x] = blend(above, below, down) * (1 / 255)
      }
    }
  }

  private static func valueOrZero(_ source: Source, _ x: Int, _ y: Int) -> Float {
    guard x >= 0 && y >= 0 && x < source.width && y < source.height else { return 0 }
    return Float(source.pixels[y * source.width + x])
  }

  @inline(__always)
  private static func blend(_ first: Float, _ second: Float, _ weight: Float) -> Float {
    first + (second - first) * weight
  }

  /// Brightness and contrast as torchvision's ColorJitter: each result is kept within 0…1.
  private static func jitter(
    _ transform: DrawnTransform, _ output: UnsafeMutablePointer<Float>, count: Int
  ) {
    func applyBrightness() {
      guard transform.brightness != 1 else { return }
      for index in 0..<count { output[index] = clamp(output[index] * transform.brightness) }
    }
    func applyContrast() {
      guard transform.contrast != 1 else { return }
      var sum: Float = 0
      for index in 0..<count { sum += output[index] }
      let base = sum / Float(count) * (1 - transform.contrast)
      for index in 0..<count { output[index] = clamp(base + output[index] * transform.contrast) }
    }
    if transform.isContrastFirst { applyContrast() }
    applyBrightness()
    if !transform.isContrastFirst { applyContrast() }
    // Rounding in the sampling may leave a value just above 1.
    for index in 0..<count { output[index] = clamp(output[index]) }
  }

  @inline(__always)
  private static func clamp(_ value: Float) -> Float { value < 0 ? 0 : (value > 1 ? 1 : value) }
}
