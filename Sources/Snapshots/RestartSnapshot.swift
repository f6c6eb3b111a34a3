/// Sub-heads of a head have started anew from merged clusters of another head.
package struct RestartSnapshot: Sendable, Codable, Equatable {
  /// Steps taken before it.
  package var step: Int
  /// The epoch that it begins.
  package var epoch: Int
  package var head: HeadID
  /// From 0.
  package var subHeads: [Int]

  package init(step: Int, epoch: Int, head: HeadID, subHeads: [Int]) {
    self.step = step
    self.epoch = epoch
    self.head = head
    self.subHeads = subHeads
  }

  /// In words, sub-heads from 1 as people count them.
  package var text: String {
    let numbers = subHeads.map { String($0 + 1) }
    let who =
      numbers.count == 1
      ? "sub-head \(numbers[0])"
      : "sub-heads \(numbers.dropLast().joined(separator: ", ")) and \(numbers.last ?? "")"
    return "\(who) of head \(head) \(numbers.count == 1 ? "starts" : "start") anew from the "
      + "over-clustering head's tree"
  }
}
