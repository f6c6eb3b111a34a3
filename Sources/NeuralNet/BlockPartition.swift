/// A batch cut into units of work: blocks of images, and where those are few, runs of their rows.
///
/// It depends on the shape alone, so that sums over the units have the same bits at any number of
/// threads.
struct BlockPartition {
  private let rows: Int
  private let parts: Int
  let units: Int

  /// - Parameter rows: of one block; runs of them are what is cut.
  init(blocks: Int, rows: Int) {
    self.rows = rows
    parts = min(max(rows, 1), (max(64, blocks) - 1) / max(blocks, 1) + 1)
    units = blocks * parts
  }

  func block(_ unit: Int) -> Int { unit / parts }

  func rows(_ unit: Int) -> Range<Int> {
    let part = unit % parts
    return rows * part / parts..<rows * (part + 1) / parts
  }
}
