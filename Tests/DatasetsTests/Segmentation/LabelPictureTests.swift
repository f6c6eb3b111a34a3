import TestSupport
import Testing

@testable import Datasets

/// Labels as PNGs store them.
@Suite struct LabelPictureTests {
  private func decode(_ file: PNGFile) throws -> LabelPicture {
    try LabelPicture.decode(file.bytes, path: "l.png")
  }

  @Test(arguments: [1, 2, 4, 8]) func greyValuesStayAtEveryDepth(depth: Int) throws {
    let values = (0..<15).map { $0 % (1 << depth) }
    for isInterlaced in [false, true] {
      let picture = try decode(
        PNGFile(width: 5, height: 3, depth: depth, isInterlaced: isInterlaced, samples: values))
      #expect(
        picture == LabelPicture(width: 5, height: 3, samples: .values(values.map(UInt16.init))))
    }
  }

  @Test func sixteenBits() throws {
    let values = [0, 1, 255, 256, 258, 65_535]
    for isInterlaced in [false, true] {
      let picture = try decode(
        PNGFile(width: 3, height: 2, depth: 16, isInterlaced: isInterlaced, samples: values))
      #expect(picture.samples == .values(values.map(UInt16.init)))
    }
  }

  @Test(arguments: [1, 2, 4, 8]) func palettesGiveTheirIndices(depth: Int) throws {
    let values = (0..<15).map { ($0 * 7) % (1 << depth) }
    let picture = try decode(
      PNGFile(
        width: 5, height: 3, depth: depth, colorType: 3, samples: values,
        before: [palette(min(1 << depth, 80)), pngChunk("tRNS", [0])]
      ).mapped { min($0, 79) })
    #expect(picture.samples == .values(values.map { UInt16(min($0, 79)) }))
  }

  @Test func colorsStayAndAlphaGoes() throws {
    let colors = try decode(
      PNGFile(width: 2, height: 1, colorType: 2, samples: [1, 2, 3, 4, 5, 6]))
    #expect(colors.samples == .colors([1, 2, 3, 4, 5, 6]))
    let alpha = try decode(
      PNGFile(width: 2, height: 1, colorType: 6, samples: [1, 2, 3, 0, 4, 5, 6, 9]))
    #expect(alpha.samples == .colors([1, 2, 3, 4, 5, 6]))
    let deep = try decode(
      PNGFile(width: 1, height: 1, depth: 16, colorType: 2, samples: [257, 514, 65_535]))
    #expect(deep.samples == .colors([1, 2, 255]))
    let grey = try decode(
      PNGFile(width: 2, height: 1, colorType: 4, samples: [7, 0, 8, 255]))
    #expect(grey.samples == .values([7, 8]))
    let deepGrey = try decode(
      PNGFile(width: 2, height: 1, depth: 16, colorType: 4, samples: [700, 0, 8, 255]))
    #expect(deepGrey.samples == .values([700, 8]))
  }

  @Test func whatIsNoWholePNG() throws {
    func problem(_ bytes: [UInt8]) -> String {
      let error = #expect(throws: DatasetError.self) {
        try LabelPicture.decode(bytes, path: "l.png")
      }
      return error?.description ?? ""
    }
    let jpeg = JPEGFile(width: 8, height: 8, samples: [UInt8](repeating: 9, count: 64)).bytes
    #expect(
      problem(jpeg) == "l.png: content of the label picture is a JPEG, expected PNG")
    #expect(problem([]) == "l.png: content of the label picture is nothing, expected PNG")
    let whole = try PNGFile(width: 9, height: 9, samples: [Int](repeating: 3, count: 81)).bytes
    for end in stride(from: 8, to: whole.count - 12, by: 3) {
      #expect(problem(Array(whole[..<end])).hasPrefix("l.png: cannot be read: the PNG data"))
    }
  }

  @Test func classNumbers() throws {
    let map = ClassMap(
      source: "m", classNames: ["a", "b"], values: [0: 1, 300: 0, 7: LabelMap.noLabel],
      colors: [ClassMap.RGB(1, 2, 3): 1])
    let values = LabelPicture(width: 2, height: 2, samples: .values([0, 300, 7, 0]))
    #expect(try values.classNumbers(map, path: "l") == [1, 0, 255, 1])
    let colors = LabelPicture(width: 2, height: 1, samples: .colors([1, 2, 3, 1, 2, 3]))
    #expect(try colors.classNumbers(map, path: "l") == [1, 1])
    let own = LabelPicture(width: 3, height: 1, samples: .values([0, 254, 255]))
    #expect(try own.classNumbers(nil, path: "l") == [0, 254, 255])
  }

  @Test func labelsThatMeanNothing() throws {
    func problem(_ picture: LabelPicture, _ map: ClassMap?) -> String {
      let error = #expect(throws: DatasetError.self) { try picture.classNumbers(map, path: "l") }
      return error?.description ?? ""
    }
    let map = ClassMap(source: "m.yaml", classNames: ["a"], values: [0: 0, 5: 0])
    let values = LabelPicture(width: 3, height: 2, samples: .values([0, 5, 0, 0, 3, 9]))
    #expect(
      problem(values, map)
        == "l: the label at (1, 1) is 3, expected a value that the class map m.yaml names")
    let deep = LabelPicture(width: 1, height: 2, samples: .values([0, 256]))
    #expect(
      problem(deep, nil)
        == "l: the label at (0, 1) is 256, expected a class of 0…254, or 255 for none; "
        + "classes.yaml maps others")
    let colors = LabelPicture(width: 2, height: 1, samples: .colors([1, 2, 3, 4, 5, 6]))
    #expect(
      problem(colors, map)
        == "l: the label at (0, 0) is the colour 1,2,3, expected a colour that the class map "
        + "m.yaml names")
    #expect(
      problem(colors, nil)
        == "l: the label at (0, 0) is the colour 1,2,3, expected a number; classes.yaml says what "
        + "colours mean")
    let others = ClassMap(source: "m", classNames: ["a"], values: [0: 0], masksOthers: true)
    #expect(try values.classNumbers(others, path: "l") == [0, 255, 0, 0, 255, 255])
    #expect(try colors.classNumbers(others, path: "l") == [255, 255])
  }
}

extension PNGFile {
  fileprivate func mapped(_ value: (Int) -> Int) -> PNGFile {
    var copy = self
    copy.samples = samples.map(value)
    return copy
  }
}
