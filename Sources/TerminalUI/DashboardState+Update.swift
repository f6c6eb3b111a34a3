import Snapshots

/// The only way a dashboard changes: pure, so that every key can be tested without a terminal.
package func update(_ state: inout DashboardState, _ event: DashboardEvent) -> [DashboardAction] {
  switch event {
  case .key(.resize(let width, let height)), .resize(let width, let height):
    state.width = width
    state.height = height
    return []
  case .training(let events):
    for event in events { state.receive(event) }
    if !events.isEmpty { state.secondsWithoutNews = 0 }
    return []
  case .history(let history):
    state.history = history
    state.secondsWithoutNews = 0
    state.followHistory()
    return []
  case .names(let names):
    state.names = names
    return []
  case .isTrained(let isTrained):
    state.isTrained = isTrained
    if !isTrained { state.forgetRequests() }
    return []
  case .said(let text):
    state.say(text, seconds: 8)
    return []
  case .refused(let text):
    state.forgetRequests()
    state.say(text, seconds: 8)
    return []
  case .tick(let seconds):
    state.tick(seconds)
    return []
  case .key(let key):
    return state.press(key)
  }
}

extension DashboardState {
  fileprivate mutating func receive(_ event: TrainingEvent) {
    history.append(event)
    switch event {
    case .started: followHistory()
    case .changedHeads(let description, _):
      if let main = description.mainHead { choose(head: main.name) }
      say(description.newMainHeadText, seconds: 8)
    case .step(let step):
      if let wanted = requestedLearningRate, abs(step.learningRate - wanted) <= 1e-6 * wanted {
        requestedLearningRate = nil
      }
    case .checkpoint(let checkpoint):
      // One that nobody asked for is no news, and the keys are shown in this place.
      if awaitsCheckpoint { say("checkpoint written at step \(Figures.count(checkpoint.step))") }
      awaitsCheckpoint = false
    case .paused: requestedPause = nil
    case .ended:
      if isStopping { isFinished = true }
      isStopping = false
      forgetRequests()
    case .restart(let restart): say(restart.text, seconds: 8)
    case .evaluation(let evaluation):
      if awaitsEvaluation { say("evaluated at step \(Figures.count(evaluation.step))") }
      awaitsEvaluation = false
    case .storageProblem: break
    }
  }

  /// After another history has taken the old one's place.
  fileprivate mutating func followHistory() {
    recalled = nil
    forgetRequests()
    if description(of: head) == nil { head = history.description.mainHead?.name ?? head }
    if let shown = position, shown > lastStep { position = replay == nil ? nil : lastStep }
  }

  /// The trainer that was asked is no longer there: what was wanted of it says nothing of another.
  fileprivate mutating func forgetRequests() {
    requestedPause = nil
    requestedLearningRate = nil
    awaitsEvaluation = false
    awaitsCheckpoint = false
  }

  fileprivate mutating func tick(_ seconds: Double) {
    advanceReplay(seconds: seconds)
    secondsWithoutNews += seconds
    guard var shown = message else { return }
    shown.secondsLeft -= seconds
    message = shown.secondsLeft > 0 ? shown : nil
  }

  fileprivate mutating func press(_ key: Key) -> [DashboardAction] {
    if prompt != nil { return type(key) }
    if case .pasted = key {
      say("a paste presses no keys")
      return []
    }
    if let open = overlay {
      overlay = nil
      return open == .leaving ? leave(key) : []
    }
    switch key {
    case .character("q"): return quit()
    case .character("?"): overlay = .help
    case .character("w"): overlay = .notices
    case .tab: chooseNextHead()
    case .character("t"): toggleTree()
    case .character("d"): toggleDisplacements()
    case .character("v"): changeSegmentationView()
    case .character("a"): choose(head: .a)
    case .character("b"): choose(head: .b)
    case .left, .character("h"): moveSubHead(-1)
    case .right, .character("l"): moveSubHead(1)
    case .character("0"), .character("*"): subHead = nil
    case .character(let digit) where ("1"..."9").contains(digit): choose(subHeadDigit: digit)
    case .up, .character("p"): moveSamples(-1)
    case .down, .character("n"): moveSamples(1)
    case .character("j"): moveCluster(1)
    case .character("k"): moveCluster(-1)
    case .character("r"): openNaming()
    case .character("s"): openSorting()
    case .escape: leaveClusters()
    case .character(","): seek(byEvaluations: -1)
    case .character("."): seek(byEvaluations: 1)
    case .character("["): seek(bySteps: -1)
    case .character("]"): seek(bySteps: 1)
    case .pageUp, .character("<"): seek(byShare: -0.1)
    case .pageDown, .character(">"): seek(byShare: 0.1)
    case .home: seek(toStep: 0)
    case .end: seek(toStep: lastStep)
    default: return steer(key)
    }
    return []
  }

