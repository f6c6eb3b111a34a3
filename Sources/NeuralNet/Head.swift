/// Sub-heads on one trunk, each of which puts a softmax over its clusters.
package protocol Head: AnyObject {
  /// C, of each sub-head.
  var clusters: Int { get }
  var subHeads: Int { get }
  /// All that is trained, in PyTorch's order.
  var parameters: [Parameter] { get }
}
