import Foundation

/// Zeroed memory for Floats, aligned to a cache line, freed with its last owner.
package final class FloatBuffer: @unchecked Sendable {
  // Unchecked: the memory is shared between threads on purpose; a unit of work writes only what no other touches.
  package let count: Int
  package let pointer: UnsafeMutablePointer<Float>

  package init(count: Int) {
    precondition(count >= 0, "\(count) floats")
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    memset(raw, 0, bytes)
    pointer = raw.bindMemory(to: Float.self, capacity: count)
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  package func clear() { pointer.update(repeating: 0, count: count) }

  package subscript(index: Int) -> Float {
    get { pointer[index] }
    set { pointer[index] = newValue }
  }
}
