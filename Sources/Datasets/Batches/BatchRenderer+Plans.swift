import Kernels

/// The batches of clustering by pairs, each by its plan.
extension BatchRenderer {
  /// Renders training batch `step` of an epoch, see `BatchPlan.pairs`. Requires a plan of this data
  /// set's images.
  package func render(_ plan: EpochPlan, step: Int, into buffer: FloatBuffer, pool: WorkerPool) {
    let work = rendering(plan, step: step, into: buffer)
    pool.forEach(work.units, work.render)
  }

  /// Training batch `step` of an epoch as work that threads can share out.
  package func rendering(
    _ plan: EpochPlan, step: Int, into buffer: FloatBuffer
  ) -> (units: Int, render: @Sendable (_ unit: Int) -> Void) {
    rendering(.pairs(of: plan, step: step), into: buffer)
  }

  /// Renders images `range` of the data set as evaluation sees them.
  package func renderEvaluation(
    _ range: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>, pool: WorkerPool
  ) {
    render(.evaluation(of: range), into: buffer, pool: pool)
  }
}
