import Datasets
import Methods
import Training

extension Configuration {
  /// Throws `SessionError` for pictures that the method cannot take.
  func checkPictures(of dataset: ImageDataset) throws(SessionError) {
    if method == .segmentation {
      guard dataset.labelMaps != nil, segmentation.masksUnlabelled else { return }
      guard (0..<dataset.count).contains(where: { dataset.labelledPixels(of: $0) > 0 }) else {
        throw SessionError(
          "\(dataset.name): no pixel of any picture has a class, so none counts; expected some, or "
            + "segmentation.masks_unlabelled=false")
      }
      return
    }
    let isUniform = (0..<dataset.count).allSatisfy {
      dataset.source.size(of: $0) == dataset.size
    }
    guard isUniform, dataset.labelMaps == nil else {
      throw SessionError(
        "\(dataset.name): its "
          + (isUniform ? "classes are those of pixels" : "pictures are of different sizes")
          + ", expected method segmentation, such as --preset segmentation-folder")
    }
  }

  /// What a person should know of pictures of which hardly any pixel counts; nil for others.
  func noteOnLabels(of dataset: ImageDataset) -> String? {
    guard method == .segmentation, segmentation.masksUnlabelled, dataset.labelMaps != nil else {
      return nil
    }
    // Of so many pictures, so that it takes no time.
    let step = max(1, dataset.count / 500)
    let images = stride(from: 0, to: dataset.count, by: step)
    let labelled = images.reduce(0) { $0 + dataset.labelledPixels(of: $1) }
    let pixels = images.reduce(0) { sum, image in
      let size = dataset.source.size(of: image)
      return sum + size.height * size.width
    }
    guard labelled * 100 < pixels else { return nil }
    return "\(labelled) of \(pixels) pixels have a class"
      + (step > 1 ? " (of every \(step)th picture)" : "")
      + ": no other one counts, and squares without any teach nothing; "
      + "segmentation.masks_unlabelled=false lets all of them count"
  }

  /// The data set that the settings name.
  package func loadDataset(
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(DatasetError) -> ImageDataset {
    try DatasetCatalog.load(
      dataset, folder: data.isEmpty ? nil : data,
      pictures: ImageFolderFormat.Options(
        shape: PictureShape(side: pictureSize, channels: min(pictureChannels, 3)),
        threads: threadCount, progress: progress),
      segmentation: segmentationOptions(progress: progress))
  }
}

extension ImageDataset {
  /// Pixels of an image that have a class; 0 where pixels have none.
  fileprivate func labelledPixels(of image: Int) -> Int {
    guard let labelMaps else { return 0 }
    let size = source.size(of: image)
    return labelMaps.withLabels(of: image) { labels in
      (0..<size.height * size.width).count { labels[$0] != LabelMap.noLabel }
    }
  }
}
