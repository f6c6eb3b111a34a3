/// Pictures of different sizes in a file that is mapped into memory, with the labels of their
/// pixels where there are any.
package final class MappedPictures: ImageSource, LabelMapSource {
  /// Where a picture lies: its pixels `[height, width, channels]`, then its labels
  /// `[height, width]`.
  struct Place: Sendable, Equatable {
    var offset: Int
    var height: Int
    var width: Int
  }

  package let size: ImageSize
  private let file: MappedFile
  private let places: [Place]
  private let hasLabels: Bool

  package var count: Int { places.count }

  /// Requires at least one picture.
  ///
  /// - Throws: `DatasetError` if the file cannot be opened or mapped, or ends before a picture
  ///   does.
  init(
    path: String, places: [Place], channels: Int, hasLabels: Bool, window: Int = 256 << 20
  ) throws(DatasetError) {
    let file = try MappedFile(path: path, window: window)
    let bytesPerPixel = channels + (hasLabels ? 1 : 0)
    for (number, place) in places.enumerated() {
      let (end, isTooLarge) = Self.end(of: place, bytesPerPixel: bytesPerPixel)
      guard !isTooLarge, place.offset >= 0, place.height >= 1, place.width >= 1, end <= file.length
      else {
        throw .malformed(
          path: path, field: "size", found: "\(file.length) bytes",
          expected: "picture \(number) of \(place.height)×\(place.width) at \(place.offset)")
      }
    }
    let sizes = places.lazy.map {
      ImageSize(height: $0.height, width: $0.width, channels: channels)
    }
    guard let smallest = ImageSize.smallest(sizes) else {
      preconditionFailure("a source of no pictures")
    }
    size = smallest
    self.file = file
    self.places = places
    self.hasLabels = hasLabels
  }

  private static func end(of place: Place, bytesPerPixel: Int) -> (end: Int, isTooLarge: Bool) {
    let (pixels, first) = place.height.multipliedReportingOverflow(by: place.width)
    let (bytes, second) = pixels.multipliedReportingOverflow(by: bytesPerPixel)
    let (end, third) = place.offset.addingReportingOverflow(bytes)
    return (end, first || second || third)
  }

  package func size(of image: Int) -> ImageSize {
    let place = places[image]
    return ImageSize(height: place.height, width: place.width, channels: size.channels)
  }

  package func withPixels<Result>(
    of image: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) -> Result {
    body(file.bytes(at: places[image].offset, count: size(of: image).byteCount))
  }

  package func withLabels<Result>(
    of image: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) -> Result {
    precondition(hasLabels, "pictures without labels")
    let place = places[image]
    return body(
      file.bytes(
        at: place.offset + size(of: image).byteCount, count: place.height * place.width))
  }
}
