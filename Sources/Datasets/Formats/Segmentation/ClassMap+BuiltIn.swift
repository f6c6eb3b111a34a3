/// The class maps that come with the program.
extension ClassMap {
  /// By the names of data sets that they are for.
  package static let builtIn: [String: ClassMap] = Dictionary(
    uniqueKeysWithValues: [camVid, camVid3, cocoStuff, cocoStuff3, potsdam, potsdam3].map {
      ($0.source, $0)
    })

  /// The largest value of CamVid's label pictures.
  static let largestCamVidLabel: UInt16 = 11

  // The numbering of the label pictures that come with SegNet's tutorial (CamVid's 32 classes
  // brought down to 11, and 11 for what is none of them), which most others use too.
  static let camVid = ClassMap(
    source: "camvid",
    classNames: [
      "sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car", "pedestrian",
      "bicyclist",
    ],
    values: Dictionary(
      uniqueKeysWithValues: (0...10).map { (UInt16($0), UInt8($0)) }
        + [(largestCamVidLabel, LabelMap.noLabel)]))

  static let camVid3 = ClassMap(
    source: "camvid-3", classNames: ["sky", "ground", "upright"],
    groups: [[0], [3, 4], [1, 2, 5, 6, 7]], masked: [8, 9, 10, largestCamVidLabel])

  // The colours of the ISPRS 2D semantic labelling contest.
  static let potsdam = ClassMap(
    source: "potsdam",
    classNames: [
      "impervious surface", "building", "low vegetation", "tree", "car", "clutter",
    ],
    values: [:],
    colors: [
      PotsdamColor.impervious: 0, PotsdamColor.building: 1, PotsdamColor.lowVegetation: 2,
      PotsdamColor.tree: 3, PotsdamColor.car: 4, PotsdamColor.clutter: 5,
    ])

  static let potsdam3 = ClassMap(
    source: "potsdam-3",
    classNames: ["roads and cars", "vegetation and clutter", "buildings and trees"],
    values: [:],
    colors: [
      PotsdamColor.impervious: 0, PotsdamColor.car: 0, PotsdamColor.lowVegetation: 1,
      PotsdamColor.clutter: 1, PotsdamColor.building: 2, PotsdamColor.tree: 2,
    ])

  private enum PotsdamColor {
    static let impervious = RGB(255, 255, 255)
    static let building = RGB(0, 0, 255)
    static let lowVegetation = RGB(0, 255, 255)
    static let tree = RGB(0, 255, 0)
    static let car = RGB(255, 255, 0)
    static let clutter = RGB(255, 0, 0)
  }

  /// - Parameters:
  ///   - groups: the label values of each class.
  ///   - masked: label values without a class.
  init(source: String, classNames: [String], groups: [[UInt16]], masked: [UInt16]) {
    var values: [UInt16: UInt8] = [:]
    for (number, group) in groups.enumerated() {
      for value in group { values[value] = UInt8(number) }
    }
    for value in masked { values[value] = LabelMap.noLabel }
    self.init(source: source, classNames: classNames, values: values)
  }
}
