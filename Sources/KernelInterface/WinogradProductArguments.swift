/// One point of Winograd's algorithm: the transformed input times the transformed weights of one
/// panel of output channels.
package struct WinogradProductArguments {
  /// `[panels, …, rows, panelWidth]`
  package var input: UnsafePointer<Float>
  package var panels: Int
  /// Floats from one panel of input channels to the next.
  package var panelStride: Int
  /// Input channels of a panel: 16 or 32.
  package var panelWidth: Int
  /// Tiles × images, a multiple of 12.
  package var rows: Int
  /// `[panels · panelWidth, width]`
  package var weights: UnsafePointer<Float>
  /// A hint: the weights that the thread reads after these.
  package var nextWeights: UnsafePointer<Float>
  /// Output channels: 16 or 32.
  package var width: Int
  /// `[rows, width]`, overwritten.
  package var output: UnsafeMutablePointer<Float>

  package init(
    input: UnsafePointer<Float>, panels: Int, panelStride: Int, panelWidth: Int, rows: Int,
    weights: UnsafePointer<Float>, nextWeights: UnsafePointer<Float>, width: Int,
    output: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.panels = panels
    self.panelStride = panelStride
    self.panelWidth = panelWidth
    self.rows = rows
    self.weights = weights
    self.nextWeights = nextWeights
    self.width = width
    self.output = output
  }
}
