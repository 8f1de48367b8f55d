import Foundation
import FoundationXML
import Support
import Testing

@testable import Reporting

/// `count` pairs from a microsecond on, each as long as `ratio` times the measurement.
private func pairs(_ count: Int, ratio: Double) -> [CalibrationChart.Pair] {
  (0..<count).map { index in
    let seconds = Double(index + 1) * 1e-6
    return .init(measuredSeconds: seconds, predictedSeconds: seconds * ratio)
  }
}

@Suite struct CalibrationChartTests {
  @Test func `the median error is the middle one, or the mean of the two in the middle`() {
    func series(_ ratios: Double...) -> CalibrationChart.Series {
      .init("a", ratios.map { .init(measuredSeconds: 2, predictedSeconds: 2 * $0) })
    }
    #expect(series(0.5, 1.25, 1).medianError == 0.25)
    #expect(series(1, 1.5, 0.75, 3).medianError == 0.375)
    #expect(series().medianError == nil)
  }

  @Test func `both axes are the same, and the guides run from edge to edge`() {
    let chart = CalibrationChart("t", [.init("a", pairs(300, ratio: 1.5))]).chart
    #expect(chart.x.range == chart.y.range)
    #expect(chart.x.range == 1e-6...500e-6)
    #expect(chart.plotWidth == chart.plotHeight)
    let layout = ChartLayout(chart)
    let identity = chart.guides[1]
    #expect(layout.x(identity.start.x) == layout.left)
    #expect(layout.y(identity.start.y) == layout.bottom)
    #expect(layout.x(identity.end.x) == layout.right && layout.y(identity.end.y) == layout.top)
    for guide in [chart.guides[0], chart.guides[2]] {
      let ratios = [guide.start.y / guide.start.x, guide.end.y / guide.end.x]
      #expect(abs(ratios[0] - ratios[1]) < 1e-12)
      #expect(abs(abs(ratios[0] - 1) - 0.1) < 1e-12)
    }
  }

  @Test func `many points are thinned alike, and the worst of each series stay`() throws {
    var random = SeededNumbers(state: 5)
    let many = (0..<9000).map { _ in
      CalibrationChart.Pair(
        measuredSeconds: .random(in: 1e-5...1e-2, using: &random),
        predictedSeconds: .random(in: 1e-5...1e-2, using: &random))
    }
    var chart = CalibrationChart("t", [.init("a", many), .init("b", pairs(1000, ratio: 2))])
    chart.maxPoints = 500
    #expect(chart.chart.clouds.map(\.points.count) == [450, 50])
    #expect(chart.chart.subtitle.hasPrefix("500 of 10,000 points; "))
    let ratios = many.map(\.ratio)
    let drawn = chart.chart.clouds[0].points.map { $0.y / $0.x }
    #expect(drawn.min() == ratios.min() && drawn.max() == ratios.max())
    let before = chart.chart.svg()
    chart.series[0].pairs.reverse()
    #expect(chart.chart.svg() == before)
  }

  @Test(arguments: [0, 1, 2, 9])
  func `the drawing is XML with every name once, and the same bytes every time`(
    count: Int
  ) throws {
    let series = (0..<count).map { index in
      CalibrationChart.Series("op <\(index)>", pairs(index == 1 ? 0 : 40, ratio: 1 + Double(index)))
    }
    let svg = CalibrationChart("t", series).chart.svg()
    #expect(svg == CalibrationChart("t", series).chart.svg())
    #expect(XMLParser(data: Data(svg.utf8)).parse())
    for index in 0..<count where index != 1 {
      #expect(svg.components(separatedBy: ">op &lt;\(index)&gt;, ").count == 2)
    }
    #expect(svg.contains("10 % too long"))
  }

  @Test func `names stand on the plot and clear of each other`() throws {
    let series = (0..<9).map { CalibrationChart.Series("op \($0)", pairs(50, ratio: 1)) }
    let layout = ChartLayout(CalibrationChart("t", series).chart)
    let boxes = CloudLabels(layout).labels.compactMap { $0?.box }
    #expect(boxes.count == 9)
    for (index, box) in boxes.enumerated() {
      #expect(box.left >= layout.left && box.right <= layout.right)
      #expect(box.top >= layout.top && box.bottom <= layout.bottom)
      #expect(!boxes[..<index].contains(where: box.touches))
    }
  }
}
