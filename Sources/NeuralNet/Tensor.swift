import Kernels

/// A shape and the memory behind it. Copies share the memory.
package struct Tensor: Sendable {
  package var shape: Shape
  package let buffer: FloatBuffer

  /// Zeros.
  package init(_ shape: Shape) { self.init(shape, buffer: FloatBuffer(count: shape.count)) }

  /// The first `shape.count` floats of a buffer.
  package init(_ shape: Shape, buffer: FloatBuffer) {
    precondition(buffer.count >= shape.count, "\(buffer.count) floats for \(shape)")
    self.shape = shape
    self.buffer = buffer
  }

  package var pointer: UnsafeMutablePointer<Float> { buffer.pointer }

  /// Block `index` of 12 images, `[H, W, 12, channelStride]`.
  package func block(_ index: Int) -> UnsafeMutablePointer<Float> {
    buffer.pointer + index * shape.floatsPerBlock
  }

  package subscript(image: Int, y: Int, x: Int, channel: Int) -> Float {
    get { buffer[shape.offset(image: image, y: y, x: x) + channel] }
    nonmutating set { buffer[shape.offset(image: image, y: y, x: x) + channel] = newValue }
  }
}
