import CCPUFeatures
import KernelInterface
import KernelsPortable

#if arch(x86_64)
  import KernelsAVX2
  import KernelsAVX512
#endif

package typealias KernelTable = KernelInterface.KernelTable
package typealias Tap = KernelInterface.Tap
package typealias ConvolutionArguments = KernelInterface.ConvolutionArguments
package typealias WeightGradientArguments = KernelInterface.WeightGradientArguments
package typealias PatchGradientArguments = KernelInterface.PatchGradientArguments
package typealias WinogradProductArguments = KernelInterface.WinogradProductArguments
package typealias TileTransform = KernelInterface.TileTransform
package typealias TileArguments = KernelInterface.TileArguments
package typealias TapArguments = KernelInterface.TapArguments
package typealias NormalizationArguments = KernelInterface.NormalizationArguments
package typealias CorrelationPlanes = KernelInterface.CorrelationPlanes
package typealias CorrelationArguments = KernelInterface.CorrelationArguments
package typealias CorrelationGradientArguments = KernelInterface.CorrelationGradientArguments
package typealias MergeArguments = KernelInterface.MergeArguments
package typealias AdamArguments = KernelInterface.AdamArguments
package let correlationTile = KernelInterface.correlationTile
package let imageBlock = KernelInterface.imageBlock
package let panelWidth = KernelInterface.panelWidth
package let channelMultiple = KernelInterface.channelMultiple

/// The instruction sets that the kernels are built for.
package enum InstructionSet: String, Sendable, CaseIterable {
  case portable
  case avx2
  case avx512

  /// The instruction sets that this machine can run, the fastest last.
  package static var available: [InstructionSet] {
    allCases.filter {
      switch $0 {
      case .portable: true
      case .avx2: cpu_supports_x86_64_v3()
      case .avx512: cpu_supports_x86_64_v4()
      }
    }
  }

  /// The fastest that this machine can run.
  package static var fastest: InstructionSet { available.last ?? .portable }

  /// The kernels of this instruction set, which must be available.
  package var kernels: KernelTable {
    #if arch(x86_64)
      switch self {
      case .portable: KernelsPortable.kernelTable
      case .avx2: KernelsAVX2.kernelTable
      case .avx512: KernelsAVX512.kernelTable
      }
    #else
      KernelsPortable.kernelTable
    #endif
  }

  /// The instruction set of this name; the fastest available one for nil or an empty name.
  ///
  /// - Throws: `UnavailableInstructionSet` if the name is unknown or the machine cannot run it.
  package static func selected(
    _ name: String?
  ) throws(UnavailableInstructionSet) -> InstructionSet {
    guard let name, !name.isEmpty else { return fastest }
    guard let wanted = InstructionSet(rawValue: name), available.contains(wanted) else {
      throw UnavailableInstructionSet(name: name)
    }
    return wanted
  }
}

/// An instruction set that was asked for and cannot be had.
package struct UnavailableInstructionSet: Error, CustomStringConvertible {
  package var name: String

  package var description: String {
    let names = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
    return "instruction set '\(name)' is not available here; expected one of: \(names)"
  }
}
