import Datasets

/// Brings maps of a moved image back into the frame of the image itself: g⁻¹, which is bilinear
/// sampling of a plane `[side, side]` where g has moved each pixel (Ji et al. 2019, section 3.3).
///
/// out(u) = plane(g u), and 0 for a pixel that g has moved out of the view.
struct MapWarp {
  let side: Int
  /// By pixel: the place of the upper left one of four neighbours; −1 where g leads outside.
  private let places: [Int32]
  /// By pixel: the weights of the right neighbours and of the lower ones.
  private let across: [Float]
  private let down: [Float]

  /// - Parameter map: from a pixel of the image's frame to its place in the moved view.
  init(_ map: AffineMap, side: Int) {
    precondition(side >= 2, "maps of \(side) pixels a side")
    self.side = side
    var places = [Int32](repeating: -1, count: side * side)
    var across = [Float](repeating: 0, count: side * side)
    var down = across
    let last = Double(side - 1)
    // What rounding has put just outside is at the edge.
    let slack = 1e-6 * last
    for y in 0..<side {
      for x in 0..<side {
        let moved = map(x: Double(x), y: Double(y))
        guard (-slack...last + slack).contains(moved.x), (-slack...last + slack).contains(moved.y)
        else { continue }
        // The last pixel is the right neighbour of the one before, with all the weight.
        let left = min(max(moved.x, 0).rounded(.down), last - 1)
        let top = min(max(moved.y, 0).rounded(.down), last - 1)
        let pixel = y * side + x
        places[pixel] = Int32(Int(top) * side + Int(left))
        across[pixel] = Float(min(max(moved.x - left, 0), 1))
        down[pixel] = Float(min(max(moved.y - top, 0), 1))
      }
    }
    self.places = places
    self.across = across
    self.down = down
  }

  /// Sets the mask to 0 where g leads out of the view.
  func clearOutside(_ mask: UnsafeMutablePointer<Float>) {
    for (pixel, place) in places.enumerated() where place < 0 { mask[pixel] = 0 }
  }

  /// Warps a plane in place.
  ///
  /// - Parameter scratch: room for another.
  func forward(_ plane: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>) {
    for pixel in places.indices {
      let place = Int(places[pixel])
      guard place >= 0 else {
        scratch[pixel] = 0
        continue
      }
      let (right, lower) = (across[pixel], down[pixel])
      let above = (1 - right) * plane[place] + right * plane[place + 1]
      let below = (1 - right) * plane[place + side] + right * plane[place + side + 1]
      scratch[pixel] = (1 - lower) * above + lower * below
    }
    plane.update(from: scratch, count: places.count)
  }

  /// The gradient of the plane that was warped, in place of that of the result.
  ///
  /// - Parameter scratch: room for another.
  func backward(_ gradient: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>) {
    scratch.update(repeating: 0, count: places.count)
    for pixel in places.indices {
      let place = Int(places[pixel])
      guard place >= 0 else { continue }
      let (right, lower, value) = (across[pixel], down[pixel], gradient[pixel])
      scratch[place] += (1 - lower) * (1 - right) * value
      scratch[place + 1] += (1 - lower) * right * value
      scratch[place + side] += lower * (1 - right) * value
      scratch[place + side + 1] += lower * right * value
    }
    gradient.update(from: scratch, count: places.count)
  }
}
