import Foundation
import Serving
import Support
import Testing

@testable import Workloads

/// The published trace, beside the package.
private let path =
  Repository.shared.appending(path: "traces/azure-llm-2023/AzureLLMInferenceTrace_conv.csv").path

@Test(
  .enabled(
    if: FileManager.default.fileExists(atPath: path),
    "AzureLLMInferenceTrace_conv.csv is not at ../shared/traces/azure-llm-2023"))
func `Azure's conversation trace has its published statistics`() throws {
  let loaded = try TraceFile.read(path)
  let trace = loaded.trace
  #expect(loaded.formatName == "azure" && loaded.notes.isEmpty)
  #expect(trace.count == 19_366)
  #expect(trace.requests[0].arrival == 0)
  #expect(trace.requests[19_365].arrival == 3_501_721_937_000)
  #expect(abs((trace.meanRate ?? 0) - 5.53) < 0.005)
  #expect(abs(variation(trace.gaps) - 1.094) < 0.0005)
  #expect(abs(trace.dispersion(over: 1) - 1.39) < 0.005)
  #expect(abs(trace.dispersion(over: 10) - 4.00) < 0.005)
  #expect(abs(trace.dispersion(over: 60) - 20.6) < 0.05)
  #expect(abs(mean(trace.prompts) - 1154.7) < 0.05)
  #expect(abs(mean(trace.outputs) - 211.1) < 0.05)
  #expect(
    [50, 90, 99, 100].map { percentile($0, of: trace.prompts) } == [1020, 2734.5, 4142, 14050])
  #expect(
    [0, 50, 90, 99, 100].map { percentile($0, of: trace.outputs) } == [7, 129, 424, 601, 1000])
  #expect(abs(correlation(trace.prompts, trace.outputs) + 0.112) < 0.0005)
  let copy = try TraceFile.parse(TraceWriter.csv(trace), source: "copy.csv")
  #expect(copy.trace == trace)
}
