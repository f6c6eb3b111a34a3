import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct MappedImagesTests {
  private static let size = ImageSize(height: 64, width: 64, channels: 1)

  /// 4,096 images, 16 MiB: each byte says which image it is of.
  private func withImages(_ body: (MappedImages, URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("images.bin")
      var data = Data()
      for image in 0..<4096 { data += Data(repeating: UInt8(image % 251), count: 4096) }
      try data.write(to: file)
      try body(MappedImages(path: file.path, size: Self.size, window: 1 << 20), file)
    }
  }

  private func isWhole(_ images: MappedImages, _ image: Int) -> Bool {
    images.withPixels(of: image) { pixels in
      UnsafeBufferPointer(start: pixels, count: 4096).allSatisfy { $0 == UInt8(image % 251) }
    }
  }

  /// While pages are given back, several threads read what the file has.
  @Test func manyThreadsReadTheFile() throws {
    try withImages { images, _ in
      let wrong = (0..<4).map { _ in UnsafeMutablePointer<Int>.allocate(capacity: 1) }
      defer { wrong.forEach { $0.deallocate() } }
      nonisolated(unsafe) let counts = wrong
      DispatchQueue.concurrentPerform(iterations: 4) { thread in
        counts[thread].pointee = (0..<4096).count { step in
          !isWhole(images, (step * 1009 + thread * 31) % 4096)
        }
      }
      #expect(wrong.map(\.pointee) == [0, 0, 0, 0])
    }
  }

  #if os(Linux)
    /// Having read all of a file leaves no more than a window of it in memory.
    @Test func whatWasReadIsGivenBack() throws {
      try withImages { images, file in
        var largest = 0
        for image in 0..<images.count {
          #expect(isWhole(images, image))
          if image % 256 == 255 { largest = max(largest, try residentBytes(of: file)) }
        }
        // The system maps some pages around each that is touched.
        #expect(largest > 0 && largest <= 2 << 20)
      }
    }

    /// How much of a mapped file counts as this process's memory.
    private func residentBytes(of images: URL) throws -> Int {
      // The file has no size, so it has to be read to its end.
      let file = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
      let text = String(decoding: try #require(try file.readToEnd()), as: UTF8.self)
      let lines = text.split(separator: "\n")
      let name = images.deletingLastPathComponent().lastPathComponent
      let start = try #require(lines.firstIndex { $0.contains(name) })
      let line = try #require(lines[start...].first { $0.hasPrefix("Rss:") })
      return try #require(Int(line.split(separator: " ")[1])) * 1024
    }
  #endif
}

/// By what data are known again.
@Suite struct DatasetChecksumTests {
  private func checksum(_ pixels: [UInt8], _ labels: [UInt8], names: [String] = ["a", "b"])
    -> String
  {
    ImageDataset(
      name: "x", width: 2, height: 2, channels: 1, classNames: names, pixels: pixels,
      labels: labels
    ).checksum
  }

  /// zlib's own CRC-32 of the labels, four bytes each, and then the pixels.
  @Test func isThatOfLabelsAndPixels() {
    #expect(checksum([1, 2, 3, 4, 5, 6, 7, 8], [0, 1]) == "2df65096")
    #expect(checksum([], []) == "00000000")
  }

  @Test func everyPixelAndEveryLabelCounts() {
    let pixels: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
    var all = [checksum(pixels, [0, 1]), checksum(pixels, [1, 0]), checksum(pixels, [1, 1])]
    for place in pixels.indices {
      var other = pixels
      other[place] ^= 1
      all.append(checksum(other, [0, 1]))
    }
    #expect(Set(all).count == all.count)
    #expect(all.allSatisfy { $0.count == 8 })
  }
}
