import Kernels

/// Memory that all Winograd convolutions of a network use in turn.
final class WinogradWorkspace: @unchecked Sendable {
  // Unchecked: only the thread that runs the network asks for memory.
  private var inputSpectrum = FloatBuffer(count: 0)
  private var outputSpectrum = FloatBuffer(count: 0)
  private var transformedWeights = FloatBuffer(count: 0)
  private var transposedWeights = FloatBuffer(count: 0)
  private var weightGradient = FloatBuffer(count: 0)
  private var taps: [[Int]: (starts: [Int32], taps: [Tap])] = [:]

  /// Stale contents, as all that follow.
  func spectra(_ input: Int, _ output: Int) -> (input: FloatBuffer, output: FloatBuffer) {
    (grown(&inputSpectrum, input), grown(&outputSpectrum, output))
  }

  /// Weights in Winograd's domain.
  func weights(_ count: Int) -> FloatBuffer { grown(&transformedWeights, count) }

  /// Weights of a direct convolution, input and output channels exchanged.
  func plainWeights(_ count: Int) -> FloatBuffer { grown(&transposedWeights, count) }

  /// The weights' gradient in Winograd's domain.
  func gradient(_ count: Int) -> FloatBuffer { grown(&weightGradient, count) }

  /// The taps of a point's product: each tile sums over the panels of its channels.
  func panelTaps(panels: Int, capacity: Int) -> (starts: [Int32], taps: [Tap]) {
    if let known = taps[[panels, capacity]] { return known }
    let starts = (0...capacity).map { Int32($0 * panels) }
    let entries = (0..<capacity).flatMap { tile in
      (0..<panels).map { Tap(pixel: $0 * capacity + tile, tap: $0) }
    }
    taps[[panels, capacity]] = (starts, entries)
    return (starts, entries)
  }

  private func grown(_ buffer: inout FloatBuffer, _ count: Int) -> FloatBuffer {
    if buffer.count < count { buffer = FloatBuffer(count: count) }
    return buffer
  }
}
