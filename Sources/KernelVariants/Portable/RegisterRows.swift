// The rows of a register tile, as fields and methods. The compiler keeps the elements of an array
// in registers only while nothing in the loop, not even a prefetch, might touch memory, and it does
// not promise to inline a closure. Loops around a tile test their condition at the end (`repeat`):
// if a loop might not run at all, the compiler keeps every sum twice.

/// What each row of a tile is multiplied by.
protocol RowFactors {
  func factor(_ row: Int) -> Vector
}

/// One number for each row.
struct Broadcasts: RowFactors {
  let first: UnsafePointer<Float>
  let stride: Int

  @inline(__always)
  func factor(_ row: Int) -> Vector { Vector(repeating: first[row &* stride]) }
}

/// A vector for each row.
struct Loads: RowFactors {
  let first: UnsafePointer<Float>
  let stride: Int

  @inline(__always)
  func factor(_ row: Int) -> Vector { load(first + row &* stride) }
}

/// The sums that a row of a tile holds, one to three vectors of columns.
protocol RowSums {
  associatedtype Columns
  /// Zero.
  init()
  /// self + factor · columns
  mutating func accumulate(_ factor: Vector, times columns: Columns)
  /// Vectors go `stride` floats apart.
  func store(to target: UnsafeMutablePointer<Float>, _ stride: Int)
  func add(to target: UnsafeMutablePointer<Float>, _ stride: Int)
}

extension Vector {
  @inline(__always)
  fileprivate func store(to target: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(target).storeBytes(of: self, as: Vector.self)
  }

  @inline(__always)
  fileprivate func add(to target: UnsafeMutablePointer<Float>) {
    (load(target) + self).store(to: target)
  }
}

/// Sums of neighbouring vectors of columns.
protocol ColumnSums: RowSums {
  static func columns(_ source: UnsafePointer<Float>) -> Columns
}

/// One vector wide.
struct VectorSum: ColumnSums {
  typealias Columns = Vector
  private(set) var sum = Vector(repeating: 0)

  @inline(__always)
  static func columns(_ source: UnsafePointer<Float>) -> Columns { load(source) }

  @inline(__always)
  mutating func accumulate(_ factor: Vector, times column: Vector) {
    sum = multiplyAdd(sum, factor, column)
  }

  @inline(__always)
  func store(to target: UnsafeMutablePointer<Float>, _: Int) { sum.store(to: target) }

  @inline(__always)
  func add(to target: UnsafeMutablePointer<Float>, _: Int) { sum.add(to: target) }
}

struct VectorPairSum: ColumnSums {
  typealias Columns = (left: Vector, right: Vector)
  private(set) var left = Vector(repeating: 0)
  private(set) var right = Vector(repeating: 0)

  @inline(__always)
  static func columns(_ source: UnsafePointer<Float>) -> Columns {
    (load(source), load(source + lanes))
  }

  @inline(__always)
  mutating func accumulate(_ factor: Vector, times columns: Columns) {
    left = multiplyAdd(left, factor, columns.left)
    right = multiplyAdd(right, factor, columns.right)
  }

  @inline(__always)
  func store(to target: UnsafeMutablePointer<Float>, _ stride: Int) {
    left.store(to: target)
    right.store(to: target + stride)
  }

  @inline(__always)
  func add(to target: UnsafeMutablePointer<Float>, _ stride: Int) {
    left.add(to: target)
    right.add(to: target + stride)
  }
}

struct VectorTripleSum: RowSums {
  typealias Columns = (Vector, Vector, Vector)
  private(set) var first = Vector(repeating: 0)
  private(set) var second = Vector(repeating: 0)
  private(set) var third = Vector(repeating: 0)

  @inline(__always)
  mutating func accumulate(_ factor: Vector, times columns: Columns) {
    first = multiplyAdd(first, factor, columns.0)
    second = multiplyAdd(second, factor, columns.1)
    third = multiplyAdd(third, factor, columns.2)
  }

  @inline(__always)
  func store(to target: UnsafeMutablePointer<Float>, _ stride: Int) {
    first.store(to: target)
    second.store(to: target + stride)
    third.store(to: target + 2 &* stride)
  }

  @inline(__always)
  func add(to target: UnsafeMutablePointer<Float>, _ stride: Int) {
    first.add(to: target)
    second.add(to: target + stride)
    third.add(to: target + 2 &* stride)
  }
}

