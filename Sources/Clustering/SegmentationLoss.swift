import Kernels

/// The clustering loss of probability maps, −mean over displacements t of I_λ(P_t) (Ji et al. 2019,
/// eq. 5).
///
/// A displacement at which no two pixels of the mask meet counts as 0 in the mean.
package struct SegmentationLoss: Sendable {
  /// In nats.
  package let value: Double
  /// The mean over displacements of I at λ = 1, in nats.
  package let mutualInformation: Double
  /// The gradient of each displacement's raw joint, `[C, C]`, its share of the mean included. All
  /// are symmetric.
  let jointGradients: [[Double]]

  /// - Parameter sums: the raw joint of each displacement, over a whole batch (see
  ///   `SegmentationMaps.sums`).
  package init(_ sums: [JointSum], lambda: Double = 1, pool: WorkerPool) {
    let share = 1 / Double(sums.count)
    let none = (value: 0.0, information: 0.0, gradient: [Double]())
    var parts = Array(repeating: none, count: sums.count)
    parts.withUnsafeMutableBufferPointer { parts in
      nonisolated(unsafe) let parts = parts
      pool.forEach(parts.count) { displacement in
        let sum = sums[displacement]
        if sum.sums.allSatisfy({ $0 == 0 }) {
          parts[displacement].gradient = sum.sums
          return
        }
        let distribution = JointDistribution(sum)
        let loss = InformationLoss(distribution, lambda: lambda)
        parts[displacement] = (
          loss.value, lambda == 1 ? -loss.value : distribution.mutualInformation(),
          loss.jointGradient.map { share * $0 }
        )
      }
    }
    value = parts.reduce(0) { $0 + $1.value } * share
    mutualInformation = parts.reduce(0) { $0 + $1.information } * share
    jointGradients = parts.map(\.gradient)
  }
}
