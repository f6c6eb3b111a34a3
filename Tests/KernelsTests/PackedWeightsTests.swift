import Kernels
import Testing

struct PackedWeightsTests {
  private static let channelCounts = [1, 7, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 65, 70]
  private static let layouts = [1, 4, 9].flatMap { taps in
    [1, 3, 16, 20, 33].flatMap { depth in
      channelCounts.map { PackedWeights(taps: taps, depth: depth, channels: $0) }
    }
  }

  /// Each (channel, input, tap) has a place of its own, and with the padded channels they fill the
  /// memory.
  @Test func offsetIsABijection() {
    for layout in Self.layouts {
      var seen = [Bool](repeating: false, count: layout.count)
      for channel in 0..<layout.paddedChannels {
        for input in 0..<layout.depth {
          for tap in 0..<layout.taps {
            let offset = layout.offset(channel: channel, input: input, tap: tap)
            guard seen.indices.contains(offset), !seen[offset] else {
              Issue.record("\(layout): \(channel), \(input), \(tap) → \(offset)")
              return
            }
            seen[offset] = true
          }
        }
      }
      #expect(seen.allSatisfy { $0 }, "\(layout)")
    }
  }

  @Test func panelsAreWholeVectors() {
    for layout in Self.layouts {
      let widths = (0..<layout.panels).map(layout.width)
      #expect(widths.dropLast().allSatisfy { $0 == panelWidth }, "\(layout)")
      #expect(widths.last == 16 || widths.last == 32, "\(layout)")
      #expect(widths.reduce(0, +) == layout.paddedChannels, "\(layout)")
      #expect(layout.paddedChannels - layout.channels < channelMultiple, "\(layout)")
      let starts = (0..<layout.panels).map(layout.panelStart)
      let expected = widths.indices.map { panel in
        widths[..<panel].reduce(0, +) * layout.taps * layout.depth
      }
      #expect(starts == expected, "\(layout)")
    }
  }

  @Test(arguments: [1, 3]) func transposeExchangesChannels(threads: Int) {
    let pool = WorkerPool(threads: threads)
    defer { pool.shutDown() }
    for layout in Self.layouts {
      let transposed = PackedWeights(
        taps: layout.taps, depth: layout.channels, channels: layout.depth)
      let (source, target) = (
        FloatBuffer(count: layout.count), FloatBuffer(count: transposed.count)
      )
      // Padded channels of the source hold what must not be copied.
      for index in 0..<layout.count { source[index] = -1 }
      for channel in 0..<layout.channels {
        for input in 0..<layout.depth {
          for tap in 0..<layout.taps {
            source[layout.offset(channel: channel, input: input, tap: tap)] =
              Float((channel * layout.depth + input) * layout.taps + tap)
          }
        }
      }
      layout.transpose(source.pointer, to: target.pointer, pool: pool)
      var isRight = true
      for channel in 0..<transposed.paddedChannels {
        for input in 0..<transposed.depth {
          for tap in 0..<layout.taps {
            let value = target[transposed.offset(channel: channel, input: input, tap: tap)]
            let expected =
              channel < layout.depth ? (input * layout.depth + channel) * layout.taps + tap : 0
            isRight = isRight && value == Float(expected)
          }
        }
      }
      #expect(isRight, "\(layout)")
    }
  }
}
