import CImageCodecs
import Foundation
import Kernels
import Synchronization
import TestSupport
import Testing

@testable import Datasets

/// The memory that threads which decode pictures share.
@Suite struct DecodingMemoryTests {
  /// What is reserved at the same time, over many pictures on many threads.
  @Test func neverMoreThanThereIs() {
    let memory = DecodingMemory(fileBytes: 10, decoderBytes: 100)
    let use = Mutex((files: 0, decoders: 0, mostFiles: 0, mostDecoders: 0))
    let pool = WorkerPool(threads: 8)
    defer { pool.shutDown() }
    pool.forEach(400) { picture in
      let (file, decoder) = ([1, 4, 9, 10, 50][picture % 5], [5, 30, 60, 100, 1000][picture % 5])
      memory.withLease { lease in
        lease.reserveFile(file)
        lease.reserveDecoder(decoder)
        use.withLock {
          $0.files += min(file, 10)
          $0.decoders += min(decoder, 100)
          $0.mostFiles = max($0.mostFiles, $0.files)
          $0.mostDecoders = max($0.mostDecoders, $0.decoders)
        }
        sched_yield()
        use.withLock {
          $0.files -= min(file, 10)
          $0.decoders -= min(decoder, 100)
        }
      }
    }
    let most = use.withLock { $0 }
    #expect(most.mostFiles == 10 && most.mostDecoders == 100)
  }

  private static let side = 12
  private static let grey = [UInt8](repeating: 90, count: side * side)

  /// Each kind of file, and what decoding it reserves for each pixel.
  static let files: [(name: String, bytesPerPixel: Int)] = [("png", 8), ("jpeg", 8), ("scans", 12)]

  private func file(_ name: String) throws -> [UInt8] {
    switch name {
    case "png":
      return try PNGFile(width: Self.side, height: Self.side, samples: Self.grey.map(Int.init))
        .bytes
    default:
      var file = JPEGFile(width: Self.side, height: Self.side, samples: Self.grey)
      file.isProgressive = name == "scans"
      return file.bytes
    }
  }

  /// A second picture waits while the first holds the only room there is, and not if there is room
  /// for both.
  @Test(arguments: files) func decodersReserve(name: String, bytesPerPixel: Int) throws {
    let bytes = try file(name)
    let needed = Self.side * Self.side * bytesPerPixel
    for (room, waits) in [(2 * needed - 1, true), (2 * needed, false)] {
      let memory = DecodingMemory(fileBytes: 1, decoderBytes: room)
      let second = DispatchSemaphore(value: 0)
      try memory.withLease { lease throws(DatasetError) in
        _ = try PictureFile.decode(bytes, path: "first", lease: lease)
        Thread {
          memory.withLease { _ = try? PictureFile.decode(bytes, path: "second", lease: $0) }
          second.signal()
        }.start()
        #expect(second.wait(timeout: .now() + (waits ? 0.1 : 30)) == (waits ? .timedOut : .success))
      }
      if waits { #expect(second.wait(timeout: .now() + 30) == .success) }
    }
  }
}
