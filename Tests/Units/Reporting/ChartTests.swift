import Foundation
import FoundationXML
import Metrics
import Testing

@testable import Formats
@testable import Reporting

@Suite struct ChartScaleTests {
  @Test func `ticks of a linear axis are round and few`() {
    #expect(ChartScale.linear.range(of: [3, 97]) == 0...100)
    #expect(ChartScale.linear.ticks(in: 0...100) == [0, 20, 40, 60, 80, 100])
    #expect(ChartScale.linear.ticks(in: 0...0.5) == [0, 0.1, 0.2, 0.1 * 3, 0.4, 0.5])
    #expect(ChartScale.linear.range(of: [7, 7]) == 7...8)
  }

  @Test func `ticks of a logarithmic axis are one, two and five until there are too many`() {
    #expect(ChartScale.log10.range(of: [0, 0.03, 1.5]) == 0.02...2)
    #expect(ChartScale.log10.ticks(in: 0.02...2) == [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2])
    #expect(ChartScale.log10.ticks(in: 0.001...100) == [0.001, 0.01, 0.1, 1, 10, 100])
  }

  @Test func `every nine of a tail has the same room`() {
    let scale = ChartScale.tail
    #expect(scale.position(0) == 0)
    #expect(abs(scale.position(0.9) - 1) < 1e-12)
    #expect(abs(scale.position(0.99) - 2) < 1e-12)
    #expect(scale.ticks(in: 0...0.999) == [0, 0.5, 0.9, 0.99, 0.999])
  }

  @Test func `labels carry the unit that suits the value`() {
    #expect(
      [0.00002, 0.05, 0.5, 1, 20].map(ChartScale.Labels.duration.text)
        == ["20 us", "50 ms", "500 ms", "1 s", "20 s"])
    #expect([0, 0.5, 0.999].map(ChartScale.Labels.percent.text) == ["0 %", "50 %", "99.9 %"])
    #expect([0.25, 2500, -1].map(ChartScale.Labels.number.text) == ["0.25", "2,500", "-1"])
  }
}

@Suite struct ChartTests {
  private func chart(ends: [Double]) -> Chart {
    Chart(
      "Loads & <limits>", x: Chart.Axis("Load (requests/s)"), y: Chart.Axis("TTFT (s)"),
      lines: ends.enumerated().map { index, end in
        Chart.Line("line \(index)", [Chart.Point(x: 0, y: 0), Chart.Point(x: 10, y: end)])
      }, limits: [Chart.Limit("SLO < 5", x: 5, y: 50)])
  }

  @Test func `names stand beside lines that end apart and in a legend otherwise`() {
    #expect(ChartLayout(chart(ends: [100, 50])).names != .legend)
    #expect(ChartLayout(chart(ends: Array(repeating: 100, count: 30))).names == .legend)
  }

  @Test func `values lie where the axes say`() {
    let layout = ChartLayout(chart(ends: [100, 50]))
    #expect(layout.x(0) == layout.left)
    #expect(layout.x(5) == layout.left + 600 / 2)
    #expect(layout.y(100) == layout.top)
    #expect(layout.y(25) == layout.bottom - 340 / 4)
  }

