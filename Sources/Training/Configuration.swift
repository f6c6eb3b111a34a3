import Foundation

/// One head of a network and its turn in the training.
package struct HeadConfiguration: Sendable, Equatable {
  /// C. The main head has one cluster a class, the over-clustering head several.
  package var clusters: Int
  /// h, independently initialised linear layers on the shared trunk.
  package var subHeads: Int
  /// Epochs in a row that train this head before the other has its turn; 0 leaves the head out.
  package var epochs: Int
}

/// Every setting of a run. Decoded from YAML, validated once, and written in full into the run.
package struct Configuration: Sendable, Equatable {
  /// The preset that it started from.
  package var preset = ""
  package var dataset = "digits"
  /// The folder of the data set's files; empty for one that comes with the program.
  package var data = ""

  package var networkKind = "net6c"
  /// Channels of net6c's first convolution; the others have 2, 4 and 8 times as many.
  package var networkWidth = 16

  package var headA = HeadConfiguration(clusters: 50, subHeads: 5, epochs: 1)
  package var headB = HeadConfiguration(clusters: 10, subHeads: 5, epochs: 2)
  /// `A` or `B`: the head of the first epoch.
  package var firstHead = "A"

  package var epochs = 30
  /// Ends the run after so many steps, whatever `epochs` says; 0 for no such limit.
  package var steps = 0
  /// Pairs in a batch, n.
  package var batchPairs = 700
  /// r, the transformed copies that each image of a batch is paired with.
  package var sampleRepeats = 5
  package var learningRate = 1e-4
  /// λ: 1 is mutual information, more weighs the entropy of the clusters more.
  package var lambda = 1.0
  package var seed: UInt64 = 1
  /// 0: as many as the machine has cores. The results do not depend on it.
  package var threads = 0

  /// Side of the input of the network, in pixels.
  package var inputSize = 24
  /// Side of the crop that becomes the plain image of a pair, and that evaluation takes from the centre.
  package var plainCrop = 20
  /// How often the plain crop is the centre one rather than a random one.
  package var centreCropProbability = 0.5
  /// Sides of the crops that become the transformed image; one is drawn.
  package var transformedCrops = [16, 20, 24]
  package var rotationDegrees = 25.0
  package var rotationProbability = 0.5
  package var brightness = 0.4
  package var contrast = 0.4

  /// Epochs between two evaluations.
  package var evaluationEpochs = 1
  /// Seconds between two checkpoints, at least one an evaluation.
  package var checkpointSeconds = 60.0
  /// Images that the screen shows with their probabilities.
  package var samples = 60

  package init() {}

  /// The steps of the whole run on so many training images.
  package func plannedSteps(images: Int) -> Int {
    let all = epochs * (images / imagesPerBatch)
    return steps > 0 ? min(steps, all) : all
  }

  /// The threads to use here: `threads`, or all cores.
  package var threadCount: Int {
    threads > 0 ? threads : ProcessInfo.processInfo.activeProcessorCount
  }

  /// Images through the network in one step.
  package var imagesPerStep: Int { 2 * batchPairs }
  /// Distinct images in one batch.
  package var imagesPerBatch: Int { batchPairs / sampleRepeats }

  /// Memory of a training step, roughly: each image has net6c's four maps twice (before and after batch-norm and
  /// pooling) and a gradient as large as the first after pooling, which is 12 bytes for each value of the first map;
  /// each weight its gradient, moments and copies.
  package var estimatedBytes: Int {
    let width = (networkWidth + 15) / 16 * 16
    let activations = imagesPerStep * 12 * width * inputSize * inputSize
    let weights = 25 * (2 + 8 + 32) * networkWidth * networkWidth
    return activations + 4 * 12 * weights
  }

  /// The head that epoch `epoch`, from 1, trains.
  package func head(inEpoch epoch: Int) -> String {
    let position = (epoch - 1) % (headA.epochs + headB.epochs)
    if firstHead == "A" { return position < headA.epochs ? "A" : "B" }
    return position < headB.epochs ? "B" : "A"
  }

  /// The heads that are trained at all, A before B.
  package var heads: [(name: String, head: HeadConfiguration)] {
    [("A", headA), ("B", headB)].filter { $0.1.epochs > 0 }
  }
}
