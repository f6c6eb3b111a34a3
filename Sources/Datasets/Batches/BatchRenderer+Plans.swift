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

  /// Renders images of the data set as evaluation sees them.
  package func renderEvaluation(
    _ images: some Collection<Int>, into buffer: UnsafeMutableBufferPointer<Float>,
    pool: WorkerPool
  ) {
    render(.evaluation(of: images), into: buffer, pool: pool)
  }

  /// Renders pairs of images for an estimate of the loss, see `BatchPlan.evaluationPairs`.
  package func renderEvaluationPairs(
    _ images: some Collection<Int>, seed: UInt64,
    into buffer: UnsafeMutableBufferPointer<Float>, pool: WorkerPool
  ) {
    render(.evaluationPairs(of: images, seed: seed), into: buffer, pool: pool)
  }
}