  /// From 0 at the left the line is at half of the axis when it is at half of the way to its end.
  @Test func `a line that leaves the plot ends at the edge, on its way to the point beyond`() {
    var chart = chart(ends: [200])
    chart.y.range = 0...100
    chart.lines[0].points += [Chart.Point(x: 12, y: 300), Chart.Point(x: 15, y: 400)]
    chart.lines[0].showsPoints = true
    let layout = ChartLayout(chart)
    let middle = Chart.Point(x: layout.x(5), y: layout.top)
    #expect(
      layout.strokes(chart.lines[0]) == [[Chart.Point(x: layout.left, y: layout.bottom), middle]])
    #expect(chart.svg().components(separatedBy: "<circle class=\"line").count == 2)
    chart.lines[0].points.append(Chart.Point(x: 20, y: 0))
    #expect(ChartLayout(chart).strokes(chart.lines[0]).count == 2)
  }

  @Test func `a stepped line ends where it steps over the edge, and none runs along it`() {
    let shares = [0.5, 0.9, 0.995, 0.999, 1]
    let points = shares.enumerated().map { Chart.Point(x: Double($0.offset), y: $0.element) }
    let chart = Chart(
      "t", x: Chart.Axis("x", range: 0...4), y: Chart.Axis("y", scale: .tail, range: 0...0.99),
      lines: [Chart.Line("a", points, isStepped: true)])
    let layout = ChartLayout(chart)
    let strokes = layout.strokes(chart.lines[0])
    #expect(strokes.count == 1)
    #expect(strokes[0].last == Chart.Point(x: layout.x(2), y: layout.top))
    #expect(strokes[0].dropLast().allSatisfy { $0.y > layout.top })
  }

  @Test func `a line that is infinitely far down on a logarithmic axis ends at the bottom`() {
    let points = [1.0, 0, 0, 1].enumerated().map {
      Chart.Point(x: Double($0.offset), y: $0.element)
    }
    let chart = Chart(
      "t", x: Chart.Axis("x"), y: Chart.Axis("y", scale: .log10, range: 0.1...10),
      lines: [Chart.Line("a", points)])
    let layout = ChartLayout(chart)
    let strokes = layout.strokes(chart.lines[0])
    #expect(strokes.map(\.count) == [2, 2])
    #expect(abs(strokes[0][1].x - layout.x(0)) < 1 && strokes[0][1].y == layout.bottom)
  }

  @Test func `names touch neither each other nor limits, and stand at their lines`() throws {
    let chart = chart(ends: [100, 90, 88, 40, 10])
    let layout = ChartLayout(chart)
    guard case .beside(let labels) = layout.names else {
      Issue.record("there is room beside the lines")
      return
    }
    for (index, label) in labels.enumerated() {
      let end = layout.place(try #require(chart.lines[index].points.last))
      #expect(label.isRightOfLine && label.box.left == end.x + 8)
      #expect(abs((label.box.top + label.box.bottom) / 2 - end.y) <= 48)
      #expect(!labels[..<index].contains { $0.box.touches(label.box) })
      #expect(label.box.right <= layout.width && label.box.top >= 0)
    }
  }

  @Test func `lines that go up and down all the time are named in a legend`() {
    var chart = chart(ends: [100])
    chart.lines[0].points = (0..<200).map { Chart.Point(x: Double($0), y: Double($0 % 2)) }
    #expect(ChartLayout(chart).names == .legend)
  }

  @Test func `labels of limits that would touch stand above each other`() {
    var chart = chart(ends: [100])
    chart.limits = [Chart.Limit("one", x: 5), Chart.Limit("two", x: 5.1), Chart.Limit("far", x: 9)]
    #expect(ChartLayout(chart).limitRows == [0, 1, 0])
  }

  @Test(arguments: [[], [1.0], [100, 50], [3, 3, 3, 3, 3, 3, 3, 3]])
  func `the drawing is XML, and the same bytes every time`(ends: [Double]) {
    let svg = chart(ends: ends).svg()
    #expect(svg == chart(ends: ends).svg())
    #expect(XMLParser(data: Data(svg.utf8)).parse())
    #expect(svg.contains("Loads &amp; &lt;limits&gt;"))
    #expect(svg.contains("prefers-color-scheme:dark"))
  }

  @Test func `a stepped line rises at its points only`() {
    let points = [Chart.Point(x: 0, y: 0.5), Chart.Point(x: 1, y: 1)]
    let chart = Chart(
      "t", x: Chart.Axis("x", range: 0...1), y: Chart.Axis("y", range: 0...1),
      lines: [Chart.Line("a", points, isStepped: true)])
    let layout = ChartLayout(chart)
    let (left, right) = (Int(layout.left), Int(layout.right))
    #expect(Double(left) + 600 == Double(right))
    let (top, middle, bottom) = (Int(layout.top), Int(layout.y(0.5)), Int(layout.bottom))
    let x = Numbers.fixed(layout.left, decimals: 1)
    let end = Numbers.fixed(layout.right, decimals: 1)
    #expect(
      chart.svg().contains(
        "d=\"M\(x) \(bottom)V\(middle)H\(end)V\(top)\""))
  }
}

@Suite struct LatencyDistributionChartTests {
  @Test func `a chart of gaps shows a line a scheduler and the limit of the objective`() throws {
    let samples = (1...50_000).map { (nanoseconds: $0 * 20_000, weight: 1) }
    let cumulative = try #require(CumulativeDistribution(samples: samples))
    let seconds = Distribution(nanoseconds: samples.map { Double($0.nanoseconds) })
    let found = LatencyDistributionChart(
      of: .tbt, [.init("vllm", cumulative, seconds), .init("orca", cumulative)],
      objective: try ServiceLevelObjective(parsing: "tbt.p99<100ms,ttft.p99<1s,tbt<=200ms")
    ).chart
    #expect(found.lines.map(\.name) == ["vllm", "orca"])
    #expect(found.lines.map(\.note) == ["p50 500 ms, p99 990 ms", ""])
    #expect(found.lines.allSatisfy { $0.points.count <= 300 && $0.isStepped })
    #expect(found.limits.map(\.label) == ["SLO p99 < 100 ms", "SLO \u{2264} 200 ms"])
    #expect(found.limits.map(\.x) == [0.1, 0.2])
    #expect(found.limits.map(\.y) == [0.99, nil])
    #expect(found.y.range == 0...0.99)
    #expect(XMLParser(data: Data(found.svg().utf8)).parse())
  }
}
