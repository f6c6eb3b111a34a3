import Snapshots
import Testing

@testable import Training

@Suite struct WarningTests {
  private func kinds(_ assignments: String...) throws -> [[Warning.Kind]] {
    var configuration = try TrainingFixture.configuration(
      "evaluation.epochs=1", "training.epochs=3")
    for assignment in assignments { try configuration.apply(assignment: assignment) }
    return try TrainingFixture.train(configuration).evaluations.map { $0.warnings.map(\.kind) }
  }

  @Test func ofBatchesTooSmallForTheJoint() throws {
    // 24 pairs, and 23 × 23 entries.
    let warned = try kinds("heads.A.clusters=23", "training.epochs=1")
    #expect(warned.allSatisfy { $0.contains(.smallBatch) })
    #expect(try kinds("training.epochs=1").allSatisfy { !$0.contains(.smallBatch) })
  }

  @Test func ofViewsThatAreTheImagesThemselves() throws {
    let identical = [
      "transform.centre_crop_probability=1", "transform.transformed_crops=10",
      "transform.rotation_probability=0", "transform.brightness=0", "transform.contrast=0",
    ]
    var configuration = try TrainingFixture.configuration("training.epochs=1")
    for assignment in identical { try configuration.apply(assignment: assignment) }
    let warnings = try TrainingFixture.train(configuration).evaluations.flatMap(\.warnings)
    #expect(warnings.contains { $0.kind == .identicalViews })
  }

  /// At a rate of nearly 0 the first weights stay, which know nothing.
  @Test func ofACollapseOnlyWhenThereWasTimeToLearn() throws {
    let warned = try kinds("training.learning_rate=1e-12")
    #expect(warned.count == 4)
    #expect(warned[0].isEmpty && warned[1].isEmpty)
    #expect(warned[2].contains(.collapse))
  }
}