protocol RegisterRows {
  associatedtype Sums: RowSums
  static var count: Int { get }
  /// Zeros.
  init()
  /// Row r: sums + factor(firstRow + r) · columns.
  mutating func accumulate(
    _ factors: some RowFactors, from firstRow: Int, times columns: Sums.Columns)
  /// Rows go `rowStride` floats apart, the vectors of a row `columnStride`.
  func store(to target: UnsafeMutablePointer<Float>, _ rowStride: Int, _ columnStride: Int)
  func add(to target: UnsafeMutablePointer<Float>, _ rowStride: Int, _ columnStride: Int)
}

extension RegisterRows {
  @inline(__always)
  mutating func accumulate(_ factors: some RowFactors, times columns: Sums.Columns) {
    accumulate(factors, from: 0, times: columns)
  }

  /// Rows of neighbouring columns, `rowStride` floats apart; adds to what is there, or overwrites
  /// it.
  @inline(__always)
  func write(to target: UnsafeMutablePointer<Float>, _ rowStride: Int, accumulates: Bool) {
    if accumulates {
      add(to: target, rowStride, lanes)
    } else {
      store(to: target, rowStride, lanes)
    }
  }
}

struct TwoRows<Sums: RowSums>: RegisterRows {
  private var row0 = Sums()
  private var row1 = Sums()

  @inline(__always)
  static var count: Int { 2 }

  @inline(__always)
  mutating func accumulate(
    _ factors: some RowFactors, from firstRow: Int, times columns: Sums.Columns
  ) {
    row0.accumulate(factors.factor(firstRow), times: columns)
    row1.accumulate(factors.factor(firstRow &+ 1), times: columns)
  }

  @inline(__always)
  func store(to target: UnsafeMutablePointer<Float>, _ rowStride: Int, _ columnStride: Int) {
    row0.store(to: target, columnStride)
    row1.store(to: target + rowStride, columnStride)
  }

  @inline(__always)
  func add(to target: UnsafeMutablePointer<Float>, _ rowStride: Int, _ columnStride: Int) {
    row0.add(to: target, columnStride)
    row1.add(to: target + rowStride, columnStride)
  }
}

struct ThreeRows<Sums: RowSums>: RegisterRows {
  private(set) var row0 = Sums()
  private(set) var row1 = Sums()
  private(set) var row2 = Sums()

  @inline(__always)
  static var count: Int { 3 }

  @inline(__always)
  mutating func accumulate(
    _ factors: some RowFactors, from firstRow: Int, times columns: Sums.Columns
  ) {
    row0.accumulate(factors.factor(firstRow), times: columns)
    row1.accumulate(factors.factor(firstRow &+ 1), times: columns)
    row2.accumulate(factors.factor(firstRow &+ 2), times: columns)
  }

  @inline(__always)
  func store(to target: UnsafeMutablePointer<Float>, _ rowStride: Int, _ columnStride: Int) {
    row0.store(to: target, columnStride)
    row1.store(to: target + rowStride, columnStride)
    row2.store(to: target + 2 &* rowStride, columnStride)
  }

  @inline(__always)
  func add(to target: UnsafeMutablePointer<Float>, _ rowStride: Int, _ columnStride: Int) {
    row0.add(to: target, columnStride)
    row1.add(to: target + rowStride, columnStride)
    row2.add(to: target + 2 &* rowStride, columnStride)
  }
}

struct Twice<Rows: RegisterRows>: RegisterRows {
  typealias Sums = Rows.Sums
  private var first = Rows()
  private var second = Rows()

  @inline(__always)
  static var count: Int { 2 &* Rows.count }

  @inline(__always)
  mutating func accumulate(
    _ factors: some RowFactors, from firstRow: Int, times columns: Sums.Columns
  ) {
    first.accumulate(factors, from: firstRow, times: columns)
    second.accumulate(factors, from: firstRow &+ Rows.count, times: columns)
  }

  @inline(__always)
  func store(to target: UnsafeMutablePointer<Float>, _ rowStride: Int, _ columnStride: Int) {
    first.store(to: target, rowStride, columnStride)
    second.store(to: target + Rows.count &* rowStride, rowStride, columnStride)
  }

  @inline(__always)
  func add(to target: UnsafeMutablePointer<Float>, _ rowStride: Int, _ columnStride: Int) {
    first.add(to: target, rowStride, columnStride)
    second.add(to: target + Rows.count &* rowStride, rowStride, columnStride)
  }
}
