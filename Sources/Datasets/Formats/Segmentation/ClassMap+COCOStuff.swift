// COCO-Stuff's label hierarchy (Caesar, Uijlings, Ferrari: COCO-Stuff, 2018). Of its 182 fine
// labels 1…91 are things and 92…182 stuff; a pixel of the PNGs of "stuffthingmaps" has the label's
// number less 1, and 255 where it has none.
extension ClassMap {
  /// The classes that COCO-Stuff brings its fine stuff labels down to, each with the numbers of
  /// those, 92…182.
  private static let cocoStuffGroups: [(name: String, labels: [UInt16])] = [
    // fog, river, sea, water (other), waterdrops
    ("water", [120, 148, 155, 178, 179]),
    // dirt, gravel, ground (other), mud, pavement, platform, playing field, railroad, road, sand,
    // snow
    ("ground", [111, 125, 126, 136, 140, 144, 145, 147, 149, 154, 159]),
    // hill, mountain, rock, solid (other), stone, wood
    ("solid", [127, 135, 150, 160, 162, 182]),
    // clouds, sky (other)
    ("sky", [106, 157]),
    // branch, bush, flower, grass, leaves, moss, plant (other), straw, tree
    ("plant", [94, 97, 119, 124, 129, 134, 142, 163, 169]),
    // cage, fence, net, railing, structural (other)
    ("structural", [99, 113, 138, 146, 164]),
    // bridge, building (other), house, roof, skyscraper, tent
    ("building", [95, 96, 128, 151, 158, 166]),
    // food (other), fruit, salad, vegetable
    ("food-stuff", [121, 122, 153, 170]),
    // banner, blanket, cloth, clothes, curtain, mat, napkin, pillow, rug, textile (other), towel
    ("textile", [92, 93, 104, 105, 109, 131, 137, 141, 152, 167, 168]),
    // cabinet, counter, cupboard, desk, door, furniture (other), light, mirror, shelf, stairs,
    // table
    ("furniture-stuff", [98, 107, 108, 110, 112, 123, 130, 133, 156, 161, 165]),
    // blind, window (other)
    ("window", [180, 181]),
    // carpet, marble, floor (other), stone, tile, wood
    ("floor", [101, 114, 115, 116, 117, 118]),
    // ceiling (other), tile
    ("ceiling", [102, 103]),
    // brick, concrete, wall (other), panel, stone, tile, wood
    ("wall", [171, 172, 173, 174, 175, 176, 177]),
    // cardboard, metal, paper, plastic
    ("raw-material", [100, 132, 139, 143]),
  ]

  static let cocoStuff = cocoStuff(source: "coco-stuff", cocoStuffGroups.map(\.name))

  static let cocoStuff3 = cocoStuff(source: "coco-stuff-3", ["sky", "ground", "plant"])

  /// The map to some of the stuff classes; all other labels have none.
  private static func cocoStuff(source: String, _ names: [String]) -> ClassMap {
    let groups = names.map { name in
      cocoStuffGroups.first { $0.name == name }.map { $0.labels.map { $0 - 1 } } ?? []
    }
    let used = Set(groups.joined())
    return ClassMap(
      source: source, classNames: names, groups: groups,
      masked: (0..<182).filter { !used.contains($0) } + [255])
  }
}
