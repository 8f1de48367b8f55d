import Foundation
import Schedulers
import Serving
import Studies
import Testing

@testable import Formats
@testable import servesim

private func invocation(_ words: String...) throws -> Invocation {
  try Parser.parse(["a.csv"] + words, for: .compare())
}

@Suite struct OptionGroupTests {
  @Test func `what is left out has its default, or is left to the scheduler`() throws {
    let options = try CompareOptions(invocation())
    #expect(options.scenario.deployment.model.name == Catalogue.standard.models.standard)
    #expect(options.scenario.deployment.gpu.name == Catalogue.standard.gpus.standard)
    #expect(options.scenario.deployment.tensorParallelSize == 1)
    #expect(options.scenario.deployment.gpuMemoryUtilization == 0.9)
    #expect(options.scenario.deployment.maxNumSeqs == nil)
    #expect(options.schedulers == Schedulers.all.map(\.name))
    #expect(options.scenario.load.process == .trace)
    #expect(options.scenario.load.requestRate == nil)
    #expect(options.scenario.load.seed == 0)
  }

  @Test func `what is given arrives`() throws {
    let given = try invocation(
      "--tensor-parallel-size=2", "--gpu-memory-utilization=1", "--max-num-seqs=3",
      "--max-num-batched-tokens=4", "--max-model-len=5", "--block-size=6",
      "--num-gpu-blocks-override=7", "--request-rate=0.5", "--arrivals=poisson", "--limit=8",
      "--seed=9", "--slo=ttft=1", "--jobs=10", "--schedulers=orca,b:x=1,y=2", "--model=opt-13b")
    let options = try CompareOptions(given)
    let deployment = options.scenario.deployment
    #expect(deployment.model.name == "opt-13b")
    #expect((deployment.tensorParallelSize, deployment.gpuMemoryUtilization) == (2, 1))
    #expect((deployment.maxNumSeqs, deployment.maxNumBatchedTokens) == (3, 4))
    #expect((deployment.maxModelLen, deployment.blockSize, deployment.blocks) == (5, 6, 7))
    #expect((options.scenario.load.requestRate, options.scenario.load.arrivals) == (0.5, .poisson))
    #expect((options.scenario.load.limit, options.scenario.load.seed, options.jobs) == (8, 9, 10))
    #expect(options.scenario.objectives == "ttft=1")
    #expect(options.schedulers == ["orca", "b:x=1,y=2"])
  }

  @Test(arguments: [
    "--tensor-parallel-size=0", "--gpu-memory-utilization=0", "--gpu-memory-utilization=1.1",
    "--max-num-seqs=0", "--max-num-batched-tokens=-1", "--max-model-len=0", "--block-size=x",
    "--num-gpu-blocks-override=1.5", "--request-rate=0", "--request-rate=inf", "--arrivals=gamma",
    "--limit=0", "--seed=-1", "--seeds=1", "--seeds=5", "--jobs=0", "--schedulers=a=1",
    "--quantization=int3",
    "--quantization=", "--kv-cache-dtype=int8", "--kv-cache-dtype=none",
  ])
  func `what cannot be is refused under the option's own name`(word: String) {
    let error = #expect(throws: InputError.self) {
      try CompareOptions(invocation(word))
    }
    #expect(error?.source == word.split(separator: "=").first.map(String.init))
  }

  @Test func `formats go by vLLM's names and by ours`() throws {
    func deployment(_ words: String...) throws -> Deployment {
      try CompareOptions(
        Parser.parse(["a.csv"] + words, for: .compare())
      ).scenario.deployment
    }
    let plain = try deployment("--kv-cache-dtype=auto")
    #expect(plain.quantization == nil && plain.kvCacheDtype == nil)
    #expect(try deployment("--quantization=none").quantization == .bf16)
    #expect(try deployment("--quantization=awq").quantization == .int4Weight)
    #expect(try deployment("--quantization=fp8-block").quantization == .fp8Block)
    #expect(try deployment("--kv-cache-dtype=fp8_e4m3").kvCacheDtype == .fp8)
    #expect(try deployment("--kv-cache-dtype=bfloat16").kvCacheDtype == .bf16)
    let error = #expect(throws: InputError.self) { try deployment("--quantization=int3") }
    #expect(error?.problem == "there is no format \"int3\"")
    #expect(error?.remedy.hasPrefix("give none, or one of bf16, fp8, fp8-block, int8") == true)
  }

  @Test func `replay and compare share what they can`() {
    let replay = Set(Command.replay().options.map(\.name))
    let compare = Set(Command.compare().options.map(\.name))
    #expect(
      replay.subtracting(compare)
        == [
          "--scheduler", "--deployment", "--print-deployment", "--requests-csv",
          "--iterations-csv", "--perfetto",
        ])
    #expect(
      compare.subtracting(replay) == ["--schedulers", "--jobs", "--seeds", "--csv", "--markdown"])
  }
}
