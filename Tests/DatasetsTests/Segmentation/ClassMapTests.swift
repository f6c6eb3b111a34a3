import Testing

@testable import Datasets

@Suite struct ClassMapTests {
  @Test func valuesColorsAndMasks() throws {
    let map = try ClassMap(
      yaml: """
        # Streets.
        classes: [sky, "the ground"]
        map: {0: sky, 3: the ground, "128,64,128": the ground, "1, 2, 3": sky}
        masked: [11, 65535, "0,0,0"]
        """, source: "f")
    #expect(map.classNames == ["sky", "the ground"] && !map.masksOthers)
    let values: [UInt16] = [0, 1, 3, 11, 12, 65_535]
    #expect(values.map { map.classNumber(ofValue: $0) } == [0, nil, 1, 255, nil, 255])
    let colors = [(128, 64, 128), (0, 0, 0), (1, 2, 3), (1, 2, 4)] as [(UInt8, UInt8, UInt8)]
    #expect(
      colors.map { map.classNumber(ofColor: ClassMap.RGB($0, $1, $2)) } == [1, 255, 0, nil])
  }

  @Test func othersAreMasked() throws {
    let map = try ClassMap(yaml: "classes: [a]\nmap: {7: a}\nothers: masked\n", source: "f")
    #expect(map.classNumber(ofValue: 7) == 0 && map.classNumber(ofValue: 8) == 255)
    #expect(map.classNumber(ofColor: ClassMap.RGB(0, 0, 0)) == 255)
  }

  @Test func asManyClassesAsThereMayBe() throws {
    func yaml(_ count: Int) -> String {
      "classes: [\((0..<count).map { "c\($0)" }.joined(separator: ", "))]\n"
        + "map: {\((0..<count).map { "\($0): c\($0)" }.joined(separator: ", "))}\n"
    }
    let map = try ClassMap(yaml: yaml(255), source: "f")
    #expect(map.classNumber(ofValue: 254) == 254 && map.classNames.count == 255)
    #expect(throws: Self.malformed("line 1: classes", "256 names", "at most 255")) {
      try ClassMap(yaml: yaml(256), source: "f")
    }
  }

  private static func malformed(
    _ field: String, _ found: String, _ expected: String
  ) -> DatasetError {
    .malformed(path: "f", field: field, found: found, expected: expected)
  }

  @Test(arguments: [
    ("", "f: content is no keys and values, expected the keys classes and map"),
    ("[1]", "f: content is no keys and values, expected the keys classes and map"),
    (
      "classes: [a]\nmap: {0: a}\nclass: b",
      "f: line 3: a key is 'class', expected one of classes, map, masked, others"
    ),
    ("map: {0: a}", "f: classes is missing or empty, expected names in brackets"),
    (
      "classes: []\nmap: {0: a}",
      "f: line 1: classes is missing or empty, expected names in brackets"
    ),
    ("classes: a\nmap: {0: a}", "f: line 1: classes is no list, expected names in brackets"),
    (
      "classes: [a, b]\nmap: {0: \"a\\u2029b\"}",
      "f: line 2: map.0 is 'a b', expected one of a, b"
    ),
    ("classes: [a, b, a]\nmap: {0: a}", "f: line 1: classes is 'a' twice, expected each name once"),
    (
      "classes: [a, '']\nmap: {0: a}",
      "f: line 1: classes is a list with an empty name, expected names"
    ),
    (
      "classes: [a]",
      "f: map is missing, expected labels with the names of their classes, such as "
        + "{0: sky}"
    ),
    (
      "classes: [a]\nmap: [0]",
      "f: line 2: map is no group, expected labels with the names of their classes, such as {0: sky}"
    ),
    ("classes: [a, b]\nmap: {0: c}", "f: line 2: map.0 is 'c', expected one of a, b"),
    ("classes: [a]\nmap: {0: [a]}", "f: line 2: map.0 is no word, expected the name of a class"),
    (
      "classes: [a]\nmap: {sky: a}",
      "f: line 2: a key of map is 'sky', expected a value of 0…65535 or a colour as \"128,64,128\""
    ),
    (
      "classes: [a]\nmap: {-1: a}",
      "f: line 2: a key of map is '-1', expected a value of 0…65535 or a colour as \"128,64,128\""
    ),
    (
      "classes: [a]\nmap: {\"1,2,256\": a}",
      "f: line 2: a key of map is '1,2,256', expected a value of 0…65535 or a colour as \"128,64,128\""
    ),
    (
      "classes: [a]\nmap: {0: a}\nmasked: 3",
      "f: line 3: masked is no list, expected labels in brackets, such as [11, \"0,0,0\"]"
    ),
    (
      "classes: [a]\nmap: {0: a}\nmasked: [0]",
      "f: line 3: masked label 0 is there twice, expected each label once"
    ),
    (
      "classes: [a]\nmap: {0: a, 00: a}",
      "f: line 2: map.0 is there twice, expected each label once"
    ),
    (
      "classes: [a]\nmap: {0: a}\nothers: sky",
      "f: line 3: others is 'sky', expected masked, or no such key"
    ),
  ]) func whatIsNoClassMap(yaml: String, problem: String) {
    let error = #expect(throws: DatasetError.self) { try ClassMap(yaml: yaml, source: "f") }
    #expect(error?.description == problem)
  }

  @Test(arguments: [
    ("classes: [a", "line 1 is inside of a list that is not closed there, expected ',' or ']'"),
    (
      "# Mine\nclasses: [a, b\nmap: {0: a}\n",
      "line 3 is inside of a list from line 2 that is not closed there, expected ',' or ']'"
    ),
    (
      "classes: [a]\nmap: {0: a\n",
      "line 2 is inside of a group that is not closed there, expected ',' or '}'"
    ),
    (
      "classes: [a]\nclasses: [b]\nmap: {0: a}",
      "line 1 is the key 'classes', which stands there twice, expected each key once"
    ),
    (
      "classes: [a]\nmap: {0: a, 0: a}",
      "line 2 is the key '0', which stands there twice, expected each key once"
    ),
    (
      "classes: [a]\nothers: b: c",
      "line 2 is a ':' where none may stand, expected one key and value on a line, the value in "
        + "quotes where it has a ':'"
    ),
    (
      "classes: [\"a]\nmap: {0: a}\n",
      "line 2 is inside of a quote from line 1 that is not closed, expected the quote's other end"
    ),
    (
      "classes: [a]\n\tmap: {0: a}",
      "line 2 is a character that no value begins with, expected quotes around the value"
    ),
    (
      "classes: [a]\nmap\n",
      "line 2 is a word without ':', expected a key, ':' and its value"
    ),
    (
      "classes: [a]\n  map: {0: a}",
      "line 2 is no key as those from line 1, expected each key as far to the right as the first"
    ),
    (
      "classes: [@a]",
      "line 1 is a character that no value begins with, expected quotes around the value"
    ),
    (
      "classes: [*a]\n",
      "line 1 is a '*' with no anchor of its name, expected quotes around a value with a '*'"
    ),
  ]) func whatIsNoYAML(yaml: String, problem: String) {
    let error = #expect(throws: DatasetError.self) { try ClassMap(yaml: yaml, source: "f") }
    #expect(error?.description == "f: " + problem)
  }

  /// Maps that mean something else have other caches.
  @Test func fingerprintsTellMapsApart() throws {
    let maps = try [
      "classes: [a, b]\nmap: {0: a, 1: b}", "classes: [a, b]\nmap: {0: b, 1: a}",
      "classes: [a, b]\nmap: {0: a, 1: b}\nmasked: [2]",
      "classes: [a, b]\nmap: {0: a, 1: b}\nothers: masked",
      "classes: [a, b]\nmap: {\"0,0,0\": a, \"0,0,1\": b}",
    ].map { try ClassMap(yaml: $0, source: "f").fingerprint }
    #expect(Set(maps).count == maps.count)
    #expect(maps[0] == "0:0 1:1 others:false classes:2")
  }
}
