import CImageCodecs

/// What cameras write beside the pixels, through libexif.
enum EXIF {
  /// How the picture is to be turned: 1…8 as EXIF numbers them, 1 where nothing is said or what is
  /// said makes no sense.
  ///
  /// - Parameter block: with "Exif" and two zeros in front, as JPEG files have it, or without.
  static func orientation(_ block: UnsafeBufferPointer<UInt8>) -> Int {
    let prefix = Array("Exif\0\0".utf8)
    let bytes = block.starts(with: prefix) ? Array(block) : prefix + block
    // libexif counts in 32 bits.
    guard bytes.count > prefix.count, let size = UInt32(exactly: bytes.count),
      let data = exif_data_new_from_data(bytes, size)
    else { return 1 }
    defer { exif_data_unref(data) }
    // The first of five directories describes the picture itself, the second its thumbnail.
    guard let entry = exif_content_get_entry(data.pointee.ifd.0, EXIF_TAG_ORIENTATION),
      entry.pointee.format == EXIF_FORMAT_SHORT, entry.pointee.size >= 2,
      let value = entry.pointee.data
    else { return 1 }
    let orientation = Int(exif_get_short(value, exif_data_get_byte_order(data)))
    return (1...8).contains(orientation) ? orientation : 1
  }
}
