import Snapshots

/// The pictures that there are of a sample whose pixels are clustered, most important first.
package enum SegmentationPicture: Sendable, Equatable, CaseIterable {
  case picture, prediction, truth, disagreement

  var name: String {
    switch self {
    case .picture: "picture"
    case .prediction: "prediction"
    case .truth: "truth"
    case .disagreement: "disagreement"
    }
  }
}

/// One sample of a run that clusters pixels, with its maps as far as they fit it.
package struct SegmentationSample: Sendable, Equatable {
  /// In pixels; 0 of a damaged sample.
  package let width: Int
  package let height: Int
  package let index: Int
  private let hasPicture: Bool
  /// `[height, width]` each; nil where there is none, or none of that size.
  private let clusters: ArraySlice<UInt8>?
  private let labels: ArraySlice<UInt8>?
  private let classOfCluster: [Int]?

  package init(_ samples: SampleImages, index: Int, _ subHead: SubHeadEvaluation?) {
    let exists =
      index >= 0 && index < samples.count && samples.width > 0 && samples.height > 0
    width = exists ? samples.width : 0
    height = exists ? samples.height : 0
    self.index = index
    /// Whether `bytes` is `[count, height, width, channels]`: by division, which cannot overflow.
    func fits(_ bytes: Int, channels: Int) -> Bool {
      guard exists, bytes % samples.count == 0 else { return false }
      let each = bytes / samples.count
      return channels > 0 && each % channels == 0 && each / channels % samples.width == 0
        && each / channels / samples.width == samples.height
    }
    func map(_ values: [UInt8]) -> ArraySlice<UInt8>? {
      guard fits(values.count, channels: 1) else { return nil }
      let area = samples.width * samples.height
      return values[index * area..<(index + 1) * area]
    }
    hasPicture = fits(samples.pixels.count, channels: samples.channels)
    clusters = subHead.flatMap { map($0.sampleMaps) }
    labels = map(samples.labelMaps)
    classOfCluster = subHead?.scores?.classOfCluster
  }

  /// Those that can be drawn, most important first.
  package var pictures: [SegmentationPicture] {
    SegmentationPicture.allCases.filter { picture in
      switch picture {
      case .picture: hasPicture
      case .prediction: clusters != nil
      case .truth: labels != nil
      case .disagreement: clusters != nil && labels != nil && classOfCluster != nil
      }
    }
  }

  /// The regions that the sub-head sees.
  /// - Parameter chosen: keeps the pixels of this cluster alone; all if nil.
  package func prediction(_ key: MapKey, chosen: Int? = nil) -> RegionMap {
    map(clusters) { cluster in
      let region = key.region(ofCluster: cluster)
      guard let chosen, region != .none else { return region }
      return Int(cluster) == chosen ? region : .other
    }
  }

  package func truth(_ key: MapKey) -> RegionMap {
    map(labels) { key.region(ofLabel: $0) }
  }

  /// Where the sub-head is right and where it is wrong; nothing where no class is known.
  package var disagreement: RegionMap {
    guard let clusters, let labels else { return RegionMap(width: 0, height: 0, regions: []) }
    return RegionMap(
      width: width, height: height,
      regions: zip(clusters, labels).map { isRight($0, $1).map { $0 ? .right : .wrong } ?? .none })
  }

  /// Of the pixels that have a class and a cluster, the share whose cluster is matched to it,
  /// 0...1; nil where there is none.
  package var accuracy: Double? {
    guard let clusters, let labels else { return nil }
    let answers = zip(clusters, labels).compactMap { isRight($0, $1) }
    return answers.isEmpty ? nil : Double(answers.count { $0 }) / Double(answers.count)
  }

  private func isRight(_ cluster: UInt8, _ label: UInt8) -> Bool? {
    guard let classOfCluster, label != SampleImages.noClass,
      classOfCluster.indices.contains(Int(cluster))
    else { return nil }
    return classOfCluster[Int(cluster)] == Int(label)
  }

  private func map(_ values: ArraySlice<UInt8>?, _ region: (UInt8) -> MapRegion) -> RegionMap {
    RegionMap(width: width, height: height, regions: (values ?? []).map(region))
  }
}
