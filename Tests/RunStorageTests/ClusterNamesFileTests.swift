import Dispatch
import Foundation
import Snapshots
import TestSupport
import Testing

@testable import RunStorage

@Suite struct ClusterNamesFileTests {
  private static let cats = ClusterID(head: .b, subHead: 0, cluster: 3)

  @Test func writtenAndRead() throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      #expect(try run.clusterNames().isEmpty)
      try run.changeClusterNames { $0[Self.cats] = "cats \"and\" 猫" }
      let owls = ClusterID(head: .a, subHead: 4, cluster: 0)
      let names = try run.changeClusterNames { $0[owls] = "owls" }
      #expect(names.all.map(\.name) == ["owls", "cats \"and\" 猫"])
      #expect(try run.clusterNames() == names)
      let text = try String(contentsOf: run.clusterNamesURL, encoding: .utf8)
      #expect(text.contains("\"sub_head\" : 5"), "counted from 1, as on the screen")
      try run.changeClusterNames { $0[Self.cats] = nil }
      #expect(try run.clusterNames().all.map(\.cluster) == [owls])
    }
  }

  /// Each thread has a descriptor of its own, as each process has.
  @Test func noNameIsLostWhereManyWrite() throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      DispatchQueue.concurrentPerform(iterations: 8) { writer in
        for cluster in 0..<6 {
          _ = try? run.changeClusterNames {
            $0[ClusterID(head: .b, subHead: writer, cluster: cluster)] = "\(writer) \(cluster)"
          }
        }
      }
      let names = try run.clusterNames()
      #expect(names.all.count == 48)
      #expect(names.all.allSatisfy { "\($0.cluster.subHead) \($0.cluster.cluster)" == $0.name })
    }
  }

  /// Naming needs no turn at the run's own lock, and a recorder that cleans up leaves a file of
  /// names that is half written alone.
  @Test func namesGoInWhileARunIsWritten() throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      let recorder = try RunRecorder(run)
      try recorder.record([Fixture.started()])
      try run.changeClusterNames { $0[Self.cats] = "cats" }
      recorder.close()
      let half = AtomicFile.temporary(for: run.clusterNamesURL)
      try Data("{".utf8).write(to: half)
      let resumed = try RunRecorder(run)
      try resumed.record([Fixture.started(), .step(Fixture.step(1))])
      resumed.close()
      #expect(FileManager.default.fileExists(atPath: half.path))
      #expect(try run.clusterNames()[Self.cats] == "cats")
      try run.changeClusterNames { $0[Self.cats] = "lions" }
      #expect(try run.clusterNames()[Self.cats] == "lions")
    }
  }

  @Test(arguments: [
    ("", "is not JSON, expected the names of clusters"),
    ("{\"version\":1", "is not JSON, expected the names of clusters"),
    ("[]", "it is not as expected"),
    ("{\"names\":[]}", "version is missing"),
    ("{\"version\":2,\"names\":[]}", "version is 2, expected 1; a newer program wrote it"),
    ("{\"version\":1,\"names\":[{}]}", "names[0].head is missing"),
    (entry(name: "7"), "names[0].name is not a text"),
    (entry(subHead: "0"), "names[0].sub_head is 0, expected at least 1"),
    (entry(cluster: "-1"), "names[0].cluster is -1, expected at least 0"),
    (entry(name: "\"\""), "names[0].name is empty, expected 1 to 60 characters"),
    (
      entry(name: "\"a\\u001b\""),
      "names[0].name has a control character, U+001B, expected text on one line"
    ),
    (
      "{\"version\":1,\"names\":[\(object()),\(object())]}",
      "names[1] names B1 cluster 3 a second time"
    ),
  ])
  func damage(_ text: String, _ problem: String) throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      try Data(text.utf8).write(to: run.clusterNamesURL)
      let expected = "\(run.clusterNamesURL.path): \(problem)"
      #expect(message { _ = try run.clusterNames() } == expected)
      // What is there stays for its owner to mend.
      #expect(message { try run.changeClusterNames { $0[Self.cats] = "cats" } } == expected)
      #expect(try Data(contentsOf: run.clusterNamesURL) == Data(text.utf8))
    }
  }

  private static func entry(
    subHead: String = "1", cluster: String = "3", name: String = "\"x\""
  ) -> String {
    "{\"version\":1,\"names\":[\(object(subHead: subHead, cluster: cluster, name: name))]}"
  }

  private static func object(
    subHead: String = "1", cluster: String = "3", name: String = "\"x\""
  ) -> String {
    "{\"head\":\"B\",\"sub_head\":\(subHead),\"cluster\":\(cluster),\"name\":\(name)}"
  }

  @Test func unwritable() throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url.appendingPathComponent("gone"))
      let text = message { try run.changeClusterNames { $0[Self.cats] = "cats" } }
      #expect(text == "\(run.clusterNamesURL.path): cannot write: No such file or directory")
    }
  }

  @Test func followed() throws {
    try withTemporaryFolder { url in
      let run = RunFolder(url)
      var follower = ClusterNamesFollower(run)
      #expect(try follower.poll() == ClusterNames())
      #expect(try follower.poll() == nil)
      let names = try run.changeClusterNames { $0[Self.cats] = "cats" }
      #expect(try follower.poll() == names)
      #expect(try follower.poll() == nil)
      try Data("damage".utf8).write(to: run.clusterNamesURL)
      #expect(
        message { _ = try follower.poll() }.hasSuffix("is not JSON, expected the names of clusters")
      )
      #expect(try follower.poll() == nil, "told once")
      try FileManager.default.removeItem(at: run.clusterNamesURL)
      #expect(try follower.poll() == ClusterNames())
    }
  }
}
