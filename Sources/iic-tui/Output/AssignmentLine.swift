import Datasets
import RunStorage
import Sessions

/// An image's cluster as a line of CSV or JSON.
struct AssignmentLine: Encodable {
  /// nil for images without files of their own, which a split and a number in it tell apart.
  var path: String?
  var split: String
  var index: Int
  /// From 1.
  var subHead: Int
  var assignment: ClusterAssigner.Assignment
  var name: String

  /// - Parameter place: of the sub-head, from 0.
  init(
    _ image: Int, at place: Int, _ assignment: ClusterAssigner.Assignment,
    _ assigner: ClusterAssigner
  ) {
    let origin = assigner.place(of: image)
    path = origin.path
    split = origin.split.rawValue
    index = origin.index
    subHead = place + 1
    self.assignment = assignment
    name = assigner.label(assignment.cluster, at: place).text
  }

  static func header(hasPaths: Bool) -> String {
    CSV(
      (hasPaths ? ["path"] : ["split", "index"]) + ["sub_head", "cluster", "name", "probability"]
    ).text
  }

  var csv: String {
    CSV(
      (path.map { [$0] } ?? [split, String(index)]) + [
        String(subHead), String(assignment.cluster), name, "\(assignment.probability)",
      ]
    ).text
  }

  private enum CodingKeys: String, CodingKey {
    case path, split, index, cluster, name, probability
    case subHead = "sub_head"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if let path {
      try container.encode(path, forKey: .path)
    } else {
      try container.encode(split, forKey: .split)
      try container.encode(index, forKey: .index)
    }
    try container.encode(subHead, forKey: .subHead)
    try container.encode(assignment.cluster, forKey: .cluster)
    try container.encode(name, forKey: .name)
    try container.encode(JSONNumber(assignment.probability), forKey: .probability)
  }
}
