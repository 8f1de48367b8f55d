import Costs
import Reporting
import Studies
import Testing

@Suite struct PipelineReportTests {
  private func report(tokens: Int) throws -> PipelineReport {
    let deployment = Deployment(
      model: try Models.named("llama-3-8b"), gpu: try GPUs.named("a100-sxm-80gb"))
    let times = try deployment.layerTimes()
    return PipelineReport(
      of: DenseBatch(tokens: tokens, prompt: 1024, output: 512, times: times), on: deployment,
      times: times)
  }

  @Test func `a pipeline is reported with what it gains and what bounds it`() throws {
    let report = try report(tokens: 2048)
    #expect(
      report.times.map(\.name) == ["sequential", "split, not overlapped", "pipeline", "bound"])
    let seconds = report.times.map(\.iterationSeconds)
    #expect(seconds[2] < seconds[0] && seconds[3] < seconds[2] && seconds[0] < seconds[1])
    #expect(report.uses.allSatisfy { (0...1).contains($0.idle) && (0...1).contains($0.peak) })
    let text = PipelineTable.text(report)
    #expect(text.contains("683 decodes with 1,280 cached tokens each"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 140 })
    #expect(PipelineData.json(report).contains("\"name\": \"decode attention 1\""))
  }

  @Test func `what is drawn fills its period once`() throws {
    let layer = try report(tokens: 2048).layers[0]
    for row in 0..<3 {
      var time = 0.0
      for box in layer.boxes where box.row == row {
        #expect(box.start >= time - 1e-12)
        time = box.end
      }
      #expect(time <= layer.seconds * (1 + 1e-9))
    }
    let svg = PipelineChart(try report(tokens: 2048)).svg()
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(svg == PipelineChart(try report(tokens: 2048)).svg())
  }
}
