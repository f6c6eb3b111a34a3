import Datasets

/// What there is to know of a data set: pictures that are left out, and the like.
enum DataNotes {
  private static let most = 20

  /// The first of them, and how many there are more.
  static func lines(of dataset: ImageDataset) -> [String] {
    let notes = dataset.notes
    return notes.prefix(most)
      + (notes.count > most ? ["and \(notes.count - most) more of these"] : [])
  }

  static func tell(_ dataset: ImageDataset) {
    for line in lines(of: dataset) { StandardStreams.note(line) }
  }
}
