import Testing

@testable import TerminalUI

@Suite struct LineChartTests {
  private func frame(
    _ points: [(x: Double, y: Double)], references: [LineChart.Reference] = [], width: Int = 30,
    height: Int = 8
  ) -> CellBuffer {
    var buffer = CellBuffer(width: width, height: height)
    LineChart(
      series: [.init(style: .plain, points: points)], references: references, domain: 0...10,
      domainLabels: ("0", "10"), origin: 0
    ).draw(in: buffer.area, into: &buffer)
    return buffer
  }

  private func dots(_ buffer: CellBuffer) -> Int {
    buffer.text.unicodeScalars.reduce(0) {
      $0 + ((0x2800...0x28FF).contains($1.value) ? ($1.value & 0xFF).nonzeroBitCount : 0)
    }
  }

  @Test func noPointsDrawNoCurve() { #expect(dots(frame([])) == 0) }

  @Test func onePointIsOneDot() { #expect(dots(frame([(5, -1)])) == 1) }

  @Test func pointsAreJoined() { #expect(dots(frame([(0, 0), (10, -2)])) >= 40) }

  @Test func notANumberBreaksTheCurveAndNothingElse() {
    let whole = dots(frame([(0, -1), (4, -1), (6, -1), (10, -1)]))
    let broken = dots(frame([(0, -1), (4, -1), (5, .nan), (6, -1), (10, -1)]))
    #expect(broken > 0 && broken < whole)
    #expect(dots(frame([(0, .nan), (1, .infinity)])) == 0)
    #expect(dots(frame([(5, 1e300), (6, -1)])) >= 1)
  }

  @Test func aReferenceIsALineWithItsNameAndValue() {
    let floor = LineChart.Reference(label: "−ln 10", y: -2.3026, style: .plain)
    let lines = frame([(0, 0), (10, -2)], references: [floor]).text.split(separator: "\n")
    let line = lines.first { $0.contains("−ln 10") }
    #expect(line?.contains("−2.30") == true)
    #expect(line?.contains("┄┄┄┄") == true)
  }

  @Test func everySizeDraws() {
    for width in 0...40 {
      for height in 0...12 {
        let points = (0..<50).map { (x: Double($0) / 5, y: -Double($0)) }
        #expect(frame(points, width: width, height: height).width == width)
      }
    }
  }

  @Test func aColumnIsTheMeanOfItsPoints() {
    let means = Array(
      ColumnMeans([(0, 1), (0.1, 3), (10, 5)], domain: 0...10, columns: 11))
    #expect(means.map(\.column) == [0, 10])
    #expect(means.map(\.value) == [2, 5])
  }
}
