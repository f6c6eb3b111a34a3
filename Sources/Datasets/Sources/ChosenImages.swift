/// Some images of a source, in an order of their own.
package struct ChosenImages: ImageSource {
  package var count: Int { chosen.count }
  package let size: ImageSize
  private let source: any ImageSource
  private let chosen: [Int]

  package init(_ source: any ImageSource, _ chosen: [Int]) {
    precondition(
      chosen.allSatisfy { (0..<source.count).contains($0) }, "images beyond \(source.count)")
    self.source = source
    self.chosen = chosen
    size = ImageSize.smallest(chosen.lazy.map { source.size(of: $0) }) ?? source.size
  }

  package func size(of image: Int) -> ImageSize { source.size(of: chosen[image]) }

  package func withPixels<Result>(
    of image: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) -> Result {
    source.withPixels(of: chosen[image], body)
  }
}
