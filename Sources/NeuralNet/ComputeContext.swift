import Kernels

/// How convolutions are computed.
package enum Arithmetic: Sendable {
  /// Through the Winograd domain where that is faster. Its rounding moves probabilities by up to
  /// 1e-4.
  case fastest
  /// As the sums that they are.
  case direct
  /// As sums of short sums, whose rounding moves probabilities by no more than that of other
  /// programs does.
  case precise
}

/// What every layer computes with: one instruction set's kernels, the threads, and memory for
/// gradients.
package final class ComputeContext: Sendable {
  package let kernels: KernelTable
  package let pool: WorkerPool
  package let gradients: GradientWorkspace
  package let arithmetic: Arithmetic
  let workspace = ConvolutionWorkspace()
  /// Adds up the layers' times; nil where nothing is measured.
  package let profiler: Profiler?

  /// - Parameters:
  ///   - instructionSet: one that is available; the fastest by default.
  ///   - threads: with the calling one; at least 1.
  ///   - arithmetic: of convolutions.
  ///   - profiler: adds up the layers' times; nil to measure nothing.
  package init(
    instructionSet: InstructionSet = .fastest, threads: Int,
    arithmetic: Arithmetic = .fastest, profiler: Profiler? = nil
  ) {
    kernels = instructionSet.kernels
    pool = WorkerPool(threads: threads)
    gradients = GradientWorkspace()
    self.arithmetic = arithmetic
    self.profiler = profiler
  }

  deinit { pool.shutDown() }

  /// Adds to the first of several parts the others, which lie behind it, in their order.
  func addParts(_ parts: Int, _ sums: FloatBuffer, _ floatsPerPart: Int) {
    let chunk = 1 << 12
    pool.forEach((floatsPerPart + chunk - 1) / chunk) { unit in
      let first = unit * chunk
      for part in 1..<max(parts, 1) {
        kernels.add(
          min(chunk, floatsPerPart - first), sums.pointer + part * floatsPerPart + first,
          sums.pointer + first)
      }
    }
  }
}

/// Memory for the gradients of activations, used again and again: batch-norm turns its input into
/// that input's gradient, so that only what a convolution passes on needs memory here.
package final class GradientWorkspace: @unchecked Sendable {
  // Unchecked: only the thread that runs the backward pass asks for tensors.
  private var buffers: [FloatBuffer] = []
  private var held: [ObjectIdentifier] = []

  /// A tensor with stale contents, valid until the next call, or as long as it is held.
  package func take(_ shape: Shape) -> Tensor {
    let free = buffers.firstIndex { !held.contains(ObjectIdentifier($0)) }
    let index = free ?? buffers.count
    if index == buffers.count { buffers.append(FloatBuffer(count: 0)) }
    if buffers[index].count < shape.count {
      // The old memory goes before the new comes.
      buffers[index] = FloatBuffer(count: 0)
      buffers[index] = FloatBuffer(count: shape.count)
    }
    return Tensor(shape, buffer: buffers[index])
  }

  /// Until `release`, the tensor's memory is not given out again; memory from elsewhere never is.
  package func hold(_ tensor: Tensor) { held.append(ObjectIdentifier(tensor.buffer)) }

  package func release(_ tensor: Tensor) {
    held.removeAll { $0 == ObjectIdentifier(tensor.buffer) }
  }
}

extension FloatBuffer {
  /// This buffer, or a new one if it is too small: the contents are lost then.
  func grown(to count: Int) -> FloatBuffer {
    self.count >= count ? self : FloatBuffer(count: count)
  }
}

/// An activation that a layer owns, or that layers share one after the other: memory for the
/// largest batch so far, lent out for the current one.
package final class ActivationStorage {
  private var buffer = FloatBuffer(count: 0)

  package init() {}

  package func reserve(_ count: Int) { buffer = buffer.grown(to: count) }

  package func tensor(_ shape: Shape) -> Tensor {
    reserve(shape.count)
    return Tensor(shape, buffer: buffer)
  }
}
