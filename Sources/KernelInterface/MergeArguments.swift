/// Two columns of a joint distribution P that become one, as one row's costs of merging see it.
///
/// With f(x) = x ln x, the cost of row i with k grows by twice
///
///     f(P_ia + P_ka) + f(P_ib + P_kb) − f(P_ia + P_ka + P_ib + P_kb) + change_i + change_k,
///
/// a and b being the columns, and change_i = f(P_ia + P_ib) − f(P_ia) − f(P_ib).
package struct MergeArguments {
  /// P_ka, from the first k whose cost is to change.
  package var first: UnsafePointer<Double>
  /// P_kb.
  package var second: UnsafePointer<Double>
  /// change_k.
  package var changes: UnsafePointer<Double>
  /// P_ia.
  package var ownFirst: Double
  /// P_ib.
  package var ownSecond: Double
  /// change_i.
  package var ownChange: Double

  package init(
    first: UnsafePointer<Double>, second: UnsafePointer<Double>, changes: UnsafePointer<Double>,
    ownFirst: Double, ownSecond: Double, ownChange: Double
  ) {
    self.first = first
    self.second = second
    self.changes = changes
    self.ownFirst = ownFirst
    self.ownSecond = ownSecond
    self.ownChange = ownChange
  }
}
