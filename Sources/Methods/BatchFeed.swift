import Datasets
import Kernels
import NeuralNet

/// The batch of the step in hand, and the next one, which threads render while they wait for each
/// other.
///
/// A batch is a function of the seed and the step, so nobody can tell which thread drew it, or
/// when.
package final class BatchFeed {
  /// What has to be done for the batch of a step: independent units of rendering.
  package typealias Work = (units: Int, render: @Sendable (_ unit: Int) -> Void)

  private let context: ComputeContext
  /// In turns.
  private let buffers: [Tensor]
  private let work: (_ step: Int, _ target: Tensor) -> Work
  /// The step whose batch is being rendered, or is ready, in `buffers[step % 2]`.
  private var renderedStep: Int?

  /// - Parameters:
  ///   - shape: of a batch, `[N, H, W, C]`.
  ///   - work: what renders the batch of a step, from 0, into a tensor of that shape.
  package init(
    shape: Shape, context: ComputeContext,
    work: @escaping (_ step: Int, _ target: Tensor) -> Work
  ) {
    self.context = context
    self.work = work
    buffers = [Tensor(shape), Tensor(shape)]
  }

  /// The images of step `step`, from 0, complete. They stay until the step after the next is
  /// prepared.
  package func batch(ofStep step: Int) -> Tensor {
    if renderedStep != step { prepare(step: step) }
    context.pool.finishOffered()
    return buffers[step % 2]
  }

  /// Offers the rendering of step `step` to threads that wait.
  package func prepare(step: Int) {
    let work = work(step, buffers[step % 2])
    context.pool.offer(work.units, work.render)
    renderedStep = step
  }
}
