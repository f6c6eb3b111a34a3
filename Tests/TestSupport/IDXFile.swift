/// An IDX file of unsigned bytes with these dimensions. Nothing is checked, so that tests can write
/// damaged files too.
package func idx(_ sizes: [Int], _ elements: [UInt8]) -> [UInt8] {
  [0, 0, 8, UInt8(sizes.count)] + sizes.flatMap(bigEndian) + elements
}

/// A 32-bit big-endian number.
package func bigEndian(_ value: Int) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}
