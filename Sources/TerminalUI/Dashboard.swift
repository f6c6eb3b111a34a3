import Snapshots

/// The whole screen.
package enum Dashboard {
  /// A frame of `state`, of the state's size and colours.
  package static func frame(_ state: DashboardState) -> CellBuffer {
    var buffer = CellBuffer(
      width: state.width, height: state.height, colorDepth: state.colorDepth)
    draw(state, into: &buffer)
    return buffer
  }

  package static func draw(_ state: DashboardState, into buffer: inout CellBuffer) {
    let smallest = (DashboardLayout.smallestWidth, DashboardLayout.smallestHeight)
    guard buffer.width >= smallest.0, buffer.height >= smallest.1 else {
      buffer.write(
        "terminal too small (need \(smallest.0)×\(smallest.1))", in: buffer.area,
        row: max(0, (buffer.height - 1) / 2), style: Style(Theme.attention), alignment: .center)
      return
    }
    let layout = state.layout
    let moment = state.moment
    StatusBar.draw(state, moment, in: layout.status, into: &buffer)
    LossPanel.draw(state, moment, layout, into: &buffer)
    SubHeadPanel.draw(state, moment, layout, into: &buffer)
    if state.showsTree {
      TreePanel.draw(state, moment, layout, into: &buffer)
    } else if state.showsDisplacements {
      DisplacementPanel.draw(state, moment, layout, into: &buffer)
    } else {
      JointPanel.draw(state, moment, layout, into: &buffer)
    }
    if state.clustersPixels {
      SegmentationPanel.draw(state, moment, layout, into: &buffer)
    } else {
      SamplePanel.draw(state, moment, layout, into: &buffer)
    }
    HintLine.draw(state, in: layout.hints, into: &buffer)
    switch state.overlay {
    case .help?: HelpOverlay.draw(state, into: &buffer)
    case .notices?: NoticeOverlay.draw(state, moment, into: &buffer)
    case .leaving?: LeavingOverlay.draw(into: &buffer)
    case nil: break
    }
  }
}
