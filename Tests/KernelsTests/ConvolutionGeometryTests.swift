import Kernels
import TestSupport
import Testing

/// Sizes and tap lists against a walk over every position of the kernel.
struct ConvolutionGeometryTests {
  /// Every small geometry that leaves an output.
  private func forEachGeometry(_ body: (ConvolutionGeometry) -> Void) -> Int {
    var count = 0
    for (kernelHeight, kernelWidth) in [(1, 1), (2, 2), (3, 3), (5, 5), (1, 3), (4, 1)] {
      for stride in 1...3 {
        for padding in 0...3 {
          for dilation in 1...2 {
            let naive = NaiveConvolution(
              kernelHeight: kernelHeight, kernelWidth: kernelWidth, stride: stride,
              padding: padding, dilation: dilation)
            for height in 1...5 {
              for width in [1, 2, 3, 6]
              where naive.outputExtent(height, kernel: kernelHeight) > 0
                && naive.outputExtent(width, kernel: kernelWidth) > 0
              {
                body(
                  ConvolutionGeometry(
                    inputHeight: height, inputWidth: width, kernelHeight: kernelHeight,
                    kernelWidth: kernelWidth, stride: stride, padding: padding,
                    dilation: dilation))
                count += 1
              }
            }
          }
        }
      }
    }
    return count
  }

  @Test func outputIsWhatFits() {
    let count = forEachGeometry { geometry in
      let naive = NaiveConvolution(
        kernelHeight: geometry.kernelHeight, kernelWidth: geometry.kernelWidth,
        stride: geometry.stride, padding: geometry.padding, dilation: geometry.dilation)
      let height = naive.outputExtent(geometry.inputHeight, kernel: geometry.kernelHeight)
      let width = naive.outputExtent(geometry.inputWidth, kernel: geometry.kernelWidth)
      #expect(geometry.outputHeight == height && geometry.outputWidth == width, "\(geometry)")
    }
    #expect(count > 1000)
  }

  @Test func outputColumnsReadInside() {
    _ = forEachGeometry { geometry in
      for kernelColumn in 0..<geometry.kernelWidth {
        let expected = (0..<geometry.outputWidth).filter { column in
          (0..<geometry.inputWidth).contains(
            column * geometry.stride - geometry.padding + kernelColumn * geometry.dilation)
        }
        #expect(Array(geometry.outputColumns(kernelColumn)) == expected, "\(geometry)")
      }
    }
  }

  @Test func plansHoldEveryTapOnce() {
    _ = forEachGeometry { geometry in
      var products: Set<[Int]> = []
      for outputY in 0..<geometry.outputHeight {
        for outputX in 0..<geometry.outputWidth {
          for kernelY in 0..<geometry.kernelHeight {
            for kernelX in 0..<geometry.kernelWidth {
              let y = outputY * geometry.stride - geometry.padding + kernelY * geometry.dilation
              let x = outputX * geometry.stride - geometry.padding + kernelX * geometry.dilation
              guard y >= 0, x >= 0, y < geometry.inputHeight, x < geometry.inputWidth
              else { continue }
              products.insert([
                outputY * geometry.outputWidth + outputX, y * geometry.inputWidth + x,
                kernelY * geometry.kernelWidth + kernelX,
              ])
            }
          }
        }
      }
      let forward = entries(TapPlan(forward: geometry), pixels: geometry.outputPixels)
      #expect(forward.count == products.count && Set(forward) == products, "\(geometry)")
      let backward = entries(TapPlan(inputGradient: geometry), pixels: geometry.inputPixels)
        .map { [$0[1], $0[0], $0[2]] }
      #expect(backward.count == products.count && Set(backward) == products, "\(geometry)")
    }
  }

  /// (pixel of the list, pixel that it reads, tap) of each entry.
  private func entries(_ plan: TapPlan, pixels: Int) -> [[Int]] {
    #expect(plan.starts.count == pixels + 1 && plan.starts.first == 0)
    #expect(Int(plan.starts.last ?? -1) == plan.taps.count)
    return (0..<pixels).flatMap { pixel in
      (Int(plan.starts[pixel])..<Int(plan.starts[pixel + 1])).map {
        [pixel, Int(plan.taps[$0].pixel), Int(plan.taps[$0].tap)]
      }
    }
  }

  @Test func refusesAKernelLargerThanItsInput() async {
    await #expect(processExitsWith: .failure) {
      _ = ConvolutionGeometry(inputHeight: 4, inputWidth: 4, kernelHeight: 5, kernelWidth: 5)
    }
    // (4 − 5) / 2 + 1 is 1 in whole numbers.
    await #expect(processExitsWith: .failure) {
      _ = ConvolutionGeometry(
        inputHeight: 4, inputWidth: 8, kernelHeight: 5, kernelWidth: 5, stride: 2)
    }
    await #expect(processExitsWith: .failure) {
      _ = ConvolutionGeometry(
        inputHeight: 8, inputWidth: 4, kernelHeight: 5, kernelWidth: 3, stride: 2, dilation: 2)
    }
  }
}
