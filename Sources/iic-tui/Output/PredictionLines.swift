import RunStorage
import Sessions

/// A picture's prediction as a line of CSV or JSON.
struct PredictionLine: Encodable {
  var path: String
  var prediction: ImagePrediction

  static func header(clusters: Int) -> String {
    CSV(["path", "cluster", "class", "name"] + (0..<clusters).map { "p\($0)" }).text
  }

  var csv: String {
    CSV(
      [path, String(prediction.cluster), prediction.className ?? "", prediction.label.text]
        + prediction.probabilities.map { "\($0)" }
    ).text
  }

  private enum CodingKeys: String, CodingKey {
    case path, cluster, name, probabilities
    case className = "class"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(path, forKey: .path)
    try container.encode(prediction.cluster, forKey: .cluster)
    // `encode` writes a nil as null.
    try container.encode(prediction.className, forKey: .className)
    try container.encode(prediction.label.text, forKey: .name)
    try container.encode(
      prediction.probabilities.map { JSONNumber($0) }, forKey: .probabilities)
  }
}
