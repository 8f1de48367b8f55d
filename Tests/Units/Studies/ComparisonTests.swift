import Metrics
import Reporting
import Schedulers
import Serving
import Studies
import Testing

@testable import Formats

@Suite struct `A comparison` {
  private static func runs(jobs: Int, rate: Double, count: Int) throws -> [Run] {
    let services = try Schedulers.all.map { try deployment().service($0.name) }
    let objective = try ServiceLevelObjective(parsing: "ttft.p99<2s,tbt.p99<100ms")
    let comparison = Comparison(try chat(count, rate: rate), services, objective: objective)
    return try comparison.run(jobs: jobs) { $0.run }.map { try $0.get() }
  }

  @Test func `gives the same bytes on one thread and on two`() throws {
    let one = RunsJSON.text(try Self.runs(jobs: 1, rate: 15, count: 300))
    let two = RunsJSON.text(try Self.runs(jobs: 2, rate: 15, count: 300))
    #expect(one == two)
    #expect(one.contains("\"scheduler\""))
  }

  /// What the papers of Orca, vLLM, Sarathi-Serve and FastGen say of each other, near saturation.
  @Test func `orders the schedulers as their papers do`() throws {
    let runs = try Self.runs(jobs: 2, rate: 16, count: 3000)
    func seconds(_ name: String, _ metric: LatencyMetric, _ statistic: Statistic) -> Double {
      runs.first { $0.scheduler == name }!.metrics[metric]![statistic]!
    }
    let others = Schedulers.all.map(\.name).filter { $0 != "request-level" }
    for other in others {
      #expect(seconds("request-level", .ttft, .mean) > seconds(other, .ttft, .mean))
      #expect(seconds("request-level", .e2e, .mean) > seconds(other, .e2e, .mean))
    }
    #expect(
      seconds("vllm-0.6", .tbt, .percentile(99)) > 4 * seconds("sarathi", .tbt, .percentile(99)))
    #expect(
      seconds("vllm-0.6", .ttft, .percentile(50)) < seconds("sarathi", .ttft, .percentile(50)))
    let near =
      seconds("splitfuse", .tbt, .percentile(99)) / seconds("sarathi", .tbt, .percentile(99))
    #expect((0.5...2).contains(near))
  }
}

@Suite struct `A service` {
  @Test func `of two GPUs has more than twice the blocks of one`() throws {
    var two = try deployment()
    let one = try two.service("vllm").engine.rules.memory.blocks
    two.tensorParallelSize = 2
    #expect(try two.service("vllm").engine.rules.memory.blocks > 2 * one)
  }

  @Test func `takes the limits that were set for every engine and for one`() throws {
    var small = try deployment()
    small.maxNumSeqs = 12
    small.blockSize = 32
    small.maxModelLen = 2000
    let rules = try small.service("sarathi:chunk=256").engine.rules
    #expect(
      rules.limits.maxNumSeqs == 12 && rules.memory.blockSize == 32
        && rules.limits.maxModelLen == 2000)
    #expect(rules.limits.maxNumBatchedTokens == 256)
    #expect(try small.service("vllm:max-num-seqs=5").engine.rules.limits.maxNumSeqs == 5)
    #expect(try small.service("splitfuse").engine.rules.limits.maxBatchSequences == 12)
  }

  @Test func `has vLLM's larger defaults on large GPUs that are not A100s`() throws {
    let large = try deployment().service("vllm-0.11").engine.rules
    #expect(large.limits.maxNumBatchedTokens == 8192 && large.limits.maxNumSeqs == 1024)
    let small = try deployment("llama-3-8b", "a100-sxm-80gb").service("vllm-0.11").engine.rules
    #expect(small.limits.maxNumBatchedTokens == 2048 && small.limits.maxNumSeqs == 256)
  }

  /// 129 GiB of weights: two GPUs that give 71 GiB each hold them, one does not.
  @Test func `is refused with the number of GPUs that it needs`() throws {
    let error = #expect(throws: InputError.self) {
      try deployment("llama-2-70b", "a100-sxm-80gb").service("vllm")
    }
    #expect(error?.remedy == "it needs 2 GPUs: use --tensor-parallel-size 2")
  }

  @Test func `is refused where the blocks that were set hold no sequence`() throws {
    var tiny = try deployment()
    tiny.blocks = 511
    let error = #expect(throws: InputError.self) { try tiny.service("vllm") }
    #expect(error?.remedy == "give 512 or more, or lower --max-model-len")
  }

  @Test(arguments: ["srathi", "sarathi:chunks=4", "sarathi:chunk=x", "sarathi:", "orca:chunk=4"])
  func `is refused under a name or option that there is not`(_ name: String) throws {
    #expect(throws: InputError.self) { try deployment().service(name) }
  }
}

@Suite struct `A deployment with pipeline stages` {
  /// Each of two stages holds half the layers, so a block takes half the memory of its GPUs.
  @Test func `holds more tokens and reports its bubbles`() throws {
    var deployment = try deployment("llama-2-70b", "a100-sxm-80gb")
    deployment.tensorParallelSize = 2
    let one = try deployment.service("sarathi")
    deployment.pipelineParallelSize = 2
    let two = try deployment.service("sarathi")
    #expect(two.engine.rules.memory.blocks > 2 * one.engine.rules.memory.blocks)
    let trace = try chat(200, rate: 3)
    #expect(try one.replay(trace).run.metrics.batches.bubbleSeconds == 0)
    #expect(try two.replay(trace).run.metrics.batches.bubbleSeconds > 0)
  }

  @Test func `is refused where the engine has none, or there are more stages than layers`() throws {
    var deployment = try deployment()
    deployment.pipelineParallelSize = 2
    #expect(throws: InputError.self) { try deployment.service("splitfuse") }
    deployment.pipelineParallelSize = 33
    #expect(throws: InputError.self) { try deployment.service("sarathi") }
  }
}
