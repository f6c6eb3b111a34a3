/// How accurate the test images are when a part of the training labels names the clusters.
struct LabelShareLine: Encodable {
  /// In percent.
  var share: Double
  /// 0...1.
  var accuracy: Double

  var line: String {
    let labels = share == share.rounded() ? String(Int(share)) : String(share)
    return "clusters named by \(labels) % of the labels, many to one: test images "
      + "\(Format.percent(accuracy))\n"
  }
}
