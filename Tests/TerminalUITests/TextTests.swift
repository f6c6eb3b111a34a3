import Testing

@testable import TerminalUI

@Suite struct TextTests {
  @Test func textIsCutWithAnEllipsis() {
    var buffer = CellBuffer(width: 6, height: 1)
    #expect(buffer.write("clusters", x: 0, y: 0) == 6)
    #expect(buffer.text == "clust…")
    #expect(buffer.write("x", x: 0, y: 3) == 0)
    #expect(buffer.write("x", x: 9, y: 0) == 0)
  }

  @Test func wideCharactersTakeTwoColumnsAndControlsOne() {
    var buffer = CellBuffer(width: 8, height: 1)
    #expect(buffer.write("猫\u{1B}a", x: 0, y: 0) == 4)
    #expect(buffer[1, 0].character == Cell.continuation)
    #expect(buffer[2, 0].character == "·")
    #expect(buffer.text == "猫·a")
    var narrow = CellBuffer(width: 2, height: 1)
    #expect(narrow.write("a猫", x: 0, y: 0) == 2)
    #expect(narrow.text == "a…")
  }

  @Test func numbers() {
    #expect(Figures.decimal(-0.0001, 2) == "0.00")
    #expect(Figures.decimal(-1.25, 1).hasPrefix("−1."))
    #expect(Figures.decimal(.nan, 1) == "NaN")
    #expect(Figures.decimal(nil, 1) == "—")
    #expect(Figures.count(1_234_567) == "1,234,567")
    #expect(Figures.count(-1_001) == "−1,001")
    #expect(Figures.duration(3723) == "1:02:03")
    #expect(Figures.duration(90_000) == "1d 01:00")
    #expect(Figures.duration(.infinity) == "—")
    #expect(Figures.rate(1e-4) == "1e-4")
    #expect(Figures.rate(2.5e-5) == "2.5e-5")
    #expect(Figures.rate(0) == "—")
  }

  @Test func coloursKeepTheirHueWhereThereAreFew() {
    #expect(Theme.truth.resolved(at: .palette256) == 77)
    #expect(Theme.wrong.resolved(at: .palette256) == 203)
    #expect(Theme.headA.resolved(at: .ansi16) == 11)
    #expect(Theme.headB.resolved(at: .ansi16) == 14)
    #expect(Theme.truth.resolved(at: .none) == nil)
    #expect(Color.grey(.nan).resolved(at: .palette256) == 16)
    #expect(Color.grey(2).resolved(at: .palette256) == 231)
    for index in UInt8.min...UInt8.max {
      #expect((Color.palette(index).resolved(at: .ansi16) ?? 99) < 16)
    }
  }

  @Test func barsFillTheirShare() {
    var buffer = CellBuffer(width: 1, height: 4)
    Bars.drawVertical(0.5, in: buffer.area, style: .plain, into: &buffer)
    #expect(buffer.text == "\n\n█\n█")
    var thin = CellBuffer(width: 4, height: 1)
    Bars.drawLine(0.625, in: thin.area, style: .plain, into: &thin)
    #expect(thin.text == "━━╸─")
    Bars.drawHorizontal(.nan, in: thin.area, style: .plain, into: &thin)
    #expect(thin.text == "━━╸─")
  }

  @Test func learningRatesStepOneTwoFive() {
    #expect(LearningRateScale.next(1e-4, 1) == 2e-4)
    #expect(LearningRateScale.next(1e-4, -1) == 5e-5)
    #expect(LearningRateScale.next(3e-4, 1) == 5e-4)
    #expect(LearningRateScale.next(1, 1) == 1)
  }
}
