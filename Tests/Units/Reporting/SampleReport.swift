import Metrics
import Support

@testable import Reporting
@testable import Serving

/// Runs of two schedulers, put together by hand: `factor` times slower than a queue of `n` ms, a
/// prompt of 3 and a decode of 5 for the `n`th request.
func sampleEntry(_ name: String, factor: Int = 1, count: Int = 150) -> RunsReport.Entry {
  var run = HandmadeRun()
  var attributions: [Attribution] = []
  var iterations: [IterationRecord] = []
  for row in 0..<count {
    let queue = (row + 1) * factor
    run.complete(
      arrival: row * 10, scheduled: row * 10 + queue, firstToken: row * 10 + queue + 3, gaps: [5])
    var attribution = Attribution()
    attribution.queue = queue * 1_000_000
    attribution.prefill = 3_000_000
    attribution.decode = 5_000_000
    attributions.append(attribution)
    iterations.append(
      IterationRecord(
        replica: 0, start: row * 10_000_000, end: row * 10_000_000 + 8_000_000, decodes: 1,
        chunks: 1, chunkTokens: 10, decodeContext: 10, running: 2, waiting: row * factor,
        usedBlocks: 5, preempted: 0))
  }
  var timeline = run.timeline
  timeline.attributions = attributions
  timeline.iterations = iterations
  let metrics = RunMetrics(trace: run.trace, timeline: timeline)
  let settings = ["model", "gpu", "tensor_parallel_size", "requests", "requests_per_second"].map {
    Run.Setting($0, "1")
  }
  let shown = Run(
    scheduler: name, settings: settings, metrics: metrics,
    attribution: AttributionSummary(timeline: timeline))
  return RunsReport.Entry(shown, trace: run.trace, timeline: timeline)
}

let sampleSource = Report.Source(
  command: "servesim compare 'a <b>.csv' --report c", trace: "a <b>.csv", checksum: "c0ffee",
  seed: 7, version: "1.2.3")

/// A report on a fast and a slow scheduler, one with a name that needs care.
func sampleReport() -> Report {
  RunsReport.report(
    [sampleEntry("slow:<x>=1", factor: 3), sampleEntry("fast")],
    objective: try? ServiceLevelObjective(parsing: "ttft.p99<200ms"), source: sampleSource,
    answer: "fast beats slow.")
}
