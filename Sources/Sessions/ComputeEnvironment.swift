import Foundation
import Kernels
import NeuralNet

/// What environment variables ask of the engine, for measurements: people leave them alone.
package struct ComputeEnvironment {
  /// `$IIC_TUI_INSTRUCTION_SET`, else the fastest that runs here.
  package let instructionSet: InstructionSet
  /// Not with `$IIC_TUI_CONVOLUTION=direct`.
  package let usesWinograd: Bool

  /// Throws where a variable asks for what there is not.
  package init(_ variables: [String: String] = ProcessInfo.processInfo.environment) throws {
    instructionSet = try .selected(variables["IIC_TUI_INSTRUCTION_SET"])
    switch variables["IIC_TUI_CONVOLUTION"] {
    case nil, "": usesWinograd = true
    case "direct": usesWinograd = false
    case let other?:
      throw SessionError("$IIC_TUI_CONVOLUTION is '\(other)', expected direct or nothing")
    }
  }

  package func context(threads: Int, profiler: Profiler? = nil) -> ComputeContext {
    ComputeContext(
      instructionSet: instructionSet, threads: threads, usesWinograd: usesWinograd,
      profiler: profiler)
  }

  /// For a trained network's forward pass alone. Its results are compared with those of other
  /// programs that load the weights: without Winograd's algorithm they differ by less than 1e-5,
  /// with it by up to 1e-4.
  package func inferenceContext(threads: Int) -> ComputeContext {
    ComputeContext(instructionSet: instructionSet, threads: threads, usesWinograd: false)
  }
}
