import Foundation
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

struct CheckpointTests {
  /// What the loader gives back: tensors in order of name.
  static func sorted(_ checkpoint: CheckpointSnapshot) -> CheckpointSnapshot {
    var sorted = checkpoint
    sorted.weights.sort { $0.name < $1.name }
    sorted.optimizer.sort { $0.name < $1.name }
    return sorted
  }

  @Test func roundTrip() throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      #expect(!run.hasCheckpoint)
      #expect(message { _ = try run.loadLatest() }.contains("no latest.safetensors"))
      #expect(message { _ = try run.loadBestWeights() }.contains("no best.safetensors"))
      for (step, isBest) in [(10, true), (20, false)] {
        let checkpoint = Fixture.checkpoint(step, isBest: isBest)
        let path = try run.write(checkpoint)
        #expect(path == run.latestWeightsURL)
        let loaded = try run.loadLatest()
        #expect(loaded == Self.sorted(checkpoint))
      }
      let best = try run.loadBestWeights()
      #expect(best.step == 10)
      #expect(best.tensors == Fixture.checkpoint(10).weights)
      #expect(try run.loadLatestWeights().step == 20)
      #expect(
        try contents(url).keys.sorted() == [
          "best.safetensors", "latest-optimizer-10.safetensors",
          "latest-optimizer-20.safetensors", "latest.safetensors", "previous.safetensors",
        ])
      #expect(run.previousCheckpointStep == 10)
      _ = try run.write(Fixture.checkpoint(20))
      #expect(run.previousCheckpointStep == 10)
      #expect(message { _ = try run.loadPrevious() }.contains("of step 20, is whole"))
      let damaged = try Data(contentsOf: run.latestWeightsURL).dropLast()
      try damaged.write(to: run.latestWeightsURL)
      #expect(try run.loadPrevious() == Self.sorted(Fixture.checkpoint(10, isBest: true)))
      try run.returnToPrevious()
      #expect(try run.loadLatest() == Self.sorted(Fixture.checkpoint(10, isBest: true)))
      #expect(try contents(url)["damaged.safetensors"] == damaged)
      try FileManager.default.removeItem(at: run.latestWeightsURL)
      #expect(message { _ = try run.loadPrevious() }.contains("no checkpoint before the latest"))
    }
  }

  /// A checkpoint that cannot be gone on from, because half of it is damaged, does not take the
  /// place of one that is whole.
  @Test func theOneBeforeIsWhole() throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      for step in [10, 20] { _ = try run.write(Fixture.checkpoint(step)) }
      let optimizer = run.optimizerURL(step: 20)
      try Data(contentsOf: optimizer).dropLast().write(to: optimizer)
      _ = try run.write(Fixture.checkpoint(30))
      #expect(run.previousCheckpointStep == 10)
      _ = try run.write(Fixture.checkpoint(40))
      #expect(run.previousCheckpointStep == 30)
    }
  }

  /// Every byte of the tensors counts.
  @Test func aDamagedFileIsRefused() throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      _ = try run.write(Fixture.checkpoint(10))
      let whole = try Data(contentsOf: run.latestWeightsURL)
      for distance in [1, 2, 7] {
        var bytes = whole
        bytes[bytes.count - distance] ^= 0x40
        try bytes.write(to: run.latestWeightsURL)
        #expect(message { _ = try run.loadLatest() }.contains("the file is damaged"))
      }
    }
  }

  /// Killed after each file in turn, the folder holds the old checkpoint or the new one.
  @Test func aCrashBetweenFilesMixesNothing() throws {
    try withTemporaryFolder { url in
      let old = RunFolder(url.appendingPathComponent("old"))
      let new = RunFolder(url.appendingPathComponent("new"))
      for run in [old, new] {
        try FileManager.default.createDirectory(at: run.url, withIntermediateDirectories: true)
        _ = try run.write(Fixture.checkpoint(10, isBest: true))
      }
      _ = try new.write(Fixture.checkpoint(20, isBest: true))
      let before = Self.sorted(Fixture.checkpoint(10, isBest: true))
      let after = Self.sorted(Fixture.checkpoint(20, isBest: true))
      let written = [
        "latest-optimizer-20.safetensors", "best.safetensors", "latest.safetensors",
      ]
      for count in 0...written.count {
        let run = RunFolder(url.appendingPathComponent("crashed-\(count)"))
        try FileManager.default.copyItem(at: old.url, to: run.url)
        for name in written.prefix(count) {
          let target = run.url.appendingPathComponent(name)
          try? FileManager.default.removeItem(at: target)
          try FileManager.default.copyItem(at: new.url.appendingPathComponent(name), to: target)
        }
        let loaded = try run.loadLatest()
        #expect(loaded == (count < written.count ? before : after), "after \(count) files")
        // And the next checkpoint clears up.
        _ = try run.write(Fixture.checkpoint(30))
        #expect(try run.loadLatest().step == 30)
        // With the one before, which has two files too, and the best weights.
        #expect(try contents(run.url).count == 5)
      }
    }
  }

  @Test func aMixedPairIsRefused() throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      _ = try run.write(Fixture.checkpoint(10))
      let optimizer = run.optimizerURL(step: 10)
      let bytes = try Data(contentsOf: optimizer)
      try FileManager.default.removeItem(at: optimizer)
      #expect(message { _ = try run.loadLatest() }.contains("latest-optimizer-10.safetensors"))
      try Safetensors.write([], metadata: ["step": "11"], to: optimizer)
      #expect(message { _ = try run.loadLatest() }.contains("belongs to step 11, expected 10"))
      try Safetensors.write([], metadata: ["step": "10"], to: optimizer)
      #expect(message { _ = try run.loadLatest() }.contains("'trainer_state' is missing"))
      try bytes.write(to: optimizer)
      try Safetensors.write([], metadata: [:], to: run.latestWeightsURL)
      #expect(message { _ = try run.loadLatest() }.contains("metadata 'step' is missing"))
    }
  }

  @Test func aFailedWriteLeavesTheOldFile() throws {
    try withTemporaryFolder { url in
      let file = url.appendingPathComponent("x")
      try AtomicFile.write(Data([1, 2]), to: file)
      let text = message {
        try AtomicFile.write(to: file) { output throws(StorageError) in
          try output.write(Data([3]))
          throw StorageError(file, "the disk is on fire")
        }
      }
      #expect(text == "\(file.path): the disk is on fire")
      #expect(try contents(url) == ["x": Data([1, 2])])
      let below = file.appendingPathComponent("y")
      #expect(message { try AtomicFile.write(Data(), to: below) }.contains("cannot write: Not a d"))
    }
  }

  /// Where it is written first nobody can have put a link; a link at its own place stays, also one
  /// to what is not there yet.
  @Test func linksAtTheirPlaces() throws {
    try withTemporaryFolder { url in
      let (file, link) = (url.appendingPathComponent("x"), url.appendingPathComponent("link"))
      let other = url.appendingPathComponent("other")
      try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "x")
      try Data([9]).write(to: other)
      #expect(AtomicFile.temporary(for: file) != AtomicFile.temporary(for: file))
      for name in [".x.partial", ".x.\(getpid())-1.partial"] {
        #expect(AtomicFile.finalName(ofPartial: name) == "x")
        try FileManager.default.createSymbolicLink(
          at: url.appendingPathComponent(name), withDestinationURL: other)
      }
      for byte: UInt8 in [1, 2] {
        try AtomicFile.write(Data([byte]), to: link)
        #expect(try Data(contentsOf: file) == Data([byte]))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == "x")
      }
      #expect(try Data(contentsOf: other) == Data([9]))
      #expect(AtomicFile.finalName(ofPartial: ".a.b.partial") == "a.b")
      #expect(AtomicFile.finalName(ofPartial: "x.partial") == nil)
    }
  }

  #if os(Linux)
    /// A folder in memory is one as any; a file that is open is written as it is, for whoever has
    /// it.
    @Test(.enabled(if: access("/dev/shm", W_OK) == 0)) func placesBelowDev() throws {
      let folder = URL(fileURLWithPath: "/dev/shm/iic-tui-tests-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      defer { try? FileManager.default.removeItem(at: folder) }
      let file = folder.appendingPathComponent("x")
      for byte: UInt8 in [1, 2] {
        try AtomicFile.write(Data([byte]), to: file)
        #expect(try contents(folder) == ["x": Data([byte])])
      }
      let descriptor = open(file.path, O_WRONLY | O_APPEND)
      defer { close(descriptor) }
      for byte: UInt8 in [7, 8] {
        try AtomicFile.write(Data([byte]), to: URL(fileURLWithPath: "/dev/fd/\(descriptor)"))
      }
      #expect(try contents(folder) == ["x": Data([2, 7, 8])])
    }
  #endif
}
