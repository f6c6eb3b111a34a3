/// What a line of pixels is made of once it is shrunk or enlarged.
enum PixelBoxes {
  /// A source pixel and how much of it is covered, 0...1.
  typealias Share = (position: Int, share: Double)

  /// The source pixels under each of `count` target pixels that together cover `length` of them.
  static func line(_ count: Int, over length: Int) -> [[Share]] {
    guard count > 0, length > 0 else { return [] }
    return (0..<count).map { index in
      let start = Double(index * length) / Double(count)
      let end = Double((index + 1) * length) / Double(count)
      return (Int(start)..<min(length, Int(end.rounded(.up)))).map { position in
        (position, min(end, Double(position + 1)) - max(start, Double(position)))
      }
    }
  }
}
