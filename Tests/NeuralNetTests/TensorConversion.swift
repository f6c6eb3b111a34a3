import Kernels
import NeuralNet
import TestSupport

extension Tensor {
  /// A copy of `map` in the layout of the kernels.
  init(_ map: NaiveMap, channelStride: Int? = nil) {
    self.init(
      Shape(
        images: map.images, height: map.height, width: map.width, channels: map.channels,
        channelStride: channelStride))
    for image in 0..<map.images {
      for y in 0..<map.height {
        for x in 0..<map.width {
          let target = pointer + shape.offset(image: image, y: y, x: x)
          let source = map.index(image, y, x, 0)
          for channel in 0..<map.channels { target[channel] = Float(map.values[source + channel]) }
        }
      }
    }
  }

  /// The real images and channels, `[N, H, W, C]`.
  var naive: NaiveMap {
    var map = NaiveMap(
      images: shape.images, height: shape.height, width: shape.width, channels: shape.channels)
    for image in 0..<map.images {
      for y in 0..<map.height {
        for x in 0..<map.width {
          let source = pointer + shape.offset(image: image, y: y, x: x)
          let target = map.index(image, y, x, 0)
          for channel in 0..<map.channels { map.values[target + channel] = Double(source[channel]) }
        }
      }
    }
    return map
  }

  /// Whether the images that fill up the last block, and the channels that fill up a vector, are
  /// all zero.
  var isPaddingZero: Bool {
    for image in 0..<shape.blocks * imageBlock {
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          let place = pointer + shape.offset(image: image, y: y, x: x)
          let first = image < shape.images ? shape.channels : 0
          for channel in first..<max(first, shape.channelStride) where !(place[channel] == 0) {
            return false
          }
        }
      }
    }
    return true
  }
}

extension Parameter {
  /// Writes values in PyTorch's order into the only view.
  func load(_ values: [Double]) {
    views[0].scatter(values.map { Float($0) }, to: self.values)
  }

  /// The gradient of the only view, in PyTorch's order.
  var gradientValues: [Double] { views[0].gather(gradient).map(Double.init) }
}
