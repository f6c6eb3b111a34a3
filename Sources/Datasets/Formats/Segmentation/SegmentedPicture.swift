/// A picture of a segmentation folder as training gets it, with the classes of its pixels.
struct SegmentedPicture {
  var picture: Picture
  /// `[height, width]`; empty where the folder has no labels.
  var labels: [UInt8]
  /// A line each.
  var warnings: [String]

  /// Why there is no picture.
  enum Problem: Error {
    /// The picture is left out.
    case picture(DatasetError)
    /// The labels would be wrong: nothing is read then.
    case labels(DatasetError)
  }

  /// How pictures are read.
  struct Reading: Sendable {
    /// Of both sides.
    var scale: Double
    /// Pixels that the longer side has at most; 0 for any number.
    var longest: Int
    /// 3 red, green, blue; 4 those and infrared.
    var channels: Int
    var classMap: ClassMap?
    /// Whether pictures have labels; one without a file of its own has none anywhere then.
    var hasLabels: Bool
  }

  /// Decodes a picture and its labels.
  ///
  /// A fourth channel is infrared, whatever the file calls it, and nothing else shines through. The
  /// picture is turned as its EXIF orientation says; labels that fit the stored picture turn with
  /// it, and those that fit the turned one stay.
  static func read(
    _ path: PathBytes, labels labelPath: PathBytes?, _ reading: Reading,
    _ lease: DecodingMemory.Lease
  ) throws(Problem) -> SegmentedPicture {
    let (decoded, upright, scaled): (DecodedPicture, Picture, Picture)
    let target: (width: Int, height: Int)
    do throws(DatasetError) {
      let bytes = try PictureFile.contents(path, lease)
      decoded = try PictureFile.stored(bytes, path: path.description, lease: lease)
      upright = decoded.picture.upright(orientation: decoded.orientation)
      target = try size(of: upright, reading, path: path)
      scaled = try colors(of: upright, reading.channels, path: path)
        .scaled(width: target.width, height: target.height)
    } catch {
      throw .picture(error)
    }
    var labels: [UInt8] = []
    if reading.hasLabels {
      labels = [UInt8](repeating: LabelMap.noLabel, count: target.width * target.height)
    }
    if let labelPath, reading.hasLabels {
      do throws(DatasetError) {
        labels = try readLabels(labelPath, of: decoded, upright, path: path, reading.classMap)
          .sampled(width: target.width, height: target.height).pixels
      } catch {
        throw .labels(error)
      }
    }
    return SegmentedPicture(
      picture: scaled, labels: labels,
      warnings: decoded.warnings.map { "\(path): \($0)" })
  }

  /// The size that a picture is scaled to.
  private static func size(
    of picture: Picture, _ reading: Reading, path: PathBytes
  ) throws(DatasetError) -> (width: Int, height: Int) {
    var scale = reading.scale
    if reading.longest > 0 {
      scale = min(scale, Double(reading.longest) / Double(max(picture.width, picture.height)))
    }
    func scaled(_ side: Int) -> Int {
      max(1, Int(min((Double(side) * scale).rounded(), Double(PictureFile.mostPixels))))
    }
    let (width, height) = (scaled(picture.width), scaled(picture.height))
    guard width * height <= PictureFile.mostPixels else {
      throw .malformed(
        path: path.description, field: "scaled size", found: "\(width)×\(height)",
        expected: "at most \(PictureFile.mostPixels) pixels")
    }
    return (width, height)
  }

  private static func colors(
    of picture: Picture, _ channels: Int, path: PathBytes
  ) throws(DatasetError) -> Picture {
    if channels == picture.channels { return picture }
    guard channels == 3 else {
      throw .malformed(
        path: path.description, field: "the number of channels", found: "\(picture.channels)",
        expected: "4: red, green, blue, infrared")
    }
    guard picture.channels == 4 else { return picture.converted(to: 3, ground: 0) }
    let count = picture.width * picture.height
    let pixels = [UInt8](unsafeUninitializedCapacity: count * 3) { target, initialized in
      picture.pixels.withUnsafeBufferPointer { source in
        for pixel in 0..<count {
          for color in 0..<3 { target[3 * pixel + color] = source[4 * pixel + color] }
        }
      }
      initialized = count * 3
    }
    return Picture(width: picture.width, height: picture.height, channels: 3, pixels: pixels)
  }

  /// The class numbers of the upright picture, as a picture of one channel.
  private static func readLabels(
    _ labelPath: PathBytes, of decoded: DecodedPicture, _ upright: Picture, path: PathBytes,
    _ map: ClassMap?
  ) throws(DatasetError) -> Picture {
    let stored = decoded.picture
    // They have no more pixels than the picture, whose reserve has room for them.
    let bytes = try PictureFile.contents(labelPath, nil)
    let labels = try LabelPicture.decode(bytes, path: labelPath.description) {
      (width, height) throws(DatasetError) in
      guard
        [(stored.width, stored.height), (upright.width, upright.height)]
          .contains(where: { $0 == (width, height) })
      else {
        throw .malformed(
          path: labelPath.description, field: "size", found: "\(width)×\(height)",
          expected: "\(upright.width)×\(upright.height) as \(path)")
      }
    }
    let numbers = try labels.classNumbers(map, path: labelPath.description)
    let picture = Picture(
      width: labels.width, height: labels.height, channels: 1, pixels: numbers)
    let isStored = (labels.width, labels.height) == (stored.width, stored.height)
    return isStored ? picture.upright(orientation: decoded.orientation) : picture
  }
}
