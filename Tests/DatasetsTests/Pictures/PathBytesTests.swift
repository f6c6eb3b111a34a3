import Testing

@testable import Datasets

@Suite struct PathBytesTests {
  @Test func textShowsEveryByte() {
    #expect(PathBytes("größe/数.png").text == "größe/数.png")
    #expect(PathBytes([0x67, 0xfc, 0x0a, 0xc3]).text == "g\\xfc\n\\xc3")
    #expect(PathBytes([0x67, 0xfc, 0x0a, 0x7f]).description == "g\\xfc\\x0a\\x7f")
    // A surrogate is no character.
    #expect(PathBytes([0xed, 0xa0, 0x80, 0x41]).text == "\\xed\\xa0\\x80A")
  }

  @Test func parts() {
    #expect(PathBytes("a").appending(PathBytes("b")) == PathBytes("a/b"))
    #expect(PathBytes("/").appending(PathBytes("b")) == PathBytes("/b"))
    #expect(PathBytes("").appending(PathBytes("b")) == PathBytes("b"))
  }

  @Test func endings() {
    #expect(PathBytes("a.png").hasEnding(".png") && PathBytes("A.PnG").hasEnding(".png"))
    #expect(PathBytes([0xff] + Array(".PNG".utf8)).hasEnding(".png"))
    #expect(!PathBytes("png").hasEnding(".png") && !PathBytes("a.png2").hasEnding(".png"))
    // A capital's neighbours in the table are no letters.
    #expect(!PathBytes("a@").hasEnding("`") && PathBytes("Z").hasEnding("z"))
  }

  @Test func orderIsThatOfTheBytes() {
    let names = [[0xff], [0x61], [0x61, 0x2f], [0x5a], [0x61, 0x2d]].map {
      PathBytes($0.map(UInt8.init))
    }
    #expect(names.sorted().map(\.bytes) == [[0x5a], [0x61], [0x61, 0x2d], [0x61, 0x2f], [0xff]])
  }
}
