import Datasets
import NeuralNet
import Snapshots

extension Network {
  /// The network that a configuration describes, its weights all zero.
  package convenience init(
    configuration: Configuration, imageChannels: Int, context: ComputeContext
  ) {
    self.init(
      net6cWidth: configuration.networkWidth, inputSize: configuration.inputSize,
      inputChannels: imageChannels,
      heads: configuration.heads.map { ("head_\($0.name)", $0.head.clusters, $0.head.subHeads) },
      context: context)
  }
}

extension Configuration {
  package var pairTransform: PairTransform {
    PairTransform(
      outputSize: inputSize, plainCropSize: plainCrop,
      centreCropProbability: Float(centreCropProbability),
      transformedCropSizes: transformedCrops, rotationProbability: Float(rotationProbability),
      rotationDegrees: Float(rotationDegrees), brightness: Float(brightness),
      contrast: Float(contrast))
  }
}
