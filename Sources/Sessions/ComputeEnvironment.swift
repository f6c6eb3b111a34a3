import Foundation
import Kernels
import NeuralNet

/// What environment variables ask of the engine, for measurements: people leave them alone.
package struct ComputeEnvironment {
  /// `$IIC_TUI_INSTRUCTION_SET`, else the fastest that runs here.
  package let instructionSet: InstructionSet
  /// In training: `direct` with `$IIC_TUI_CONVOLUTION=direct`.
  package let arithmetic: Arithmetic

  /// Throws where a variable asks for what there is not.
  package init(_ variables: [String: String] = ProcessInfo.processInfo.environment) throws {
    instructionSet = try .selected(variables["IIC_TUI_INSTRUCTION_SET"])
    switch variables["IIC_TUI_CONVOLUTION"] {
    case nil, "": arithmetic = .fastest
    case "direct": arithmetic = .direct
    case let other?:
      throw SessionError("$IIC_TUI_CONVOLUTION is '\(other)', expected direct or nothing")
    }
  }

  package func context(threads: Int, profiler: Profiler? = nil) -> ComputeContext {
    ComputeContext(
      instructionSet: instructionSet, threads: threads, arithmetic: arithmetic,
      profiler: profiler)
  }

  /// For a trained network's forward pass alone. Its results are compared with those of other
  /// programs that load the weights.
  package func inferenceContext(threads: Int) -> ComputeContext {
    ComputeContext(instructionSet: instructionSet, threads: threads, arithmetic: .precise)
  }
}
