import Foundation

/// A change of colour.
package enum ColorStep: Sendable, CaseIterable {
  case brightness, contrast, saturation, hue
}

/// A square of a view that is made black, in the view's pixels.
package struct Cutout: Equatable, Sendable {
  package var left: Int
  package var top: Int
  package var size: Int

  package init(left: Int, top: Int, size: Int) {
    self.left = left
    self.top = top
    self.size = size
  }
}

/// One drawn view: move the image (rotate, scale, shear, shift), cut the square at (left, top),
/// mirror and resize it, change its colours, black out a part.
package struct DrawnView: Equatable, Sendable {
  /// The crop's left column, top row and side, in pixels; it lies within the image.
  package var left: Int
  package var top: Int
  package var size: Int
  /// Turns what is seen counter-clockwise about the image's centre; outside the image is 0.
  package var rotationDegrees: Float = 0
  /// Enlarges what is seen by this factor about the image's centre, above 0.
  package var scale: Float = 1
  /// Slants what is seen, before it is rotated, as torchvision's `affine` does with a shear along
  /// x.
  package var shearDegrees: Float = 0
  /// Moves what is seen to the right, after it was rotated, in pixels of the image.
  package var shiftX: Float = 0
  /// Moves it down.
  package var shiftY: Float = 0
  /// Mirrored left to right.
  package var isFlipped = false
  /// Every value is multiplied by this and kept within 0…1.
  package var brightness: Float = 1
  /// Every value's distance from the image's mean is multiplied by this, kept within 0…1.
  package var contrast: Float = 1
  /// A pixel's distance from its grey is multiplied by this.
  package var saturation: Float = 1
  /// Colours turn by this share of the whole circle.
  package var hue: Float = 0
  /// Which colour step comes when.
  package var colorOrder = ColorStep.allCases
  /// Made black after everything else.
  package var cutout: Cutout?

  package init(left: Int, top: Int, size: Int) {
    self.left = left
    self.top = top
    self.size = size
  }

  /// Whether the image is neither rotated nor scaled, slanted or shifted.
  var isUpright: Bool {
    rotationDegrees == 0 && scale == 1 && shearDegrees == 0 && shiftX == 0 && shiftY == 0
  }

  /// From distances to the image's centre in the moved image to those in the image that is read:
  /// the inverse of torchvision's rotation, shear, scale and shift.
  var motion: AffineMap {
    let angle = Double(rotationDegrees) * Double.pi / 180
    let slant = tan(Double(shearDegrees) * Double.pi / 180)
    let (cosine, sine) = (cos(angle), sin(angle))
    let shrinking = 1 / Double(scale)
    var map = AffineMap(
      xx: (cosine + slant * sine) * shrinking, xy: (slant * cosine - sine) * shrinking, x0: 0,
      yx: sine * shrinking, yy: cosine * shrinking, y0: 0)
    (map.x0, map.y0) = map(x: -Double(shiftX), y: -Double(shiftY))
    return map
  }

  /// From places in the view, which has `outputSize` pixels a side, to those in the image of this
  /// size; `inverse` of it is from the image to the view.
  ///
  /// Sampling differs from it within half a pixel of the crop's edge: a view does not see beyond
  /// its crop.
  package func sourceMap(of size: ImageSize, outputSize: Int) -> AffineMap {
    // Half-pixel centres: view pixel 0 lies in the middle of the share of the crop that it stands
    // for.
    let step = Double(self.size) / Double(outputSize)
    var crop = AffineMap(
      xx: step, xy: 0, x0: Double(left) + 0.5 * step - 0.5, yx: 0, yy: step,
      y0: Double(top) + 0.5 * step - 0.5)
    if isFlipped {
      crop.x0 += step * Double(outputSize - 1)
      crop.xx = -step
    }
    // To the image's centre, and back.
    let (centreX, centreY) = (Double(size.width - 1) / 2, Double(size.height - 1) / 2)
    crop.x0 -= centreX
    crop.y0 -= centreY
    var map = motion.after(crop)
    map.x0 += centreX
    map.y0 += centreY
    return map
  }
}
