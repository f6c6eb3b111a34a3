import Datasets
import Foundation
import RunStorage
import Sessions
import Snapshots

/// A run as TensorBoard reads it.
package enum TensorBoardExport {
  /// Writes one event file into the folder, which is made if it is missing. The run's earlier one
  /// is replaced, whole or not at all. One step or evaluation is in memory at a time.
  ///
  /// Scalars of each step: `loss/<head>`, `mutual_information/<head>`, `learning_rate`,
  /// `images_per_second`. Of each evaluation, for each head (its reported sub-head) and each
  /// `<head>-<sub-head>`: `accuracy`, `nmi`, `ari`, `evaluation_loss`, `agreement`; and
  /// `suggested_clusters/<head>`. What was not measured, such as scores without labels, is left
  /// out. Images of each evaluation, of the reported sub-heads: `joint/<head>` and
  /// `samples/<head>`, the paper's Figure 5. Times are those of the training, without pauses.
  ///
  /// - Returns: the file.
  /// - Throws: an error of one line if the history cannot be read, or the file not be written.
  @discardableResult
  package static func write(_ reader: RunHistoryReader, to folder: URL) throws -> URL {
    let run = try reader.description()
    let samples = try reader.samples()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw StorageError(folder, "no folder can be made there")
    }
    let url = folder.appendingPathComponent(fileName(run))
    try AtomicFile.write(to: url) { output throws(StorageError) in
      do {
        let file = try EventFile(output, time: run.startedAt)
        try reader.forEach(
          step: { step in
            try file.add(scalars(step), step: step.step, time: run.startedAt + step.elapsed)
          },
          evaluation: { evaluation in
            let images = try evaluation.heads.flatMap {
              try Self.images($0, samples, classNames: run.classNames, path: url.path)
            }
            try file.add(
              scalars(evaluation) + images, step: evaluation.step,
              time: run.startedAt + evaluation.elapsed)
          })
      } catch let error as StorageError {
        throw error
      } catch {
        throw StorageError(url, "cannot write: \(error)")
      }
    }
    return url
  }

  /// TensorBoard knows event files by the beginning, and expects a time and a host in the name. All
  /// of it is the same for a run however often it is exported.
  private static func fileName(_ run: RunDescription) -> String {
    let seconds = Int(exactly: run.startedAt.rounded(.down)) ?? 0
    var bytes = [CChar](repeating: 0, count: 65)
    gethostname(&bytes, bytes.count - 1)
    let host = bytes.prefix { $0 != 0 }.map { byte in
      let character = Character(Unicode.Scalar(UInt8(bitPattern: byte)))
      return character.isASCII && (character.isLetter || character.isNumber) ? character : "-"
    }
    // With a long name, the file's would be longer than file systems allow.
    var name = run.name
    while name.utf8.count > 100 { name.removeLast() }
    return "events.out.tfevents.\(seconds).\(String(host)).\(name)"
  }

  private static func scalars(_ step: StepSnapshot) -> [Summary.Value] {
    [
      .scalar("loss/\(step.head)", step.loss),
      .scalar("mutual_information/\(step.head)", step.mutualInformation),
      .scalar("learning_rate", step.learningRate),
      .scalar("images_per_second", step.imagesPerSecond),
    ].compactMap { $0 }
  }

  private static func scalars(_ evaluation: EvaluationSnapshot) -> [Summary.Value] {
    evaluation.heads.flatMap { head in
      let reported = scalars(head.subHeads[head.reportedSubHead], "\(head.head)")
      let all = head.subHeads.map { scalars($0, "\(head.head)-\($0.index + 1)") }
      let suggested = Summary.Value.scalar(
        "suggested_clusters/\(head.head)", head.suggestion.map { Double($0.clusters) })
      return reported + all.flatMap { $0 } + [suggested].compactMap { $0 }
    }
  }

  private static func scalars(
    _ subHead: SubHeadEvaluation, _ name: String
  ) -> [Summary.Value] {
    [
      .scalar("accuracy/\(name)", subHead.accuracy), .scalar("nmi/\(name)", subHead.nmi),
      .scalar("ari/\(name)", subHead.ari), .scalar("evaluation_loss/\(name)", subHead.loss),
      .scalar("agreement/\(name)", subHead.agreement),
    ].compactMap { $0 }
  }

  private static func images(
    _ head: HeadEvaluation, _ samples: SampleImages, classNames: [String], path: String
  ) throws(DatasetError) -> [Summary.Value] {
    let subHead = head.subHeads[head.reportedSubHead]
    let joint = JointPicture.picture(of: subHead)
    let sheet = SampleSheet(subHead, of: samples, classNames: classNames).picture()
    var values: [Summary.Value] = []
    for (tag, picture) in [("joint", joint), ("samples", sheet)] {
      guard let picture else { continue }
      var value = Summary.Value()
      value.tag = "\(tag)/\(head.head)"
      value.image.width = Int32(clamping: picture.width)
      value.image.height = Int32(clamping: picture.height)
      value.image.colorspace = Int32(picture.channels)
      value.image.encodedImageString = Data(try picture.pngBytes(path: path))
      values.append(value)
    }
    return values
  }
}