  // MARK: Looking

  private mutating func chooseNextHead() {
    let heads = history.description.heads.map(\.name)
    guard heads.count > 1, let place = heads.firstIndex(of: head) else {
      say("this run has head \(heads.first?.rawValue ?? "") alone")
      return
    }
    choose(head: heads[(place + 1) % heads.count])
  }

  private mutating func choose(head wanted: HeadID) {
    guard description(of: wanted) != nil else {
      say("this run has no head \(wanted.rawValue)")
      return
    }
    if wanted != head { subHead = nil }
    head = wanted
    rewindSamples()
  }

  private var subHeadCount: Int { max(1, description(of: head)?.subHeads ?? 1) }

  private mutating func moveSubHead(_ direction: Int) {
    let current = chosenSubHead(at: moment)
    subHead = (current + direction + subHeadCount) % subHeadCount
  }

  private mutating func choose(subHeadDigit digit: Character) {
    let index = (digit.wholeNumberValue ?? 1) - 1
    if index < subHeadCount {
      subHead = index
    } else {
      say("head \(head.rawValue) has \(subHeadCount) sub-head\(subHeadCount == 1 ? "" : "s")")
    }
  }

  private mutating func moveSamples(_ direction: Int) {
    let page = clustersPixels ? 1 : max(1, SamplePanel.samplesPerRow(self))
    let count = clustersPixels ? history.samples.count : SamplePanel.longestRow(self)
    let last = max(0, count - page)
    sampleOffset = min(max(0, min(sampleOffset, last) + direction * page), last)
  }

  private mutating func toggleTree() {
    showsTree.toggle()
    if showsTree { showsDisplacements = false }
  }

  // MARK: Steering

  private mutating func quit() -> [DashboardAction] {
    let trains = mode == .live && history.end == nil
    if trains, !isStopping { overlay = .leaving } else { isFinished = true }
    return []
  }

  /// The answer to how the screen of a training is to be left.
  private mutating func leave(_ key: Key) -> [DashboardAction] {
    guard history.end == nil else {
      isFinished = true
      return []
    }
    switch key {
    case .character("s"), .character("q"), .enter:
      isStopping = true
      say("stopping after this step and saving — q again to leave the screen now", seconds: 600)
      return [.stop]
    case .character("t"):
      trainsOn = true
      isFinished = true
    default: break
    }
    return []
  }

  private mutating func steer(_ key: Key) -> [DashboardAction] {
    if replay != nil {
      switch key {
      case .character(" "): togglePlaying()
      case .character("+"), .character("="): changeSpeed(1)
      case .character("-"), .character("_"): changeSpeed(-1)
      default: break
      }
      return []
    }
    guard case .character(let character) = key, " +=-_ec".contains(character) else { return [] }
    guard isTrained else {
      say("no process trains this run now")
      return []
    }
    guard history.end == nil, !isStopping else {
      say(isStopping ? "the run is stopping" : "the run has ended")
      return []
    }
    return steerTraining(character)
  }

  private mutating func steerTraining(_ character: Character) -> [DashboardAction] {
    switch character {
    case " ":
      let wanted = !(requestedPause ?? history.isPaused)
      requestedPause = wanted
      return [.setPaused(wanted)]
    case "e":
      awaitsEvaluation = true
      say("evaluating after this step", seconds: 60)
      return [.evaluate]
    case "c":
      awaitsCheckpoint = true
      say("writing a checkpoint after this step")
      return [.checkpoint]
    default:
      guard let current = requestedLearningRate ?? history.newest.lastStep?.learningRate,
        current > 0
      else {
        say("no step taken yet")
        return []
      }
      let wanted = LearningRateScale.next(current, "+=".contains(character) ? 1 : -1)
      requestedLearningRate = wanted
      say("learning rate \(Figures.rate(wanted)) from the next step")
      return [.setLearningRate(wanted)]
    }
  }
}
