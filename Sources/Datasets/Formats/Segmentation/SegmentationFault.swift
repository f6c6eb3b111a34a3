/// Why a picture of a segmentation folder is left out, in the order in which it is told.
enum SegmentationFault: String, Codable, CaseIterable {
  /// The picture itself is damaged, or the system does not read it.
  case picture
  /// The label picture is.
  case labels
  /// The label picture is of another size than the picture.
  case size
  /// A label is a value or a colour that means no class and is not masked either.
  case unknownLabel
  /// There is no label picture, though others have one.
  case noLabels
  /// No pixel has a class, so that none would count.
  case noClass

  /// What is said of one or several pictures.
  fileprivate func verb(_ count: Int) -> String {
    let has = count == 1 ? "has" : "have"
    return switch self {
    case .picture: "cannot be read and"
    case .labels: "\(has) a label picture that cannot be read and"
    case .size: "\(has) a label picture of another size and"
    case .unknownLabel: "\(has) a label that means no class and"
    case .noLabels: "\(has) no label picture and"
    case .noClass: "\(has) no pixel with a class and"
    }
  }

  /// So many pictures are named; the others are counted.
  private static let mostNames = 3

  /// A line for each fault that there is: how many pictures have it, which, and of one what exactly
  /// it is.
  static func lines(
    _ skipped: [SegmentationCache.Skipped], of entries: [SegmentationLayout.Entry]
  ) -> [String] {
    allCases.compactMap { fault in
      let own = skipped.filter { $0.fault == fault }
      guard let first = own.first else { return nil }
      let names = own.prefix(mostNames).map { entries[$0.picture].picture.relativePath.description }
      let more = own.count > mostNames ? " and \(own.count - mostNames) more" : ""
      let reason = fault.hasReason ? (own.count == 1 ? "; " : "; the first: ") + first.reason : ""
      return "\(own.count) of \(entries.count) pictures \(fault.verb(own.count)) "
        + (own.count == 1 ? "is" : "are")
        + " left out: \(names.joined(separator: ", "))\(more)\(reason)"
    }
  }

  /// Whether there is more to say than which pictures have it.
  private var hasReason: Bool { self != .noLabels && self != .noClass }
}
