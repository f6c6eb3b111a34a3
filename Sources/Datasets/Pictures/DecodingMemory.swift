import Foundation

/// Memory that threads which decode pictures share, so that large pictures wait for each other and
/// small ones do not.
///
/// A file's bytes and what its decoder needs are reserved apart, the file first. Who has both waits
/// for nothing more, so somebody always goes on.
package final class DecodingMemory: @unchecked Sendable {
  // Unchecked: the free bytes are used while `condition` is held.
  private let condition = NSCondition()
  private let fileBytes: Int
  private let decoderBytes: Int
  private var freeFileBytes: Int
  private var freeDecoderBytes: Int

  /// What libjpeg needs for a pixel of a file with several scans: coefficients of four components
  /// and three colours. Nothing needs more.
  static let mostBytesPerPixel = 12

  /// Room for the largest file and the largest picture that are read, 1 GiB in all.
  package convenience init() {
    self.init(
      fileBytes: PictureFile.largestFile,
      decoderBytes: PictureFile.mostPixels * Self.mostBytesPerPixel)
  }

  init(fileBytes: Int, decoderBytes: Int) {
    (self.fileBytes, freeFileBytes) = (fileBytes, fileBytes)
    (self.decoderBytes, freeDecoderBytes) = (decoderBytes, decoderBytes)
  }

  /// What one picture on its way has reserved. Not to be used from two threads at once.
  package final class Lease {
    private let memory: DecodingMemory
    private var file = 0
    private var decoder = 0

    fileprivate init(_ memory: DecodingMemory) { self.memory = memory }

    /// Waits until the file's bytes are free; once for each picture, before `reserveDecoder`.
    func reserveFile(_ bytes: Int) {
      precondition(file == 0 && decoder == 0, "reserved \(file) and \(decoder) bytes before")
      file = memory.take(min(bytes, memory.fileBytes), from: \.freeFileBytes)
    }

    /// Waits until the decoder's bytes are free; once for each picture. One that needs more than
    /// there is goes alone.
    func reserveDecoder(_ bytes: Int) {
      precondition(decoder == 0, "reserved \(decoder) bytes before")
      decoder = memory.take(min(bytes, memory.decoderBytes), from: \.freeDecoderBytes)
    }

    /// Gives everything back, when the picture and all copies of it are gone.
    fileprivate func end() { memory.giveBack(file: file, decoder: decoder) }
  }

  /// Runs `body` with a lease that ends with it.
  package func withLease<Result, Failure: Error>(
    _ body: (Lease) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let lease = Lease(self)
    defer { lease.end() }
    return try body(lease)
  }

  private func take(
    _ bytes: Int, from free: ReferenceWritableKeyPath<DecodingMemory, Int>
  ) -> Int {
    condition.lock()
    defer { condition.unlock() }
    while self[keyPath: free] < bytes { condition.wait() }
    self[keyPath: free] -= bytes
    return bytes
  }

  private func giveBack(file: Int, decoder: Int) {
    condition.lock()
    freeFileBytes += file
    freeDecoderBytes += decoder
    condition.broadcast()
    condition.unlock()
  }
}
