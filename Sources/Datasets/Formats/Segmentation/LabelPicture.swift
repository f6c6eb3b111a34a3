import CImageCodecs

/// The labels in a PNG as they are stored: palette indices or grey values, or colours.
package struct LabelPicture: Equatable {
  package enum Samples: Equatable {
    /// `[height, width]`.
    case values([UInt16])
    /// `[height, width, 3]`: red, green, blue.
    case colors([UInt8])
  }

  let width: Int
  let height: Int
  let samples: Samples

  /// - Parameter check: told the width and the height before memory is taken; what it throws ends
  ///   the reading.
  /// - Throws: `DatasetError` for what is no PNG, or damaged, or larger than what is read.
  package static func decode(
    _ bytes: [UInt8], path: String,
    check: (_ width: Int, _ height: Int) throws(DatasetError) -> Void = { _, _ in }
  ) throws(DatasetError) -> LabelPicture {
    if let other = contentBesidesPNG(bytes) {
      throw .malformed(
        path: path, field: "content of the label picture", found: other, expected: "PNG")
    }
    return try PNGDecoding.run(bytes, path: path) { png throws(DatasetError) in
      let (decoder, source) = (png.decoder, png.source)
      guard openPNGLabels(decoder, source.baseAddress, source.count) else { throw png.failure }
      let (width, height) = (Int(decoder.pointee.width), Int(decoder.pointee.height))
      try PictureFile.reserve(width: width, height: height, path: path, nil)
      try check(width, height)
      let count = width * height * Int(decoder.pointee.channels)
      let samples: Samples
      if decoder.pointee.bytesPerSample == 2 {
        var values = [UInt16](repeating: 0, count: count)
        let isRead = values.withUnsafeMutableBytes { bytes in
          readPNG(decoder, bytes.bindMemory(to: UInt8.self).baseAddress)
        }
        guard isRead else { throw png.failure }
        samples = .values(values)
      } else {
        var stored = [UInt8](repeating: 0, count: count)
        guard readPNG(decoder, &stored) else { throw png.failure }
        samples = decoder.pointee.channels == 3 ? .colors(stored) : .values(stored.map(UInt16.init))
      }
      return LabelPicture(width: width, height: height, samples: samples)
    }
  }

  /// What the bytes are, nil for a PNG.
  private static func contentBesidesPNG(_ bytes: [UInt8]) -> String? {
    switch PictureContent(bytes) {
    case .png: nil
    case .jpeg: "a JPEG"
    case .webp: "a WebP"
    case .other(let description): description
    }
  }

  /// The class number of each pixel, `[height, width]`, `LabelMap.noLabel` for none.
  ///
  /// - Parameters:
  ///   - map: nil for values that are class numbers already, 255 for none.
  ///   - path: for messages.
  /// - Throws: `DatasetError.malformed` with the place of the first label that has no class.
  package func classNumbers(_ map: ClassMap?, path: String) throws(DatasetError) -> [UInt8] {
    func unknown(_ index: Int, _ found: String, _ expected: String) -> DatasetError {
      .malformed(
        path: path, field: "the label at (\(index % width), \(index / width))", found: found,
        expected: expected)
    }
    var numbers = [UInt8](repeating: LabelMap.noLabel, count: width * height)
    switch (samples, map) {
    case (.values(let values), nil):
      for (index, value) in values.enumerated() {
        guard value <= 255 else {
          throw unknown(
            index, "\(value)", "a class of 0…254, or 255 for none; \(ClassMap.fileName) maps others"
          )
        }
        numbers[index] = UInt8(value)
      }
    case (.values(let values), let map?):
      for (index, value) in values.enumerated() {
        guard let number = map.classNumber(ofValue: value) else {
          throw unknown(index, "\(value)", "a value that the class map \(map.source) names")
        }
        numbers[index] = number
      }
    case (.colors(let colors), let map):
      func color(_ index: Int) -> ClassMap.RGB {
        ClassMap.RGB(colors[3 * index], colors[3 * index + 1], colors[3 * index + 2])
      }
      guard let map else {
        throw unknown(
          0, "the colour \(color(0))", "a number; \(ClassMap.fileName) says what colours mean")
      }
      // Neighbours are alike mostly.
      var last: (color: ClassMap.RGB, number: UInt8)?
      for index in numbers.indices {
        let color = color(index)
        if last?.color != color {
          guard let number = map.classNumber(ofColor: color) else {
            throw unknown(
              index, "the colour \(color)", "a colour that the class map \(map.source) names")
          }
          last = (color, number)
        }
        numbers[index] = last?.number ?? LabelMap.noLabel
      }
    }
    return numbers
  }
}
