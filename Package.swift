// swift-tools-version: 6.2
import PackageDescription

/// One folder of kernel source, compiled once for each instruction set (the other folders are links
/// to it). The flags bind to these targets alone, in debug builds too, so tests run the kernels
/// that users run.
func kernelVariant(_ name: String, march: String?, define: String) -> Target {
  var flags = ["-Ounchecked"]
  if let march { flags += ["-Xcc", "-march=\(march)"] }
  return .target(
    name: "Kernels\(name)",
    dependencies: ["CCPUFeatures", "KernelInterface"],
    path: "Sources/KernelVariants/\(name)",
    swiftSettings: [.unsafeFlags(flags), .define(define)])
}

var kernelVariants = [kernelVariant("Portable", march: nil, define: "VECTOR4")]
#if arch(x86_64)
  kernelVariants.append(kernelVariant("AVX2", march: "x86-64-v3", define: "VECTOR8"))
  kernelVariants.append(kernelVariant("AVX512", march: "x86-64-v4", define: "VECTOR16"))
#endif
let kernelVariantNames = kernelVariants.map { Target.Dependency(stringLiteral: $0.name) }

let package = Package(
  name: "iic-tui",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "iic-tui", targets: ["iic-tui"]),
    // For tests, which load it into the program: hence a library of its own.
    .library(name: "ClockShift", type: .dynamic, targets: ["ClockShift"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: kernelVariants + [
    .systemLibrary(name: "CNcurses"),
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "CImageCodecs"),
    .systemLibrary(name: "CCPUFeatures"),
    // In C: what signal handlers may do is a promise that only C has.
    .target(name: "CProcessGuard"),
    .target(name: "KernelInterface"),
    .target(
      name: "Kernels", dependencies: ["CCPUFeatures", "KernelInterface"] + kernelVariantNames),
    .target(
      name: "NeuralNet", dependencies: ["Kernels", "Snapshots"], exclude: ["Winograd/WINOGRAD.md"]),
    .target(name: "Clustering", dependencies: ["Kernels"]),
    .target(
      name: "Datasets", dependencies: ["Kernels", "Settings", "CZlib", "CImageCodecs", "Yams"]),
    .target(name: "Snapshots"),
    .target(name: "Settings", dependencies: ["Yams"]),
    .target(
      name: "Methods",
      dependencies: ["Kernels", "NeuralNet", "Clustering", "Datasets", "Settings", "Snapshots"]),
    .target(
      name: "Training",
      dependencies: ["Kernels", "NeuralNet", "Datasets", "Methods", "Settings", "Snapshots"]),
    .target(
      name: "RunStorage",
      dependencies: [
        "Kernels", "Settings", "Snapshots", "CZlib", .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .target(
      name: "Sessions",
      dependencies: [
        "Kernels", "NeuralNet", "Clustering", "Datasets", "Settings", "Methods", "Training",
        "Snapshots", "RunStorage",
      ]),
    // Runs as TensorBoard's event files: the only module that knows protobuf.
    .target(
      name: "TensorBoard",
      dependencies: [
        "Datasets", "Sessions", "Snapshots", "RunStorage",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], exclude: ["event.proto"]),
    .target(name: "TerminalUI", dependencies: ["Snapshots"]),
    .target(
      name: "NcursesUI", dependencies: ["TerminalUI", "Snapshots", "CNcurses", "CProcessGuard"]),
    .executableTarget(
      name: "iic-tui",
      dependencies: [
        "Kernels", "NeuralNet", "Datasets", "Settings", "Methods", "Training", "Sessions",
        "Snapshots", "RunStorage", "TensorBoard", "TerminalUI", "NcursesUI", "CProcessGuard",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // Optimised: the naive twins loop over every small shape, which takes minutes otherwise.
    .target(
      name: "TestSupport", dependencies: ["Kernels", "CImageCodecs", "CZlib"],
      path: "Tests/TestSupport",
      swiftSettings: [.unsafeFlags(["-O"])]),
    // Damaged files for every reader; a thousand each with the tests, any number with `Fuzz`.
    // Optimised, so that the time goes to the readers.
    .target(
      name: "Fuzzing",
      dependencies: [
        "Datasets", "RunStorage", "Snapshots", "Settings", "Training", "Sessions", "TestSupport",
        "CImageCodecs", "CZlib", .product(name: "GRDB", package: "GRDB.swift"),
      ], path: "Tests/Fuzzing", swiftSettings: [.unsafeFlags(["-O"])]),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "Fuzzing", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/Soak/fuzz"),
    .target(name: "ClockShift", path: "Tests/ClockShift"),
    .testTarget(name: "FuzzingTests", dependencies: ["Fuzzing", "TestSupport"]),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels", "TestSupport"]),
    .testTarget(
      name: "NeuralNetTests",
      dependencies: ["NeuralNet", "Clustering", "TestSupport"],
      resources: [.copy("Reference")]),
    .testTarget(
      name: "ClusteringTests", dependencies: ["Clustering", "TestSupport"],
      resources: [.copy("Reference")]),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "CImageCodecs", "TestSupport"],
      resources: [.copy("Reference")]),
    .testTarget(name: "SnapshotsTests", dependencies: ["Snapshots"]),
    .testTarget(
      name: "TrainingTests", dependencies: ["Training", "Methods", "Settings", "TestSupport"]),
    .testTarget(
      name: "SessionsTests",
      dependencies: [
        "Sessions", "Settings", "Datasets", "Training", "RunStorage", "Snapshots", "TestSupport",
      ]
    ),
    .testTarget(
      name: "TensorBoardTests",
      dependencies: [
        "TensorBoard", "Datasets", "RunStorage", "Sessions", "Snapshots", "TestSupport",
      ]
    ),
    .testTarget(name: "RunStorageTests", dependencies: ["RunStorage", "TestSupport"]),
    .testTarget(
      name: "TerminalUITests", dependencies: ["TerminalUI", "TestSupport"],
      resources: [.copy("Golden")]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "iic-tui", "Sessions", "Training", "RunStorage", "CImageCodecs", "TestSupport",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
