import Foundation
import Snapshots

/// The loss of all heads over the steps, above the least that each can reach.
package enum LossPanel {
  static func draw(
    _ state: DashboardState, _ moment: Moment, _ layout: DashboardLayout,
    into buffer: inout CellBuffer
  ) {
    let heads = state.history.description.heads
    var title = [Span("Loss", Style.plain.bold), Span(" nats", Theme.label)]
    for head in heads {
      let loss = moment.lastSteps[head.name]?.loss
      let style = Style(Theme.color(of: head.name), bold: true)
      title.append(Span("  \(head.name.rawValue) \(Figures.decimal(loss, 3))", style))
    }
    let content = Panel(title, hasBorder: layout.isRoomy).draw(in: layout.chart, into: &buffer)
    let last = Double(max(1, moment.step))
    var chart = LineChart(
      series: heads.map { series($0.name, state.history.timeline, upTo: moment.step) },
      references: heads.map { head in
        LineChart.Reference(
          label: leastLossLabel(head), y: head.leastLoss,
          style: Style(Theme.color(of: head.name), dim: true))
      },
      domain: 0...last,
      domainLabels: ("0", "step \(Figures.count(moment.step))"), origin: 0)
    chart.marks = state.history.restarts(upTo: moment.step).map { Double($0.step) }
    chart.draw(in: content, into: &buffer)
    if moment.lastStep == nil {
      buffer.write(
        "waiting for the first step", in: content, row: max(0, content.height / 2 - 1),
        style: Theme.label, alignment: .center)
    }
  }

  private static func leastLossLabel(_ head: HeadDescription) -> String {
    guard head.matching != .identity else { return "0" }
    let factor = head.leastLossFactor
    let digits = factor == factor.rounded() ? 0 : 2
    return (factor == 1 ? "−" : "−\(Figures.decimal(factor, digits)) ") + "ln \(head.clusters)"
  }

  private static func series(
    _ head: HeadID, _ timeline: StepTimeline, upTo step: Int
  ) -> LineChart.Series {
    let points = timeline.points.prefix { $0.step <= step }.filter { $0.head == head }
    return LineChart.Series(
      style: Style(Theme.color(of: head)), points: points.map { (Double($0.step), $0.loss) })
  }
}
