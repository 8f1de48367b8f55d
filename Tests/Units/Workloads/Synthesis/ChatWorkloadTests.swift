import Serving
import Testing

@testable import Formats
@testable import Workloads

private let chat = ChatWorkload.azureConversation

/// With 100,000 requests, four standard errors of a mean are some 1.2 % and of a quantile at most
/// 4 %, but for the extremes, which are the model's own.
@Test func `synthetic lengths have the published means, percentiles and correlation`() throws {
  let trace = try chat.trace(count: 100_000, rate: 5.53, seed: 1)
  let (prompts, outputs) = (trace.prompts, trace.outputs)
  #expect(abs(mean(prompts) / 1154.7 - 1) < 0.012)
  #expect(abs(mean(outputs) / 211.1 - 1) < 0.012)
  for (percent, prompt, output) in [(50.0, 1020.0, 129.0), (90, 2734, 424), (99, 4142, 601)] {
    #expect(abs(percentile(percent, of: prompts) / prompt - 1) < 0.04)
    #expect(abs(percentile(percent, of: outputs) / output - 1) < 0.04)
  }
  #expect(prompts.min() == 2 && prompts.max() == 14050)
  #expect(outputs.min() == 7 && outputs.max() == 1000)
  #expect(abs(correlation(prompts, outputs) + 0.112) < 0.013)
}

/// Over 10 traces of the published length, three standard errors of a mean over the traces are
/// some 0.02 for the variation, and 0.11, 1.1 and 6.5 for the dispersions.
@Test func `synthetic arrivals vary as the published ones do`() throws {
  let traces = try (1...10).map { try chat.trace(count: 19_366, rate: 5.53, seed: $0) }
  #expect(traces.allSatisfy { abs(($0.meanRate ?? 0) - 5.53) < 1e-9 })
  #expect(abs(mean(traces.map { variation($0.gaps) }) - 1.094) < 0.02)
  #expect(abs(mean(traces.map { $0.dispersion(over: 1) }) - 1.39) < 0.11)
  #expect(abs(mean(traces.map { $0.dispersion(over: 10) }) - 4.00) < 1.1)
  #expect(abs(mean(traces.map { $0.dispersion(over: 60) }) - 20.6) < 6.5)
}

@Test func `a seed makes one trace, at any rate with the same lengths`() throws {
  let trace = try chat.trace(count: 1000, rate: 5, seed: 1)
  #expect(try chat.trace(count: 1000, rate: 5, seed: 1) == trace)
  #expect(try chat.trace(count: 1000, rate: 5, seed: 2) != trace)
  let fast = try chat.trace(count: 2000, rate: 50, seed: 1)
  #expect(Array(fast.prompts.prefix(1000)) == trace.prompts)
  #expect(Array(fast.outputs.prefix(1000)) == trace.outputs)
  #expect(abs((fast.meanRate ?? 0) - 50) < 1e-6)
}

@Test func `one request can be made, none cannot`() throws {
  #expect(try chat.trace(count: 1, rate: 5, seed: 1).count == 1)
  #expect(throws: InputError.self) { try chat.trace(count: 0, rate: 5, seed: 1) }
  #expect(throws: InputError.self) { try chat.trace(count: -1, rate: 5, seed: 1) }
}

@Test(arguments: [0, -1, .nan, .infinity, 1e-300, 1e-10])
func `synthetic requests come at a rate that the clock can show`(rate: Double) {
  #expect(throws: InputError.self) { try chat.trace(count: 2, rate: rate, seed: 1) }
}

@Test func `the same bytes are made on every machine`() throws {
  let bytes = TraceWriter.csv(try chat.trace(count: 3, rate: 5.53, seed: 1))
  #expect(
    String(decoding: bytes, as: UTF8.self) == """
      id,arrival_s,prompt_tokens,output_tokens
      0,0.046898318,3191,92
      1,0.118031754,759,85
      2,0.408561971,500,439

      """)
}

@Test func `lengths run between quantiles and stay level beyond them`() {
  let model = LengthModel(
    source: "by hand", quantiles: [.init(0.1, 10), .init(0.5, 100), .init(0.9, 1000)])
  let score = normalQuantile(0.9)
  #expect(model.tokens(atScore: -9) == 10)
  #expect(model.tokens(atScore: -score) == 10)
  #expect(model.tokens(atScore: 0) == 100)
  #expect(model.tokens(atScore: score / 2) == 316)
  #expect(model.tokens(atScore: score) == 1000)
  #expect(model.tokens(atScore: 9) == 1000)
}
