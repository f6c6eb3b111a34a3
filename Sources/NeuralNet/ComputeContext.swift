import Kernels

/// What every layer computes with: one instruction set's kernels, the threads, and memory for gradients.
package final class ComputeContext: Sendable {
  package let kernels: KernelTable
  package let pool: WorkerPool
  package let gradients: GradientWorkspace
  let winograd = WinogradWorkspace()
  /// nil unless somebody measures.
  package let profiler: Profiler?

  package init(
    instructionSet: InstructionSet = .available.last ?? .portable, threads: Int,
    profiler: Profiler? = nil
  ) {
    kernels = instructionSet.kernels
    pool = WorkerPool(threads: threads)
    gradients = GradientWorkspace()
    self.profiler = profiler
  }

  deinit { pool.shutDown() }
}

/// Two buffers that the gradients of activations take turns in: a layer reads one and writes the other.
package final class GradientWorkspace: @unchecked Sendable {
  // Unchecked: only the thread that runs the backward pass asks for tensors.
  private var buffers = [FloatBuffer(count: 0), FloatBuffer(count: 0)]
  private var next = 0

  /// A tensor with stale contents, valid until the call after the next.
  package func take(_ shape: Shape) -> Tensor {
    if buffers[next].count < shape.count { buffers[next] = FloatBuffer(count: shape.count) }
    defer { next = 1 - next }
    return Tensor(shape, buffer: buffers[next])
  }
}

extension FloatBuffer {
  /// This buffer, or a new one if it is too small: the contents are lost then.
  func grown(to count: Int) -> FloatBuffer {
    self.count >= count ? self : FloatBuffer(count: count)
  }
}

/// An activation that a layer owns: memory for the largest batch so far, lent out for the current one.
struct ActivationStorage {
  private var buffer = FloatBuffer(count: 0)

  mutating func tensor(_ shape: Shape) -> Tensor {
    if buffer.count < shape.count { buffer = FloatBuffer(count: shape.count) }
    return Tensor(shape, buffer: buffer)
  }
}
