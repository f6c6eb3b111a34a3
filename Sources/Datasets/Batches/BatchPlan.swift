import Kernels

/// Which images in which views make a batch, before anything is drawn: for training, evaluation and
/// predictions alike.
package struct BatchPlan: Sendable {
  /// One view of one image.
  package struct Row: Sendable {
    /// Index into the data set.
    package var image: Int
    package var view: View
    /// Where in the batch the view stands; several places get the same pixels.
    package var places: Range<Int>

    package init(image: Int, view: View, places: Range<Int>) {
      self.image = image
      self.view = view
      self.places = places
    }
  }

  package enum View: Sendable {
    /// What evaluation sees; nothing is drawn.
    case evaluation
    /// View `index` of the augmentation, drawn from these random numbers.
    case drawn(index: Int, RandomStream)
  }

  package let rows: [Row]
  /// Images of the batch, N.
  package let images: Int

  /// Requires at least one image, and that every place of the batch, from 0, is in one row.
  package init(rows: [Row]) {
    let images = rows.reduce(0) { $0 + $1.places.count }
    precondition(images >= 1, "a batch of no images")
    var isFilled = [Bool](repeating: false, count: images)
    for row in rows {
      precondition(
        row.places.lowerBound >= 0 && row.places.upperBound <= images,
        "places \(row.places) of \(images)")
      for place in row.places {
        precondition(!isFilled[place], "place \(place) is in two rows")
        isFilled[place] = true
      }
    }
    self.rows = rows
    self.images = images
  }

  /// The 2n images of a training batch: 0..<n are view 0, n..<2n view 1.
  ///
  /// View 0 is drawn once for each distinct image and stands at all its r repeats; view 1 is drawn
  /// for each pair.
  package static func pairs(of epoch: EpochPlan, step: Int) -> BatchPlan {
    let images = epoch.images(step: step)
    var rows: [Row] = []
    rows.reserveCapacity(images.count + epoch.pairs)
    for (position, image) in images.enumerated() {
      let random = RandomStream(
        seed: epoch.seed, epoch: epoch.epoch, sample: image, purpose: .firstView)
      let first = position * epoch.repeats
      rows.append(
        Row(
          image: image, view: .drawn(index: 0, random), places: first..<first + epoch.repeats))
    }
    var place = epoch.pairs
    for image in images {
      for repetition in 0..<epoch.repeats {
        let random = RandomStream(
          seed: epoch.seed, epoch: epoch.epoch, sample: image * epoch.repeats + repetition,
          purpose: .secondView)
        rows.append(
          Row(image: image, view: .drawn(index: 1, random), places: place..<place + 1))
        place += 1
      }
    }
    return BatchPlan(rows: rows)
  }

  /// Images as evaluation and predictions see them.
  package static func evaluation(of images: some Collection<Int>) -> BatchPlan {
    BatchPlan(
      rows: images.enumerated().map { place, image in
        Row(image: image, view: .evaluation, places: place..<place + 1)
      })
  }

  /// Pairs for an estimate of the loss: the images as evaluation sees them, then view 1 of each,
  /// always the same one with the same seed.
  package static func evaluationPairs(
    of images: some Collection<Int>, seed: UInt64
  ) -> BatchPlan {
    let seconds = images.enumerated().map { place, image in
      let random = RandomStream(seed: seed, sample: image, purpose: .evaluationPairs)
      let second = images.count + place
      return Row(image: image, view: .drawn(index: 1, random), places: second..<second + 1)
    }
    return BatchPlan(rows: evaluation(of: images).rows + seconds)
  }
}
