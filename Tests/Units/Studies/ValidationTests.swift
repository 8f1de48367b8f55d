import Costs
import Formats
import Metrics
import Schedulers
import Serving
import Support
import Testing
import Workloads

@testable import Studies

@Suite struct `A run of a real engine` {
  /// A run that states all, of requests `spacing` apart with the latencies that `seen` gives.
  private func run(
    count: Int = 40, spacing: Nanoseconds = 200_000_000,
    seen: (Int) -> MeasuredRun.Latency = { _ in .init(firstToken: 20_000_000, whole: 300_000_000) }
  ) -> MeasuredRun {
    let trace = Trace(
      requests: (0..<count).map {
        Request(arrival: $0 * spacing, promptTokens: 100, outputTokens: 21)
      })
    var run = MeasuredRun("r", source: "file", trace: trace)
    run.engine = MeasuredRun.Engine("vllm", "0.15.1")
    run.settings = [.model: "meta-llama/Meta-Llama-3-8B", .gpu: "h100-sxm"]
    run.requests = (0..<count).map(seen)
    return run
  }

  @Test func `is simulated as it states, and errors are shares of what was measured`() throws {
    let validation = try Validation(run()) { _ in nil }
    let settings = validation.settings
    #expect(settings.first { $0.name == "model" }?.value == "llama-3-8b")
    #expect(settings.first { $0.name == "frontend" }?.value == "vllm-openai")
    #expect(validation.measured[.ttft, "mean"] == 0.02)
    // (300 - 20) ms over the 20 tokens after the first.
    #expect(validation.measured[.tpot, "p50"] == 0.014)
    let ours = try #require(validation.simulated[.ttft, "mean"])
    #expect(validation.error(.ttft, "mean") == ours / 0.02 - 1)
    #expect(validation.measured.isSaturated == false)
  }

  @Test func `has the front end in its TTFT, once`() throws {
    let client = try Validation(run()) { _ in nil }
    let server = try Validation(run()) {
      $0 == "frontend" ? GivenValue(source: "--frontend", text: "none") : nil
    }
    let times = try (
      #require(client.simulated[.ttft, "mean"]), #require(server.simulated[.ttft, "mean"])
    )
    #expect(abs(times.0 - times.1 - Frontend.vllmOpenAI.time.seconds) < 1e-9)
    #expect(client.simulated[.tpot, "mean"] == server.simulated[.tpot, "mean"])
  }

  @Test func `is saturated where its queue grows until the end`() throws {
    let grows = run { row in
      .init(firstToken: (row + 1) * 100_000_000, whole: (row + 3) * 100_000_000)
    }
    #expect(try Validation(grows) { _ in nil }.measured.isSaturated == true)
  }

  @Test func `leaves out requests that failed`() throws {
    let half = run { row in
      row % 2 == 0 ? .failed : .init(firstToken: 20_000_000, whole: 300_000_000)
    }
    let validation = try Validation(half) { _ in nil }
    #expect(validation.measured.ttft?.count == 20 && validation.simulated.ttft?.count == 20)
  }

