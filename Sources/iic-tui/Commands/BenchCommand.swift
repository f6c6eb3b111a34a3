import ArgumentParser
import Foundation
import Kernels
import NeuralNet
import Sessions
import Training

extension Benchmark.Net: ExpressibleByArgument {}

/// `iic-tui bench`: how fast a training step is here.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure a training step here, layer by layer.")

  @Option(
    help: "The network: small (net6c at quarter width), net6c, net5g or net10a (segmentation).")
  var net = Benchmark.Net.small
  @Option(help: "Pairs in the batch; 700, for net5g 132 and for net10a 6 if not given.")
  var pairs: Int?
  @Option(help: "Threads; all cores if not given.")
  var threads: Int?
  @Option(help: "Steps to measure, after one that is not counted.")
  var steps = 5
  @Flag(help: "Print one JSON object instead of a table.")
  var json = false

  func validate() throws {
    guard pairs ?? 2 >= 2 else {
      throw ValidationError("--pairs is \(pairs!), expected at least 2")
    }
    guard (1...256).contains(threads ?? 1) else {
      throw ValidationError("--threads is \(threads!), expected 1 to 256")
    }
    guard (1...1_000_000).contains(steps) else {
      throw ValidationError("--steps is \(steps), expected 1 to 1000000")
    }
  }

  func run() throws {
    let environment = try ComputeEnvironment()
    let pairs = pairs ?? net.defaultPairs
    // Half of what a number of images could overflow, and far more than fits any machine.
    let needed = pairs > 1 << 40 ? Int.max : net.architecture.estimatedBytes(images: 2 * pairs)
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    guard needed <= memory else {
      throw SessionError(
        "--pairs: is \(pairs), which needs about \(needed >> 30) GiB with \(net.rawValue); "
          + "expected at most this machine's \(memory >> 30) GiB")
    }
    let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    let result = try Benchmark(
      net: net, pairs: pairs,
      context: environment.context(threads: threads, profiler: Profiler())
    ).run(steps: steps)
    if json {
      StandardStreams.output(
        JSONLine.text(
          BenchLine(
            net: net.rawValue, pairs: pairs, threads: threads,
            instructionSet: environment.instructionSet.rawValue, result)))
      return
    }
    var table = TextTable(
      ["layer", "work", "ms", "GFLOP/s", "of peak", "GB/s"],
      alignRight: [false, false, true, true, true, true])
    for row in result.rows {
      let gflops = 2 * row.multiplyAdds / row.seconds / 1e9
      table.add([
        row.layer, row.kind.rawValue, String(format: "%.2f", 1000 * row.seconds),
        gflops > 0 ? String(format: "%.0f", gflops) : "",
        gflops > 0 ? Format.percent(gflops / result.peakGflops) : "",
        row.bytes > 0 ? String(format: "%.1f", row.bytes / row.seconds / 1e9) : "",
      ])
    }
    StandardStreams.output(
      "\(net.rawValue), \(pairs) pairs, \(threads) threads, \(environment.instructionSet.rawValue), "
        + "peak \(Int(result.peakGflops)) GFLOP/s\n\n" + table.text
        + String(
          format: "\n%.1f ms a step, %.1f images/s, %.0f GFLOP/s, %.0f MiB\n",
          1000 * result.stepSeconds, result.imagesPerSecond, result.gflops,
          Double(result.peakMemoryBytes) / 1_048_576)
        + (result.drawnImagesPerSecond.map {
          String(format: "batches are drawn at %.0f images/s\n", $0)
        } ?? ""))
  }
}

/// What was measured, as JSON.
private struct BenchLine: Encodable {
  var net: String
  var pairs: Int
  var threads: Int
  var instructionSet: String
  var stepSeconds: JSONNumber<Double>
  var imagesPerSecond: JSONNumber<Double>
  var gflops: JSONNumber<Double>
  var peakGflops: JSONNumber<Double>
  var peakMemoryBytes: Int

  enum CodingKeys: String, CodingKey {
    case net, pairs, threads, gflops
    case instructionSet = "instruction_set"
    case stepSeconds = "step_seconds"
    case imagesPerSecond = "images_per_second"
    case peakGflops = "peak_gflops"
    case peakMemoryBytes = "peak_memory_bytes"
  }

  init(
    net: String, pairs: Int, threads: Int, instructionSet: String, _ result: Benchmark.Result
  ) {
    self.net = net
    self.pairs = pairs
    self.threads = threads
    self.instructionSet = instructionSet
    stepSeconds = JSONNumber(result.stepSeconds)
    imagesPerSecond = JSONNumber(result.imagesPerSecond)
    gflops = JSONNumber(result.gflops)
    peakGflops = JSONNumber(result.peakGflops)
    peakMemoryBytes = result.peakMemoryBytes
  }
}
