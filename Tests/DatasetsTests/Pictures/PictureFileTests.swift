import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct PictureFileTests {
  /// What other files begin with, and what they are called.
  private static let others: [(start: [UInt8], name: String)] = [
    ([], "nothing"), (Array("GIF89a\u{1}".utf8), "a GIF"), ([0x42, 0x4d, 0x7a, 0, 0, 0], "a BMP"),
    ([0x49, 0x49, 0x2a, 0, 8], "a TIFF"), ([0x4d, 0x4d, 0, 0x2a, 0], "a TIFF"),
    ([0, 0, 0, 24] + Array("ftypheic".utf8), "a HEIC"),
    ([0, 0, 0, 24] + Array("ftypmif1".utf8), "a HEIC"),
    ([0, 0, 0, 24] + Array("ftypavif".utf8), "an AVIF"),
    ([0, 0, 0, 24] + Array("ftypisom".utf8), "a film"),
    (Array("<!DOCTYPE html><html>403 Forbidden</html>".utf8), "a web page"),
    (Array("\n <HTML lang=\"en\">".utf8), "a web page"),
    (Array("\u{feff}<?xml version='1.0'?><html>".utf8), "a web page"),
    (Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8), "an SVG"),
    ([0, 5, 0x16, 7] + [UInt8](repeating: 0, count: 4092), "an AppleDouble companion"),
    (Array("no image\n".utf8), "text"), (Array("kein Bild, nur Wörter\n".utf8), "text"),
    (Array("%PDF-1.7".utf8), "a PDF"), ([UInt8](repeating: 0, count: 99), "zeros"),
    ([0xde, 0xad, 0xbe, 0xef, 0], "deadbeef"), ([0xfc, 0x41, 0x42], "fc4142"),
  ]

  @Test(arguments: others) func whatIsNoPicture(_ start: [UInt8], _ name: String) throws {
    guard case .malformed(_, "content", let found, let expected) = try Decoding.failure(start)
    else {
      Issue.record("\(name) was read")
      return
    }
    #expect(found == name && expected == "PNG, JPEG or WebP")
  }

  @Test func whatIsNoFile() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path, folder.path + "/none", "/dev/null"] {
      do throws(DatasetError) {
        _ = try PictureFile.decode(path: path)
        Issue.record("\(path) was read")
      } catch {
        #expect(error.description.hasPrefix("\(path): cannot be read: "))
      }
    }
    // A pipe that nobody writes to does not block.
    #expect(mkfifo(folder.path + "/pipe.png", 0o600) == 0)
    #expect(throws: DatasetError.self) { try PictureFile.decode(path: folder.path + "/pipe.png") }
  }

  @Test func namesNeedNotBeUTF8() throws {
    let folder = try TemporaryFolder()
    let bytes = try PNGFile(width: 2, height: 1, samples: [5, 6]).bytes
    let path = PathBytes(folder.path).appending(PathBytes([0x67, 0xfc, 0x6e, 0x2e]))
    try writeFile(path, bytes)
    #expect(try PictureFile.decode(path: path).picture.pixels == [5, 6])
    try writeFile(path, Array("text".utf8))
    do throws(DatasetError) {
      _ = try PictureFile.decode(path: path)
      Issue.record("text was read")
    } catch {
      #expect(error.description.hasPrefix(folder.path + "/g\\xfcn.: content is text"))
    }
  }
}

/// Writes a file whose name may be any bytes.
func writeFile(_ path: PathBytes, _ bytes: [UInt8] = []) throws {
  let file = try #require(path.withCString { fopen($0, "wb") })
  defer { fclose(file) }
  try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
}
