import Datasets
import Snapshots
import Testing

@testable import Sessions

@Suite struct ImageSortingTests {
  @Test func folderNames() {
    let labels: [ClusterLabel] = [
      .name("cats"), .number(1), .name("Cats"), .className("a/b"), .name(".hidden"), .name("..."),
      .name("///"), .className(""), .name("owls "), .name("猫"),
      .name(String(repeating: "猫", count: 100)), .name("cats-cluster-00"),
    ]
    let names = ClusterFolderNames(labels).names
    #expect(
      names == [
        "cats-cluster-00-", "cluster-01", "Cats-cluster-02", "a_b", "_hidden", "cluster-05",
        "cluster-06", "cluster-07", "owls", "猫", String(repeating: "猫", count: 66),
        "cats-cluster-00",
      ])
    #expect(Set(names.map { $0.lowercased() }).count == names.count)
  }

  /// A name may be what another cluster's number would give.
  @Test func aNameLikeANumber() {
    let names = ClusterFolderNames([.number(0), .name("cluster-0"), .name("cluster-0")]).names
    #expect(Set(names).count == 3 && names[0].hasPrefix("cluster-0"))
  }

  @Test func fileNames() {
    var taken = TakenNames()
    let long = String(repeating: "x", count: 251) + ".png"
    let given = ["a.png", "A.png", "a.png", "b", "b", long, long, "a-2.png", ".png", ".png"]
    let names = given.map { taken.take(PathBytes($0)).text }
    #expect(
      names == [
        "a.png", "A-2.png", "a-3.png", "b", "b-2", long,
        String(repeating: "x", count: 249) + "-2.png", "a-2-2.png", ".png", "-2.png",
      ])
    let odd = PathBytes([0xFC, 0x2E, 0x70, 0x6E, 0x67])
    #expect(taken.take(odd) == odd)
    #expect(taken.take(odd).bytes == [0xFC, 0x2D, 0x32, 0x2E, 0x70, 0x6E, 0x67])
  }

  /// Every character of ASCII has a picture of its own.
  @Test func theFontTellsLettersApart() {
    func pixels(_ text: String) -> Set<[Int]> {
      var pixels: Set<[Int]> = []
      BitmapFont.draw(text) { pixels.insert([$0, $1]) }
      return pixels
    }
    let letters = (33..<127).map { String(UnicodeScalar(UInt8($0))) }
    #expect(Set(letters.map(pixels)).count == letters.count)
    #expect(pixels(" ").isEmpty)
    #expect(pixels("猫").count == 20)
    for letter in letters {
      #expect(pixels(letter).allSatisfy { (0..<5).contains($0[0]) && (0..<7).contains($0[1]) })
    }
    #expect(pixels("ll") == pixels("l").union(pixels("l").map { [$0[0] + 6, $0[1]] }))
    #expect(BitmapFont.width(of: "ll") == 11)
  }
}
