import Foundation
import Kernels
import Synchronization

/// The cache of pictures of different sizes and the classes of their pixels.
struct SegmentationCache {
  /// A picture that is left out.
  struct Skipped: Codable, Equatable {
    var picture: Int
    var fault: SegmentationFault
    /// In one line, with the file.
    var reason: String
    /// Whether the system refused to read a file, which it may do no more, and not what is in it.
    var isRefused: Bool
  }

  /// What a cache knows of its pictures.
  struct Contents: Codable, Equatable {
    /// Pictures that the cache was made of.
    var pictures: Int
    /// Pictures that are left out, in order.
    var skipped: [Skipped]
    /// What decoders said of pictures that were read, one line each.
    var warnings: [String]
    /// Where each picture that was read begins, in order of the pictures.
    var offsets: [Int]
    /// In pixels, likewise.
    var heights: [Int]
    var widths: [Int]
    /// Of all pixels and labels.
    var bytes: Int
    /// −1 where no pixel has a class.
    var largestLabel: Int
  }

  let entries: [SegmentationLayout.Entry]
  let reading: SegmentedPicture.Reading
  private let root: PathBytes
  private let file: CacheFile

  init(
    _ layout: SegmentationLayout, in folder: PictureFolder, _ reading: SegmentedPicture.Reading,
    environment: [String: String]
  ) {
    entries = layout.entries
    self.reading = reading
    root = folder.root
    var key = CacheKey(folder: folder.root)
    for entry in entries {
      key.add(entry.picture)
      if let label = entry.label { key.add(label) } else { key.add("no label") }
    }
    key.add("\(reading.scale) \(reading.longest) \(reading.hasLabels) \(reading.keepsUnlabelled)")
    key.add(reading.classMap?.fingerprint ?? "numbers")
    file = CacheFile(
      name: "\(key.text)-\(reading.channels).segments", mark: "iic-tui labels 2",
      environment: environment)
  }

  /// The cache's pictures and contents; it is made first where there is none.
  ///
  /// - Parameter anew: makes it even where there is one.
  /// - Throws: `DatasetError` if the cache cannot be written, or no picture is left; then no file
  ///   is left either.
  func openOrBuild(
    threads: Int, anew: Bool, progress: @Sendable (_ done: Int, _ total: Int) -> Void
  ) throws(DatasetError) -> (pictures: MappedPictures, contents: Contents) {
    if !anew, let cached = open() { return cached }
    try file.write(reserving: 0) { data throws(DatasetError) in
      try write(to: data, threads: threads, progress: progress)
    }
    // What the system refuses now is left out of this one, though it may be readable already.
    guard let made = open(allowsRefusals: true) else {
      throw .unreadable(path: file.path, reason: "the cache of pictures changed while it was read")
    }
    return made
  }

  /// Nil if there is none that is whole and of this version, or if what the system refused to read
  /// then may be read now.
  private func open(
    allowsRefusals: Bool = false
  ) -> (pictures: MappedPictures, contents: Contents)? {
    guard let (contents, dataBytes) = file.read(Contents.self), contents.bytes == dataBytes,
      contents.pictures == entries.count,
      contents.skipped.allSatisfy({ entries.indices.contains($0.picture) }),
      contents.skipped.count + contents.offsets.count == entries.count,
      contents.heights.count == contents.offsets.count,
      contents.widths.count == contents.offsets.count, !contents.offsets.isEmpty,
      allowsRefusals
        || !contents.skipped.contains(where: { skipped in
          skipped.isRefused && isReadable(entries[skipped.picture])
        })
    else { return nil }
    let places = contents.offsets.indices.map { number in
      MappedPictures.Place(
        offset: contents.offsets[number], height: contents.heights[number],
        width: contents.widths[number])
    }
    let pictures = try? MappedPictures(
      path: file.path, places: places, channels: reading.channels, hasLabels: reading.hasLabels)
    return pictures.map { ($0, contents) }
  }

  private func path(of file: PictureFolder.File) -> PathBytes { root.appending(file.relativePath) }

  /// Whether the system would read both files of an entry.
  private func isReadable(_ entry: SegmentationLayout.Entry) -> Bool {
    [entry.picture, entry.label].compactMap(\.self)
      .allSatisfy { path(of: $0).withCString { access($0, R_OK) == 0 } }
  }

  private struct State {
    var done = 0
    var end = 0
    var places: [Int: MappedPictures.Place] = [:]
    var skipped: [Skipped] = []
    var warnings: [(Int, String)] = []
    var largestLabel = -1
    var writeError: Int32?
  }

  /// Decodes all pictures on all threads. They come to lie in the order in which they are done.
  private func write(
    to data: CacheFile.Body, threads: Int,
    progress: @Sendable (_ done: Int, _ total: Int) -> Void
  ) throws(DatasetError) -> (Contents, dataBytes: Int) {
    let state = Mutex(State())
    let pool = WorkerPool(threads: threads)
    let memory = DecodingMemory()
    defer { pool.shutDown() }
    pool.forEach(entries.count) { index in
      // After a failed write the rest is of no use.
      guard state.withLock({ $0.writeError == nil }) else { return }
      let entry = entries[index]
      do throws(SegmentedPicture.Problem) {
        let read = try memory.withLease { lease throws(SegmentedPicture.Problem) in
          try SegmentedPicture.read(
            path(of: entry.picture), labels: entry.label.map(path), reading, lease)
        }
        let bytes = read.picture.pixels + read.labels
        let offset = state.withLock { state in
          let offset = state.end
          state.end += bytes.count
          state.places[index] = MappedPictures.Place(
            offset: offset, height: read.picture.height, width: read.picture.width)
          for line in read.warnings { state.warnings.append((index, line)) }
          state.largestLabel = max(state.largestLabel, read.largestLabel)
          return offset
        }
        if let number = data.write(bytes, at: offset) {
          state.withLock { $0.writeError = $0.writeError ?? number }
        }
      } catch {
        state.withLock { state in
          state.skipped.append(
            Skipped(
              picture: index, fault: error.fault, reason: error.reason.description,
              isRefused: error.reason.isRefusal))
        }
      }
      let done = state.withLock { state in
        state.done += 1
        return state.done
      }
      progress(done, entries.count)
    }
    let result = state.withLock { $0 }
    if let number = result.writeError { throw file.unwritable(number) }
    let skipped = result.skipped.sorted { $0.picture < $1.picture }
    guard skipped.count < entries.count else {
      throw .unreadable(
        path: root.description,
        reason: "none of its \(entries.count) pictures can be taken; the first: "
          + (skipped.first?.reason ?? ""))
    }
    let places = result.places.sorted { $0.key < $1.key }.map(\.value)
    let contents = Contents(
      pictures: entries.count, skipped: skipped,
      warnings: result.warnings.sorted { $0.0 < $1.0 }.map(\.1),
      offsets: places.map(\.offset), heights: places.map(\.height), widths: places.map(\.width),
      bytes: result.end, largestLabel: result.largestLabel)
    return (contents, dataBytes: result.end)
  }
}
