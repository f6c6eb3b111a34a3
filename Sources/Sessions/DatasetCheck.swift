import Datasets
import Foundation
import Training

/// A data set that was read file by file, with what was found.
package struct DatasetCheck: Sendable {
  /// What the folder was taken for, or named.
  package let entry: DatasetCatalog.Entry
  /// Absolute.
  package let folder: String
  package let dataset: ImageDataset
  package let census: DatasetCensus

  /// The preset that would cluster the pixels of what was taken for whole images; nil where none
  /// would.
  package var otherPreset: String? {
    entry.name == ImageFolderFormat.name ? SegmentationFolderFormat.name : nil
  }

  /// Reads all of the data set in a folder, its pictures anew.
  ///
  /// - Parameters:
  ///   - name: of the data set; what lies there is recognised if nil.
  ///   - progress: told how many of how many images are read, from any thread.
  /// - Throws: `DatasetError` if it is not readable.
  package init(
    folder: String, name: String?,
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
  ) throws(DatasetError) {
    self.folder = UserPath.absolute(folder)
    if let name {
      entry = try DatasetCatalog.entry(named: name)
    } else {
      entry = try DatasetCatalog.recognize(self.folder)
    }
    let usual = Configuration()
    var pictures = ImageFolderFormat.Options(
      shape: PictureShape(side: usual.pictureSize, channels: usual.pictureChannels),
      threads: usual.threadCount, progress: progress)
    pictures.trustsCache = false
    var segmentation = SegmentationFolderFormat.Options(
      threads: usual.threadCount, progress: progress)
    segmentation.trustsCache = false
    if entry.hasInfrared { segmentation.channels = 4 }
    dataset = try DatasetCatalog.load(
      entry.name, folder: self.folder, pictures: pictures, segmentation: segmentation)
    census = DatasetCensus(dataset, progress: progress)
  }
}
