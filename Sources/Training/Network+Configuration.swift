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

extension [NamedTensor] {
  /// As the network takes them.
  package var byName: [String: StateTensor] {
    Dictionary(
      map { ($0.name, StateTensor(name: $0.name, shape: $0.shape, values: $0.values)) },
      uniquingKeysWith: { first, _ in first })
  }
}

extension StateTensor {
  var named: NamedTensor { NamedTensor(name: name, shape: shape, values: values) }
}
