import Foundation

/// Zeroed memory for Floats, aligned to a cache line, freed with its last owner.
package final class FloatBuffer: @unchecked Sendable {
  // Unchecked: the memory is shared between threads on purpose; a unit of work writes only what no
  // other touches.
  package let count: Int
  package let pointer: UnsafeMutablePointer<Float>
  private let pages: LargePages?

  package init(count: Int) {
    precondition(count >= 0, "\(count) floats")
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    pages = bytes >= LargePages.size ? LargePages(byteCount: bytes) : nil
    if let pages {
      pointer = pages.aligned.bindMemory(to: Float.self, capacity: count)
      return
    }
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    memset(raw, 0, bytes)
    pointer = raw.bindMemory(to: Float.self, capacity: count)
  }

  package convenience init(_ values: [Float]) {
    self.init(count: values.count)
    for (index, value) in values.enumerated() { pointer[index] = value }
  }

  deinit {
    if let pages {
      pages.unmap()
    } else {
      UnsafeMutableRawPointer(pointer).deallocate()
    }
  }

  package func clear() { pointer.update(repeating: 0, count: count) }

  package subscript(index: Int) -> Float {
    get { pointer[index] }
    set { pointer[index] = newValue }
  }
}

/// Zeroed memory from the system, in large pages where it has them. Kernels walk dozens of arrays
/// side by side; in small pages the processor could not cache so many addresses.
private struct LargePages {
  static let size = 2 << 20

  private let base: UnsafeMutableRawPointer
  private let mappedBytes: Int
  /// At the start of a large page.
  let aligned: UnsafeMutableRawPointer

  /// nil if the system has no memory to give.
  init?(byteCount: Int) {
    mappedBytes = byteCount + LargePages.size
    guard
      let base = mmap(
        nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      base != MAP_FAILED
    else { return nil }
    self.base = base
    aligned = base.alignedUp(toMultipleOf: LargePages.size)
    #if os(Linux)
      // A request, which the system may turn down: small pages work too.
      madvise(aligned, byteCount, MADV_HUGEPAGE)
    #endif
  }

  func unmap() { munmap(base, mappedBytes) }
}
