import Kernels
import NeuralNet
import Testing

@testable import Training

/// What a benchmark reports, apart from how long it took.
struct BenchmarkTests {
  private func context() -> ComputeContext {
    ComputeContext(instructionSet: .portable, threads: 2, profiler: Profiler())
  }

  @Test func countsAndKinds() throws {
    let result = try Benchmark(net: .small, pairs: 12, context: context()).run(steps: 1)
    #expect(abs(result.imagesPerSecond * result.stepSeconds - 24) <= 1e-9)
    #expect(result.peakGflops > 0)
    #expect(result.peakMemoryBytes > 0)
    // 5.8 million multiply-adds an image, forward, by the direct count.
    let forward = result.rows.filter { $0.kind == .forward }
    #expect(forward.reduce(0) { $0 + $1.multiplyAdds } == 24 * 5_817_600)
    let gflops = 6 * 24 * 5_817_600 / result.stepSeconds / 1e9
    #expect(abs(result.gflops - gflops) <= 1e-9 * gflops)
    // Four convolutions and the head have weights; all but the first convolution pass a gradient
    // on.
    #expect(forward.count == 5)
    #expect(result.rows.filter { $0.kind == .augmentation }.map(\.layer) == ["batch"])
    #expect(result.rows.filter { $0.kind == .weightGradient }.count == 5)
    #expect(result.rows.filter { $0.kind == .inputGradient }.count == 4)
    #expect(result.rows.allSatisfy { $0.calls == 1 })
    // Layers come one after the other, so their times add up to no more than the step's.
    let layers = result.rows.filter { $0.kind != .augmentation }.map(\.seconds)
    #expect(layers.allSatisfy { $0 > 0 } && layers.reduce(0, +) <= result.stepSeconds)
  }

  /// Convolutions of each kind of network, its multiply-adds an image by the peer's count, and a
  /// loss.
  @Test(arguments: [
    (Benchmark.Net.net5g, 16, 37, 643_232, ["batch", "input"]),
    (.net10a, 24, 7, 1_827_456, []),
  ])
  func otherNetworks(
    _ net: Benchmark.Net, inputSize: Int, layers: Int, multiplyAdds: Int, drawing: [String]
  ) throws {
    let result = try Benchmark(
      net: net, pairs: 2, context: context(), width: 4, inputSize: inputSize
    ).run(steps: 2)
    let forward = result.rows.filter { $0.kind == .forward }
    #expect(forward.count == layers)
    #expect(forward.reduce(0) { $0 + $1.multiplyAdds } == Double(4 * multiplyAdds))
    #expect(result.rows.filter { $0.kind == .weightGradient }.count == layers)
    #expect(result.rows.filter { $0.kind == .inputGradient }.count == layers - 1)
    #expect(result.rows.contains { $0.kind == .loss && $0.calls == 2 })
    // Pictures are drawn, then Sobel's derivatives taken, once a step.
    let augmentation = result.rows.filter { $0.kind == .augmentation }
    #expect(augmentation.map(\.layer) == drawing && augmentation.allSatisfy { $0.calls == 2 })
    #expect((result.drawnImagesPerSecond ?? 0 > 0) == !drawing.isEmpty)
  }
}
