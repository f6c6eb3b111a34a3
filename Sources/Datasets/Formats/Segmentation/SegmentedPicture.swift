/// A picture of a segmentation folder as training gets it, with the classes of its pixels.
struct SegmentedPicture {
  var picture: Picture
  /// `[height, width]`; empty where the folder has no labels.
  var labels: [UInt8]
  /// A line each.
  var warnings: [String]

  /// Why the picture is left out.
  struct Problem: Error {
    var fault: SegmentationFault
    var reason: DatasetError
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
    /// Whether pictures count of which no pixel has a class.
    var keepsUnlabelled: Bool
  }

  /// −1 where no pixel has a class.
  var largestLabel: Int {
    labels.reduce(-1) { $1 == LabelMap.noLabel ? $0 : max($0, Int($1)) }
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
    let isLabelled = reading.hasLabels && !reading.keepsUnlabelled
    if isLabelled, labelPath == nil {
      throw Problem(
        fault: .noLabels,
        reason: .malformed(
          path: path.description, field: "the label picture", found: "missing",
          expected: "one of its name"))
    }
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
      throw Problem(fault: .picture, reason: error)
    }
    var labels: [UInt8] = []
    if reading.hasLabels {
      labels = [UInt8](repeating: LabelMap.noLabel, count: target.width * target.height)
    }
    if let labelPath, reading.hasLabels {
      labels = try readLabels(labelPath, of: decoded, upright, path: path, reading.classMap)
        .sampled(width: target.width, height: target.height).pixels
    }
    let read = SegmentedPicture(
      picture: scaled, labels: labels,
      warnings: decoded.warnings.map { "\(path): \($0)" })
    if isLabelled, read.largestLabel < 0 {
      throw Problem(
        fault: .noClass,
        reason: .malformed(
          path: (labelPath ?? path).description, field: "the number of pixels with a class",
          found: "0", expected: "some"))
    }
    return read
  }

  /// A picture of one's own, upright, as training would see it, without labels.
  static func scaled(
    _ picture: Picture, _ reading: Reading, path: PathBytes
  ) throws(DatasetError) -> Picture {
    let target = try size(of: picture, reading, path: path)
    return try colors(of: picture, reading.channels, path: path)
      .scaled(width: target.width, height: target.height)
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
  ) throws(Problem) -> Picture {
    let stored = decoded.picture
    var fault = SegmentationFault.labels
    do throws(DatasetError) {
      // They have no more pixels than the picture, whose reserve has room for them.
      let bytes = try PictureFile.contents(labelPath, nil)
      let labels = try LabelPicture.decode(bytes, path: labelPath.description) {
        (width, height) throws(DatasetError) in
        guard
          [(stored.width, stored.height), (upright.width, upright.height)]
            .contains(where: { $0 == (width, height) })
        else {
          fault = .size
          throw .malformed(
            path: labelPath.description, field: "size", found: "\(width)×\(height)",
            expected: "\(upright.width)×\(upright.height) as \(path)")
        }
      }
      fault = .unknownLabel
      let numbers = try labels.classNumbers(map, path: labelPath.description)
      let picture = Picture(
        width: labels.width, height: labels.height, channels: 1, pixels: numbers)
      let isStored = (labels.width, labels.height) == (stored.width, stored.height)
      return isStored ? picture.upright(orientation: decoded.orientation) : picture
    } catch {
      throw Problem(fault: fault, reason: error)
    }
  }
}
