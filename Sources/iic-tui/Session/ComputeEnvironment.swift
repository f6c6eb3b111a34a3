import Foundation
import Kernels
import NeuralNet

/// What environment variables ask of the engine, for measurements: people leave them alone.
struct ComputeEnvironment {
  /// `$IIC_TUI_INSTRUCTION_SET`, else the fastest that runs here.
  let instructionSet: InstructionSet
  /// Not with `$IIC_TUI_CONVOLUTION=direct`.
  let usesWinograd: Bool

  /// Throws where a variable asks for what there is not.
  init(_ variables: [String: String] = ProcessInfo.processInfo.environment) throws {
    instructionSet = try .selected(variables["IIC_TUI_INSTRUCTION_SET"])
    switch variables["IIC_TUI_CONVOLUTION"] {
    case nil, "": usesWinograd = true
    case "direct": usesWinograd = false
    case let other?:
      throw CommandLineError("$IIC_TUI_CONVOLUTION is '\(other)', expected direct or nothing")
    }
  }

  func context(threads: Int, profiler: Profiler? = nil) -> ComputeContext {
    ComputeContext(
      instructionSet: instructionSet, threads: threads, usesWinograd: usesWinograd,
      profiler: profiler)
  }
}
