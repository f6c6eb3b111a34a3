/// The sizes of a two-dimensional convolution.
package struct ConvolutionGeometry: Sendable, Equatable {
  package var inputHeight: Int
  package var inputWidth: Int
  package var kernelHeight: Int
  package var kernelWidth: Int
  package var stride: Int
  package var padding: Int
  package var dilation: Int

  package init(
    inputHeight: Int, inputWidth: Int, kernelHeight: Int, kernelWidth: Int, stride: Int = 1,
    padding: Int = 0, dilation: Int = 1
  ) {
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    // Not from the output's size: a negative quotient rounds towards zero, to one row too many.
    precondition(
      inputHeight + 2 * padding > dilation * (kernelHeight - 1)
        && inputWidth + 2 * padding > dilation * (kernelWidth - 1),
      "a \(kernelHeight)×\(kernelWidth) kernel on \(inputHeight)×\(inputWidth) leaves no output")
  }

  package var outputHeight: Int {
    (inputHeight + 2 * padding - dilation * (kernelHeight - 1) - 1) / stride + 1
  }
  package var outputWidth: Int {
    (inputWidth + 2 * padding - dilation * (kernelWidth - 1) - 1) / stride + 1
  }
  package var inputPixels: Int { inputHeight * inputWidth }
  package var outputPixels: Int { outputHeight * outputWidth }
  package var taps: Int { kernelHeight * kernelWidth }

  /// Over all output pixels, the taps that read inside the map.
  package var insideTaps: Int {
    let rows = (0..<outputHeight).reduce(0) { count, row in
      count + (0..<kernelHeight).count { inputRow(row, $0) != nil }
    }
    return rows * (0..<kernelWidth).reduce(0) { $0 + outputColumns($1).count }
  }

  /// The convolution that computes the input's gradient from the output's, with the taps in
  /// reverse; nil for strides over 1.
  package var inputGradient: ConvolutionGeometry? {
    let inputPadding = dilation * (kernelHeight - 1) - padding
    guard stride == 1, kernelHeight == kernelWidth, inputPadding >= 0 else { return nil }
    return ConvolutionGeometry(
      inputHeight: outputHeight, inputWidth: outputWidth, kernelHeight: kernelHeight,
      kernelWidth: kernelWidth, padding: inputPadding, dilation: dilation)
  }

  /// The input row that tap row `kernelRow` of output row `row` reads; nil in the padding.
  package func inputRow(_ row: Int, _ kernelRow: Int) -> Int? {
    let source = row * stride - padding + kernelRow * dilation
    return source >= 0 && source < inputHeight ? source : nil
  }

  /// The output columns for which tap column `kernelColumn` reads inside the input.
  package func outputColumns(_ kernelColumn: Int) -> Range<Int> {
    let shift = kernelColumn * dilation - padding
    let first = shift >= 0 ? 0 : (-shift + stride - 1) / stride
    let end = shift >= inputWidth ? 0 : min(outputWidth, (inputWidth - 1 - shift) / stride + 1)
    return first..<max(first, end)
  }
}

/// The input pixels and kernel taps that each output pixel of a pass sums over, without those in
/// the padding.
package final class TapPlan: Sendable {
  /// `starts[p] ..< starts[p + 1]` are the entries of pixel p.
  package let starts: [Int32]
  package let taps: [Tap]

  /// Output pixels sum over input pixels.
  package convenience init(forward geometry: ConvolutionGeometry) {
    var lists = [[Tap]](repeating: [], count: geometry.outputPixels)
    TapPlan.forEachTap(geometry) { output, input, tap in
      lists[output].append(Tap(pixel: input, tap: tap))
    }
    self.init(lists)
  }

  /// Input pixels sum over the output pixels that they reached.
  package convenience init(inputGradient geometry: ConvolutionGeometry) {
    var lists = [[Tap]](repeating: [], count: geometry.inputPixels)
    TapPlan.forEachTap(geometry) { output, input, tap in
      lists[input].append(Tap(pixel: output, tap: tap))
    }
    self.init(lists)
  }

  private init(_ lists: [[Tap]]) {
    var starts: [Int32] = [0]
    for list in lists { starts.append(starts[starts.count - 1] + Int32(list.count)) }
    self.starts = starts
    taps = lists.flatMap(\.self)
  }

  /// Every pair of an output and an input pixel that a tap connects.
  package static func forEachTap(
    _ geometry: ConvolutionGeometry, _ body: (_ output: Int, _ input: Int, _ tap: Int) -> Void
  ) {
    for row in 0..<geometry.outputHeight {
      for kernelRow in 0..<geometry.kernelHeight {
        guard let inputRow = geometry.inputRow(row, kernelRow) else { continue }
        for kernelColumn in 0..<geometry.kernelWidth {
          for column in geometry.outputColumns(kernelColumn) {
            let inputColumn =
              column * geometry.stride - geometry.padding + kernelColumn * geometry.dilation
            body(
              row * geometry.outputWidth + column, inputRow * geometry.inputWidth + inputColumn,
              kernelRow * geometry.kernelWidth + kernelColumn)
          }
        }
      }
    }
  }
}
