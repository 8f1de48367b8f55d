import Foundation
import FoundationXML
import Metrics
import Testing

@testable import Reporting

@Suite struct BarChartTests {
  private func chart(_ totals: [Double]) -> BarChart {
    BarChart(
      "t <1>", parts: ["a", "b & c"],
      [.init("p", totals.map { BarChart.Bar("bar \($0)", seconds: [$0 / 4, $0 * 3 / 4]) })])
  }

  @Test(arguments: [[], [0], [1], [1, 2, 3], [1, 1, 1, 1000]])
  func `the drawing is XML, alone and in a page, and the same bytes every time`(
    totals: [Double]
  ) {
    let chart = chart(totals)
    for isEmbedded in [false, true] {
      let svg = BarChartDrawing(chart, isEmbedded: isEmbedded).svg()
      #expect(XMLParser(data: Data(svg.utf8)).parse())
      #expect(svg == BarChartDrawing(chart, isEmbedded: isEmbedded).svg())
    }
  }

  @Test func `parts stand beside each other as long as their share of the axis`() {
    let svg = chart([4]).svg()
    #expect(svg.contains("class=\"bar f0\" x=\"76.7\" y=\"104\" width=\"155\" height=\"22\""))
    #expect(svg.contains("class=\"bar f1\" x=\"231.7\" y=\"104\" width=\"465\" height=\"22\""))
    #expect(svg.contains(">25.0 %<") && svg.contains(">75.0 %<") && svg.contains(">4.00 s<"))
  }

  @Test func `a bar that dwarfs the others is cut off, and says so`() {
    #expect(chart([1, 1, 1, 1000]).svg().contains(">1000 s, cut off<"))
    #expect(!chart([1, 1, 2, 5]).svg().contains("cut off"))
  }
}

@Suite struct CurveChartTests {
  private func curves() throws -> CurveChart {
    var chart = CurveChart(
      of: .ttft, .percentile(99),
      [
        .init("vllm", [.init(load: 8, seconds: 20), .init(load: 1, seconds: 0.1)]),
        .init("sarathi", [.init(load: 1, seconds: 0.2), .init(load: 9, seconds: 2)]),
      ], objective: try ServiceLevelObjective(parsing: "ttft.p99<2s,ttft.p50<1s,tbt.p99<1s"))
    chart.longestSeconds = 10
    return chart
  }

  @Test func `points are in order, the limit is drawn, and a line ends where it leaves`() throws {
    let chart = try curves().chart
    #expect(chart.title == "TTFT p99 against load")
    #expect(chart.lines[0].points.map(\.x) == [1, 8])
    #expect(chart.levels.map(\.label) == ["SLO ttft.p99<2s"])
    #expect(chart.y.range?.upperBound == 10)
    let stroke = ChartLayout(chart).strokes(chart.lines[0])[0]
    #expect(stroke.last?.y == ChartLayout(chart).top)
  }

  @Test func `without points there is a chart all the same`() {
    let svg = CurveChart(of: .tbt, .mean, [.init("none", [])]).chart.svg()
    #expect(XMLParser(data: Data(svg.utf8)).parse())
  }
}