  /// Llama-3-8B is made for 8,192 tokens.
  @Test func `is refused where nothing of it fits, and tells what does not`() throws {
    var run = run()
    let long = Request(arrival: 0, promptTokens: 9000, outputTokens: 21)
    var requests = run.trace.requests
    requests[0] = long
    run.trace = Trace(requests: requests)
    let notes = try Validation(run) { _ in nil }.notes
    #expect(notes.contains { $0.hasPrefix("1 of 40 requests do not fit") })
    run.trace = Trace(requests: requests.map { _ in long })
    #expect { try Validation(run) { _ in nil } } throws: { error in
      (error as? InputError)?.problem.contains("none of the requests") == true
    }
  }

  @Test func `asks for what it does not say, by name`() throws {
    var silent = run()
    silent.settings[.gpu] = nil
    let error = #expect(throws: InputError.self) { try Validation(silent) { _ in nil } }
    #expect(error?.remedy == "give --gpu")
    var other = run()
    // Part of a name is no name.
    for model in ["org/Unheard-Of", "Qwen/Qwen3", "meta-llama/", ""] {
      other.settings[.model] = model
      #expect(throws: InputError.self) { try Validation(other) { _ in nil } }
    }
    other.obstacle = "attention is data parallel"
    #expect(throws: InputError.self) { try Validation(other) { _ in nil } }
  }

  @Test(arguments: [
    ("0.6.6", "vllm-0.6"), ("0.11.0", "vllm-0.11"), ("0.13.2", "vllm-0.11"),
    ("0.14.0", "vllm-0.11:async-scheduling=true"), ("0.15.1", "vllm-0.11:async-scheduling=true"),
    ("0.33.0", "vllm-0.33"),
  ])
  func `is served by the rules of its engine's version`(_ version: String, _ scheduler: String) {
    #expect(Schedulers.serving("vllm", version).0 == scheduler)
    #expect(Schedulers.serving("vllm", version).note == nil)
    #expect(Schedulers.serving("sglang", version).0 == "sglang")
    #expect(Schedulers.serving("trtllm", version).0 == "trt-llm")
    #expect(Schedulers.serving("trtllm", version).note?.contains("never run") == true)
    #expect(Schedulers.serving("lmdeploy", version).note != nil)
  }

  @Test(arguments: [("0.15.1", false), ("0.16.0", false), ("0.17.0", true), ("1.0.0", true)])
  func `has the all-reduces of its engine's version`(_ version: String, _ fuses: Bool) throws {
    var run = run()
    run.engine = MeasuredRun.Engine("vllm", version)
    run.settings[.tensorParallelSize] = "2"
    func shown() throws -> String? {
      try Validation(run) { _ in nil }.settings.first { $0.name == "fuse_allreduce_rms" }?.value
    }
    #expect(try shown() == (fuses ? "true" : nil))
    run.settings[.fuseAllreduceRms] = "\(!fuses)"
    #expect(try shown() == "\(!fuses)")
  }

  @Test func `is one of many, of which some are refused with a reason`() throws {
    var other = run()
    (other.name, other.settings[.model]) = ("s", "org/Unheard-Of")
    let study = try ValidationStudy([run(), other], given: { _ in nil })
    #expect(study.validations.map(\.name) == ["r"] && study.refused.map(\.name) == ["s"])
    let error = try #require(study.errors.first { $0.figure.name == "ttft_mean" })
    #expect(error.mean == abs(try #require(study.validations[0].error(.ttft, "mean"))))
    #expect(throws: InputError.self) { try ValidationStudy([other], given: { _ in nil }) }
  }
}

@Suite struct `A plan of memory` {
  /// Blocks that vLLM 0.11 and 0.15 logged on H100s of 80 GB at 0.9 (inference-sim, the
  /// evaluation's and the training runs' logs).
  @Test(arguments: [
    ("llama-2-7b", 1, 4096, 256, 4096, 7438), ("qwen2.5-7b", 1, 8192, 256, 4096, 65833),
    ("llama-2-7b", 1, 4096, 128, 2048, 7462), ("llama-2-70b", 4, 4096, 128, 2048, 31356),
    ("codellama-34b", 2, 4096, 128, 2048, 26602), ("mixtral-8x7b", 2, 4096, 128, 2048, 27510),
  ])
  func `comes to the blocks that engines log, within 3 %`(
    _ model: String, gpus: Int, length: Int, sequences: Int, tokens: Int, logged: Int
  ) throws {
    var deployment = Deployment(model: try Models.named(model), gpu: try gpu("h100-sxm"))
    deployment.tensorParallelSize = gpus
    deployment.maxModelLen = length
    deployment.maxNumSeqs = sequences
    deployment.maxNumBatchedTokens = tokens
    let plan = try #require(try MemoryReport(of: deployment, under: "vllm").plan)
    #expect(abs(Double(plan.blocks) / Double(logged) - 1) < 0.03, "\(plan.blocks)")
    #expect(
      plan.usableBytes
        == plan.weightBytes + plan.activationBytes + plan.reserveBytes + plan.cacheBytes)
  }

  @Test func `is shown where the model does not fit, with the reason`() throws {
    let deployment = Deployment(model: try Models.named("llama-3.1-405b"), gpu: try gpu("h100-sxm"))
    let report = try MemoryReport(of: deployment, under: "vllm")
    #expect(report.problem != nil && report.plan?.blocks == 0)
    #expect(report.whole.cacheGroups.map(\.layers) == [126])
  }

  @Test func `has layers with a window in a group of their own`() throws {
    let deployment = Deployment(model: try Models.named("gemma-3-27b"), gpu: try gpu("h100-sxm"))
    let groups = try MemoryReport(of: deployment, under: "vllm").whole.cacheGroups
    #expect(groups.map(\.kind) == [.all, .last(1024)] && groups.map(\.layers) == [10, 52])
  }
}
