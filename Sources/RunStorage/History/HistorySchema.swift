import Foundation
import GRDB

/// The tables of `history.sqlite`. Migrations are named and only ever added: a released one never
/// changes.
///
/// SQLite has no NaN and stores it as NULL, so a NULL measurement reads as NaN. Blobs are
/// little-endian arrays.
enum HistorySchema {
  static let migrator: DatabaseMigrator = {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 runs, steps, evaluations") { database in
      try database.execute(sql: runTables)
      try database.execute(sql: stepAndEvaluationTables)
    }
    migrator.registerMigration("2 images without labels") { database in
      try database.execute(sql: optionalLabels)
    }
    migrator.registerMigration("3 evaluations on a sample") { database in
      try database.execute(sql: evaluatedImages)
    }
    migrator.registerMigration("4 epochs of different lengths") { database in
      // Heads that train on different images take different numbers of steps an epoch.
      try database.execute(sql: "ALTER TABLE run DROP COLUMN stepsPerEpoch")
    }
    migrator.registerMigration("5 trees, agreement, warnings, restarts") { database in
      try database.execute(sql: treesAndRestarts)
    }
    migrator.registerMigration("6 agreement among scores") { database in
      // A list of runs asks for the sub-head that is reported.
      try database.execute(
        sql: """
          DROP INDEX subHeadEvaluationScores;
          CREATE INDEX subHeadEvaluationScores
            ON subHeadEvaluation(evaluation, head, position, loss, accuracy, agreement);
          """)
    }
    migrator.registerMigration("7 maps of pixels") { database in
      try database.execute(sql: pixelMaps)
    }
    migrator.registerMigration("8 identity of the data") { database in
      // JSON of {images, height, width, channels, checksum}; NULL in what an older program wrote.
      try database.execute(sql: "ALTER TABLE run ADD COLUMN data TEXT")
    }
    migrator.registerMigration("9 the last checkpoint") { database in
      // Its step, 0 before the first; NULL in what an older program wrote.
      try database.execute(sql: "ALTER TABLE run ADD COLUMN checkpointStep INTEGER")
    }
    return migrator
  }()

  /// - Throws: a `StorageError` if a newer program wrote the database, or it holds no history.
  static func check(_ database: Database, at url: URL) throws {
    try checkNotNewer(database, at: url)
    // No later migration takes away what is read, so what an older program wrote is read as it is.
    guard let first = migrator.migrations.first,
      try migrator.appliedIdentifiers(database).contains(first)
    else {
      throw StorageError(url, "is not a run's history: its tables are missing")
    }
  }

  /// - Throws: a `StorageError` if a newer program wrote the database.
  static func checkNotNewer(_ database: Database, at url: URL) throws {
    let known = Set(migrator.migrations)
    if let newer = try migrator.appliedIdentifiers(database).subtracting(known).min() {
      throw StorageError(
        url,
        "was written by a newer iic-tui (it has '\(newer)', this one knows up to "
          + "'\(migrator.migrations.last ?? "nothing")')")
    }
  }

  /// `mapping` and `confusion` may be NULL, as are the three scores then: images without labels.
  /// The index has all that a list of runs asks of an evaluation.
  private static let optionalLabels = """
    CREATE TABLE newSubHeadEvaluation (
      evaluation INTEGER NOT NULL REFERENCES evaluation(id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      head TEXT NOT NULL,
      subHead INTEGER NOT NULL,
      loss REAL,
      mutualInformation REAL,
      entropy REAL,
      conditionalEntropy REAL,
      accuracy REAL,
      nmi REAL,
      ari REAL,
      joint BLOB NOT NULL,            -- float32 [clusters, clusters]
      masses BLOB NOT NULL,           -- float32 [clusters]: the share of images in each
      mapping BLOB,                   -- int32 [clusters]: the class of each, -1 for none
      confusion BLOB,                 -- int32 [clusters, classes]
      sampleProbabilities BLOB NOT NULL,  -- float32 [samples, clusters]
      PRIMARY KEY (evaluation, position)
    );
    INSERT INTO newSubHeadEvaluation (evaluation, position, head, subHead, loss, mutualInformation,
      entropy, conditionalEntropy, accuracy, nmi, ari, joint, masses, mapping, confusion,
      sampleProbabilities)
    SELECT evaluation, position, head, subHead, loss, mutualInformation, entropy,
      conditionalEntropy, accuracy, nmi, ari, joint, masses, mapping, confusion,
      sampleProbabilities FROM subHeadEvaluation;
    DROP TABLE subHeadEvaluation;
    ALTER TABLE newSubHeadEvaluation RENAME TO subHeadEvaluation;
    CREATE INDEX subHeadEvaluationScores
      ON subHeadEvaluation(evaluation, head, position, loss, accuracy);
    """

  /// How many images an evaluation measured; until here, always all.
  private static let evaluatedImages = """
    ALTER TABLE evaluation ADD COLUMN images INTEGER;
    UPDATE evaluation SET images = (SELECT evaluationImages FROM run);
    """

  /// NULL in what an older program wrote, but for `suggestedClusters` and `jump`, which are also
  /// NULL where the trees show no number of classes.
  private static let treesAndRestarts = """
    ALTER TABLE evaluation ADD COLUMN warnings TEXT;          -- JSON array of {kind, text}
    ALTER TABLE subHeadEvaluation ADD COLUMN merges BLOB;     -- float64 [merges, 3]: nodes, nats
    ALTER TABLE subHeadEvaluation ADD COLUMN agreement REAL;
    ALTER TABLE subHeadEvaluation ADD COLUMN alignment BLOB;  -- int32 [clusters]
    ALTER TABLE subHeadEvaluation ADD COLUMN oneToOneAccuracy REAL;
    ALTER TABLE subHeadEvaluation ADD COLUMN manyToOneAccuracy REAL;
    ALTER TABLE subHeadEvaluation ADD COLUMN suggestedClusters INTEGER;  -- of its whole head
    ALTER TABLE subHeadEvaluation ADD COLUMN jump REAL;
    CREATE TABLE restart (
      step INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      head TEXT NOT NULL,
      subHeads BLOB NOT NULL,         -- int32
      PRIMARY KEY (step, head)
    );
    """

  /// NULL in what an older program wrote, and for heads that cluster whole images.
  private static let pixelMaps = """
    ALTER TABLE sampleImages ADD COLUMN labelMaps BLOB;       -- packed uint8 [count, height, width]
    ALTER TABLE subHeadEvaluation ADD COLUMN sampleMaps BLOB; -- packed uint8 [count, height, width]
    ALTER TABLE subHeadEvaluation ADD COLUMN displacements BLOB;  -- float32 [2d + 1, 2d + 1]
    """

  private static let runTables = """
    CREATE TABLE run (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      name TEXT NOT NULL,
      preset TEXT NOT NULL,
      dataset TEXT NOT NULL,
      classNames TEXT NOT NULL,       -- JSON array of strings
      configuration TEXT NOT NULL,    -- YAML
      seed TEXT NOT NULL,             -- decimal, up to 2^64 - 1
      heads TEXT NOT NULL,            -- JSON array of {name, clusters, subHeads}
      epochs INTEGER NOT NULL,
      stepsPerEpoch INTEGER NOT NULL,
      plannedSteps INTEGER NOT NULL,
      imagesPerStep INTEGER NOT NULL,
      evaluationImages INTEGER NOT NULL,
      parameterCount INTEGER NOT NULL,
      startedAt REAL NOT NULL,        -- seconds since 1970
      resumedAt REAL NOT NULL,        -- the same for the last start of a process on it
      generation INTEGER NOT NULL,    -- how many times it was started
      status TEXT NOT NULL,           -- running, completed, stopped, failed
      endMessage TEXT,
      isPaused INTEGER NOT NULL
    );
    CREATE TABLE sampleImages (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      width INTEGER NOT NULL,
      height INTEGER NOT NULL,
      channels INTEGER NOT NULL,
      pixels BLOB NOT NULL,           -- [count, height, width, channels] bytes
      labels BLOB NOT NULL            -- int32 [count], -1 for an image without a label
    );
    """

  private static let stepAndEvaluationTables = """
    CREATE TABLE step (
      step INTEGER PRIMARY KEY,
      epoch INTEGER NOT NULL,
      head TEXT NOT NULL,
      loss REAL,
      subHeadLosses BLOB NOT NULL,    -- float64 [sub-heads]
      mutualInformation REAL,
      learningRate REAL,
      imagesPerSecond REAL,
      elapsed REAL
    );
    CREATE TABLE evaluation (
      id INTEGER PRIMARY KEY,
      step INTEGER NOT NULL,
      epoch INTEGER NOT NULL,
      elapsed REAL
    );
    CREATE INDEX evaluationByStep ON evaluation(step);
    CREATE TABLE subHeadEvaluation (
      evaluation INTEGER NOT NULL REFERENCES evaluation(id) ON DELETE CASCADE,
      position INTEGER NOT NULL,      -- its place among all sub-heads of the evaluation
      head TEXT NOT NULL,
      subHead INTEGER NOT NULL,
      loss REAL,
      mutualInformation REAL,
      entropy REAL,
      conditionalEntropy REAL,
      accuracy REAL,
      nmi REAL,
      ari REAL,
      joint BLOB NOT NULL,            -- float32 [clusters, clusters]
      masses BLOB NOT NULL,           -- float32 [clusters]
      mapping BLOB NOT NULL,          -- int32 [clusters], -1 where unmapped
      confusion BLOB NOT NULL,        -- int32 [clusters, classes]
      sampleProbabilities BLOB NOT NULL,  -- float32 [samples, clusters]
      PRIMARY KEY (evaluation, position)
    );
    """
}
