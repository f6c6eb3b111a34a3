import Foundation
import GRDB
import TestSupport

/// Values in a history that no program writes: what SQLite itself finds whole, so that the readers
/// have to look.
enum HistoryChange {
  /// Runs one to three statements against the database in `bytes`, chosen by `seed`, and returns
  /// it; one that SQLite refuses changes nothing.
  static func apply(_ seed: UInt64, to bytes: [UInt8], _ place: FuzzPlace) throws -> [UInt8] {
    var random = MutatorRandom(seed: seed)
    let path = try place.write(bytes, "changed.sqlite")
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let database = try DatabaseQueue(path: path, configuration: configuration)
    defer { try? database.close() }
    try database.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF")
      for _ in 0...random.below(3) {
        let sql = try statement(&random, database)
        // A column may refuse a value.
        try? database.execute(sql: sql)
      }
    }
    try database.close()
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private static func statement(_ random: inout MutatorRandom, _ database: Database) throws
    -> String
  {
    let tables = try String.fetchAll(
      database,
      sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    let table = random.choice(tables)
    let columns = try database.columns(in: table).map(\.name)
    let column = random.choice(columns)
    let some = random.below(2) == 0 ? "" : " WHERE rowid = \(random.below(6))"
    switch random.below(16) {
    case 0: return "DELETE FROM \(table)\(some)"
    case 1: return "INSERT OR REPLACE INTO \(table) SELECT * FROM \(table) LIMIT 1"
    case 2: return "DROP TABLE \(table)"
    case 3: return "ALTER TABLE \(table) RENAME COLUMN \(column) TO odd"
    default:
      return "UPDATE \(table) SET \(column) = \(value(&random, column, columns))\(some)"
    }
  }

  private static func value(
    _ random: inout MutatorRandom, _ column: String, _ columns: [String]
  ) -> String {
    let size = random.choice([0, 1, 2, 3, 4, 7, 8, 12, 16, 64, 4096])
    return random.choice([
      "NULL", "0", "1", "-1", "2", "1000000", "4294967296", "9223372036854775807",
      "-9223372036854775808", "1e308", "-1e308", "9e999", "-9e999", "0.5", "''", "'x'",
      "'running'", "'[]'", "'[{}]'", "'18446744073709551616'", "char(10)", "char(0)", "x'00'",
      "x'ffffffff'", "x'ffffff7f'", "x'000080ff'", "x'000000000000f07f'", "zeroblob(\(size))",
      "substr(\(column), 1, \(size))", "substr(\(column), 2)", "\(column) || \(column)",
      "-\(column)", "\(column) + 1", "CAST(\(column) AS TEXT)", "CAST(\(column) AS BLOB)",
      random.choice(columns),
    ])
  }

  /// Writes the database anew in the smallest pages but one.
  static func shrinkPages(_ url: URL) throws {
    let database = try DatabaseQueue(path: url.path)
    try database.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA page_size = 1024; VACUUM")
    }
    try database.close()
  }
}
