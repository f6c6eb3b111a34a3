import Testing

@testable import Datasets

@Suite struct BuiltInClassMapTests {
  private func map(_ name: String) throws -> ClassMap { try #require(ClassMap.builtIn[name]) }

  private func names(_ map: ClassMap, _ values: Range<UInt16>) -> [String?] {
    values.map { value in
      map.classNumber(ofValue: value).map { $0 == 255 ? "" : map.classNames[Int($0)] }
    }
  }

  @Test func camVid() throws {
    #expect(
      try names(map("camvid"), 0..<13) == [
        "sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car",
        "pedestrian", "bicyclist", "", nil,
      ])
    #expect(
      try names(map("camvid-3"), 0..<13) == [
        "sky", "upright", "upright", "ground", "ground", "upright", "upright", "upright", "", "",
        "", "", nil,
      ])
  }

  /// Every stuff label is in one of the 15 classes, and no thing is.
  @Test func cocoStuff() throws {
    let coarse = try map("coco-stuff")
    #expect(
      coarse.classNames == [
        "water", "ground", "solid", "sky", "plant", "structural", "building", "food-stuff",
        "textile", "furniture-stuff", "window", "floor", "ceiling", "wall", "raw-material",
      ])
    let names = names(coarse, 0..<256)
    #expect(names[0..<91].allSatisfy { $0 == "" } && names[255] == "")
    #expect(names[91..<182].allSatisfy { $0 != nil && $0 != "" })
    #expect(names[182..<255].allSatisfy { $0 == nil })
    let counts = coarse.classNames.map { name in names.count { $0 == name } }
    #expect(counts == [5, 11, 6, 2, 9, 5, 6, 4, 11, 11, 2, 6, 2, 7, 4])
    // Grass (124), road (149), clouds (106), river (148), brick wall (171), wood (182).
    let known = [123, 148, 105, 147, 170, 181].map { names[$0] }
    #expect(known == ["plant", "ground", "sky", "water", "wall", "solid"])
  }

  @Test func cocoStuff3() throws {
    let (three, coarse) = (try map("coco-stuff-3"), try map("coco-stuff"))
    #expect(three.classNames == ["sky", "ground", "plant"])
    let expected = names(coarse, 0..<256).map { name in
      name.map { three.classNames.contains($0) ? $0 : "" }
    }
    #expect(names(three, 0..<256) == expected)
  }

  @Test func potsdam() throws {
    let colors =
      [
        (255, 255, 255), (0, 0, 255), (0, 255, 255), (0, 255, 0), (255, 255, 0), (255, 0, 0),
        (0, 0, 0),
      ] as [(UInt8, UInt8, UInt8)]
    func numbers(_ name: String) throws -> [UInt8?] {
      let map = try map(name)
      return colors.map { map.classNumber(ofColor: ClassMap.RGB($0, $1, $2)) }
    }
    #expect(try numbers("potsdam") == [0, 1, 2, 3, 4, 5, nil])
    #expect(try numbers("potsdam-3") == [0, 2, 1, 2, 0, 1, nil])
    #expect(
      try map("potsdam-3").classNames
        == ["roads and cars", "vegetation and clutter", "buildings and trees"])
  }
}
