import Formats
import Foundation
import Serving
import Support
import Testing

@testable import Workloads

@Suite struct `What real engines did` {
  private let experiments = """
    experiment,model,gpu,tp,max_model_len,max_num_batched_tokens,max_num_seqs,\
    kv_blocks_total_gpu,kv_block_size,output_len
    one,org/Some-7b,H100 80GB (SXM),2,4096,2048,128,7462,16,40
    two,org/Some-7b,NVIDIA A100-SXM4-80GB,1,4096,2048,128,100,16,40

    """
  private let requests = """
    index,prompt_id,arrival_us,input_tokens,output_tokens,has_error,ttft_ms,e2e_ms
    0,3,1500000,17,9,0,12.5,100.25
    1,3,1000000,0,9,1,0,0

    """

  /// Sent at 1 and 3 s after the first's second, with latencies in milliseconds.
  @Test func `is read from a table whose columns are named`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/mine.csv"
    let rows = "at,in,out,first,last\n3,20,4,10.5,30\n1,10,2,5,9\n"
    try rows.write(toFile: path, atomically: false, encoding: .utf8)
    func run(_ text: String) throws -> MeasuredRun? {
      let columns = try ColumnMeanings(GivenValue(source: "--columns", text: text))
      return try MeasuredRuns.read(path, columns: columns).first
    }
    let names = "arrival=at,prompt=in,output=out,ttft=first"
    let read = try #require(try run(names + ",e2e=last,latency-unit=ms"))
    #expect(read.trace.requests.map(\.arrival) == [0, 2_000_000_000])
    #expect(read.trace.requests.map(\.promptTokens) == [10, 20])
    #expect(
      read.requests == [
        MeasuredRun.Latency(firstToken: 5_000_000, whole: 9_000_000),
        MeasuredRun.Latency(firstToken: 10_500_000, whole: 30_000_000),
      ])
    #expect {
      try run(names)
    } throws: {
      "\($0)" == "--columns: nothing says which column is the e2e; add e2e=NAME"
    }
  }

  @Test func `is read from a folder with what it states`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/vllm_0.15.1_h100"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try experiments.write(toFile: path + "/experiments.csv", atomically: false, encoding: .utf8)
    try requests.write(toFile: path + "/requests_one.csv", atomically: false, encoding: .utf8)
    let run = try #require(try MeasuredRuns.read(path, experiment: "one").first)
    #expect(run.engine == MeasuredRun.Engine("vllm", "0.15.1") && run.blocks == 7462)
    #expect(
      run.settings == [
        .model: "org/Some-7b", .gpu: "h100-sxm", .tensorParallelSize: "2", .maxModelLen: "4096",
        .maxNumBatchedTokens: "2048", .maxNumSeqs: "128", .blockSize: "16",
      ])
    #expect(MeasuredRun.Stated.maxNumBatchedTokens.name == "max-num-batched-tokens")
    // In order of arrival from 0 on, as long as was asked for; the same prompt, the same blocks;
    // one that failed, whose length is not known, as long as the others.
    #expect(run.trace.requests.map(\.arrival) == [0, 500_000_000])
    #expect(run.trace.requests.allSatisfy { $0.outputTokens == 40 && $0.promptTokens == 17 })
    let hashes = try #require(run.trace.columns.prefixHashes)
    #expect(Array(hashes[0]) == Array(hashes[1]) && hashes[0].count == 2)
    #expect(
      run.requests == [.failed, .init(firstToken: 12_500_000, whole: 100_250_000)])
    #expect(throws: InputError.self) { try MeasuredRuns.read(path, experiment: "three") }
  }

  @Test(arguments: ["vllm", "sglang"])
  func `is read from the results of a benchmark`(_ engine: String) throws {
    let folder = try TemporaryFolder()
    try folder.put(
      """
      {"backend": "\(engine)", "model_id": "org/m", "request_rate": 4.0, "max_concurrency": null,
      "input_lens": [200, 180], "output_lens": [3, 1], "ttfts": [0.02, 0.5],
      "itls": [[0.007, 0.008], []], "start_times": [100.5, 100.0]}
      """, in: "r.json")
    let run = try #require(try MeasuredRuns.read(folder.path + "/r.json").first)
    #expect(run.trace.requests.map(\.promptTokens) == [180, 200])
    #expect(run.trace.requests.map(\.arrival) == [0, 500_000_000])
    #expect(
      run.requests == [
        .init(firstToken: 500_000_000, whole: 500_000_000),
        .init(firstToken: 20_000_000, whole: 35_000_000),
      ])
    #expect(run.settings == [.model: "org/m"])
  }

  @Test func `is read as means where a result has no more`() throws {
    let folder = try TemporaryFolder()
    try folder.put(
      """
      {"model_id": "org/m", "num_prompts": 4, "completed": 4, "max_concurrency": 2,
      "total_input_tokens": 400, "total_output_tokens": 40, "mean_ttft_ms": 20.5,
      "mean_tpot_ms": 7.0, "output_throughput": 15.5}
      """, in: "r.json")
    let run = try #require(try MeasuredRuns.read(folder.path + "/r.json").first)
    #expect(run.trace.count == 4 && run.trace.requests[0].promptTokens == 100)
    #expect(run.means == [.ttft: 0.0205, .tpot: 0.007, .throughput: 15.5])
    #expect(run.settings[.clients] == "2")
  }

  @Test func `is read from AIPerf and GuideLLM`() throws {
    let folder = try TemporaryFolder()
    func line(_ start: Int, _ error: String) -> String {
      #"{"metadata": {"request_start_ns": \#(start), "benchmark_phase": "profiling"}, "metrics": "#
        + #"{"input_sequence_length": {"value": 550}, "output_sequence_length": {"value": 9}, "#
        + #""time_to_first_token": {"value": 25.5}, "request_latency": {"value": 297.5}}, "#
        + #""error": \#(error)}"# + "\n"
    }
    try folder.put(
      line(1_759_813_207_532_900_363, "null") + line(1_759_813_207_532_900_463, #"{"code": 500}"#),
      in: "profile.jsonl")
    let run = try #require(try MeasuredRuns.read(folder.path + "/profile.jsonl").first)
    #expect(run.trace.requests.map(\.arrival) == [0, 100])
    #expect(run.requests == [.init(firstToken: 25_500_000, whole: 297_500_000), .failed])
    try folder.put(
      """
      {"benchmarks": [{"requests": {"successful": [{"request_start_time": 1768932686.5,
      "request_end_time": 1768932688.25, "prompt_tokens": 2998, "output_tokens": 56,
      "time_to_first_token_ms": 314.5}]}}]}
      """, in: "g.json")
    let other = try #require(try MeasuredRuns.read(folder.path + "/g.json").first)
    #expect(other.requests == [.init(firstToken: 314_500_000, whole: 1_750_000_000)])
  }

  @Test func `is refused where a file is no record of a run`() throws {
    let folder = try TemporaryFolder()
    try folder.put("a,b\n1,2\n", in: "r.csv")
    try folder.put("{\"a\": 1}", in: "r.json")
    for name in ["r.csv", "r.json", "none.csv"] {
      #expect(throws: InputError.self) { try MeasuredRuns.read("\(folder.path)/\(name)") }
    }
  }

  @Test(arguments: [
    ("H100 80GB (SXM datasheet)", "h100-sxm"), ("h200_sxm", "h200-sxm"), ("gb200_nvl", "gb200"),
    ("NVIDIA A100-SXM4-80GB", "a100-sxm-80gb"), ("NVIDIA A100-PCIE-80GB", "a100-pcie-80gb"),
    ("RTXPRO6000", "rtx-pro-6000"),
  ])
  func `names GPUs as others do`(_ stated: String, _ ours: String) {
    #expect(StatedGPU.name(of: stated) == ours)
  }

  /// Twelve requests, of which the first answers and the rest fail after 300 s and a little.
  @Test(arguments: [(300_000.0, true), (250_000, false)])
  func `state a time-out where failures show one`(_ first: Double, _ isOne: Bool) throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/vllm_0.15.1_h100"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try experiments.write(toFile: path + "/experiments.csv", atomically: false, encoding: .utf8)
    let head = "index,prompt_id,arrival_us,input_tokens,output_tokens,has_error,ttft_ms,e2e_ms\n"
    let failed = (0..<11).map { row in
      "\(row),1,\(row * 1000),0,0,1,,\(row == 0 ? first : 300_000 + Double(row) * 10)\n"
    }
    try (head + "0,3,0,17,9,0,12.5,290000\n" + failed.joined())
      .write(toFile: path + "/requests_one.csv", atomically: false, encoding: .utf8)
    let run = try #require(try MeasuredRuns.read(path, experiment: "one").first)
    #expect(run.settings[.clientTimeout] == (isOne ? "300.0" : nil))
    #expect(run.notes.contains { $0.contains("time-out") } == isOne)
  }

  /// InferenceX's lengths are drawn from 0.8 of the length to the length; others' are alike.
  @Test(arguments: [("db-dump/2026-04-27", true), ("source_file=aic-auto-gap/x.csv", false)])
  func `has lengths as its campaign drew them`(_ origin: String, _ isVaried: Bool) throws {
    let folder = try TemporaryFolder()
    try folder.put(
      """
      id,backend,backend_version,model_path,system,mode,isl,osl,gemm_quant_mode,tp_size,pp_size,\
      attention_dp_size,moe_ep_size,silicon_ttft_ms,silicon_tpot_ms,silicon_concurrency,origin
      a,vllm,0.12.0,org/m,h100_sxm,agg,1024,8192,fp8,2,1,1,1,100,20,64,\(origin)

      """, in: "p.csv")
    let run = try #require(try MeasuredRuns.read(folder.path + "/p.csv").first)
    #expect(run.trace.count == 640)
    let prompts = run.trace.requests.map(\.promptTokens)
    let outputs = run.trace.requests.map(\.outputTokens)
    if isVaried {
      #expect(prompts.min()! >= 819 && prompts.max()! <= 1024 && outputs.min()! >= 6553)
      // The mean of 640 such lengths is within four of its standard errors of 0.9 of the length.
      let mean = Double(prompts.reduce(0, +)) / 640
      #expect(abs(mean - 921.5) < 4 * 205 / 12.0.squareRoot() / 640.0.squareRoot())
    } else {
      #expect(Set(prompts) == [1024] && Set(outputs) == [8192])
    }
    #expect(run.settings[.maxModelLen] == "9472")
  }

  /// What `benchmarks/70b_fp8_b200_trt_slurm.sh`, `70b_fp8_h200_slurm.sh`,
  /// `single_node/gptoss_fp4_h200.sh`, `dsr1_fp8_b200.sh`, `qwen3.5_fp8_h200.sh`,
  /// `qwen3.5_fp8_b300.sh` and `dsr1_fp8_h200_trt.sh` give.
  @Test(arguments: [
    ("trtllm,1,meta-llama/Llama-3.1-70B,b200_sxm", "fp8,16384,,,", ""),
    ("vllm,1,meta-llama/Llama-3.1-70B,h200_sxm", "fp8,8192,64,false,", ""),
    ("vllm,1,openai/gpt-oss-120b,h200_sxm", ",8192,64,,marlin", ""),
    (
      "sglang,1,deepseek-ai/DeepSeek-R1,b200_sxm", "fp8,32768,128,true,",
      "max-prefill-tokens=32768,scheduler-recv-interval=30"
    ),
    (
      "sglang,1,Qwen/Qwen3.5-397B-A17B,h200_sxm", "fp8,16384,128,,", "max-prefill-tokens=16384"
    ),
    (
      "sglang,1,Qwen/Qwen3.5-397B-A17B,b300_sxm", "fp8,16384,64,,",
      "max-prefill-tokens=16384,scheduler-recv-interval=10"
    ),
    ("trtllm,1,deepseek-ai/DeepSeek-R1,h200_sxm", "fp8,8320,,,", ""),
    ("vllm,1,org/unread,h200_sxm", ",,,,", ""),
  ])
  func `states what its campaign's script starts the server with`(
    _ row: String, _ expected: String, _ options: String
  ) throws {
    let folder = try TemporaryFolder()
    let head =
      "id,backend,backend_version,model_path,system,mode,isl,osl,gemm_quant_mode,tp_size,pp_size,"
      + "attention_dp_size,moe_ep_size,silicon_ttft_ms,silicon_tpot_ms,silicon_concurrency,origin"
    for (origin, isTheirs) in [("db-dump/2026-04-27", true), ("aic-auto-gap", false)] {
      try folder.put(
        "\(head)\na,\(row),agg,8192,1024,fp8,8,1,1,1,100,20,64,\(origin)\n", in: "p.csv")
      let run = try #require(try MeasuredRuns.read(folder.path + "/p.csv").first)
      let stated: [MeasuredRun.Stated] = [
        .kvCacheDtype, .maxNumBatchedTokens, .maxNumSeqs, .fuseAllreduceRms, .moeBackend,
      ]
      let said = stated.map { run.settings[$0] ?? "" }.joined(separator: ",")
      #expect(said == (isTheirs ? expected : ",,,,"))
      #expect(run.options.joined(separator: ",") == (isTheirs ? options : ""))
    }
  }

  /// Prompts wait for others at 1,024 and 1,024 tokens on less than eight GPUs
  /// (`70b_fp4_b200_trt_slurm.sh`); a server that drafts is not simulated.
  @Test(arguments: [
    ("trtllm,1,meta-llama/Llama-3.1-70B", 4, 64, "", true, false),
    ("trtllm,1,meta-llama/Llama-3.1-70B", 8, 64, "", false, false),
    ("trtllm,1.2.0rc6.post2,deepseek-ai/DeepSeek-R1", 8, 64, "2026-01-29", true, false),
    ("trtllm,1.2.0rc6.post3,deepseek-ai/DeepSeek-R1", 8, 32, "2026-02-05", false, true),
    ("trtllm,1.1.0rc2.post2,deepseek-ai/DeepSeek-R1", 8, 64, "2026-01-14", false, true),
    ("trtllm,1.1.0rc2.post2,deepseek-ai/DeepSeek-R1", 8, 64, "2025-12-15", false, false),
    ("sglang,0.5.9,deepseek-ai/DeepSeek-R1", 8, 128, "2026-03-25", false, false),
    ("sglang,0.5.9,deepseek-ai/DeepSeek-R1", 8, 256, "2026-03-25", false, true),
  ])
  func `states that prompts wait for others, and that tokens are drafted`(
    _ row: String, _ gpus: Int, _ clients: Int, _ date: String, _ waits: Bool, _ drafts: Bool
  ) throws {
    let folder = try TemporaryFolder()
    try folder.put(
      """
      id,backend,backend_version,model_path,system,mode,isl,osl,gemm_quant_mode,tp_size,pp_size,\
      attention_dp_size,moe_ep_size,silicon_ttft_ms,silicon_tpot_ms,silicon_concurrency,measured,\
      origin
      a,\(row),b200_sxm,agg,1024,1024,fp8,\(gpus),1,1,1,100,20,\(clients),\(date),db-dump/2026-04-27
      """, in: "p.csv")
    let run = try #require(try MeasuredRuns.read(folder.path + "/p.csv").first)
    #expect(run.options.contains { $0.hasPrefix("batch-wait-timeout-iters") } == waits)
    #expect((run.obstacle != nil) == drafts)
  }

  /// Rows of one run as aiconfigurator's two conversions of InferenceX's dump have it: Qwen3.5-397B
  /// on 8 H200, Kimi-K2.5 on 4 B200, DeepSeek-R1 on 8 with attention by data, gpt-oss on 2.
  @Test(arguments: [
    ("sglang", "8,1,1,8", "2026-03-25.c", "64,1,8,8", "8,,8"),
    ("vllm", "4,1,1,4", "2026-03-25.c", "4,4,1,16", "4,,4"),
    ("trtllm", "1,8,1,8", "2026-03-25.c", "1,64,8,8", "1,8,8"),
    ("trtllm", "2,1,1,2", "aic-auto-gap", "4,1,2,2", "2,,2"),
    ("trtllm", "4,1,1,4", "2026-03-25.c", "16,1,4,4", "4,,4"),
  ])
  func `has the GPUs that it ran on, not the product of their degrees`(
    _ engine: String, _ plain: String, _ origin: String, _ multiplied: String, _ expected: String
  ) throws {
    let folder = try TemporaryFolder()
    try folder.put(
      """
      id,backend,backend_version,model_path,system,mode,isl,osl,gemm_quant_mode,tp_size,\
      attention_dp_size,moe_tp_size,moe_ep_size,pp_size,silicon_ttft_ms,silicon_tpot_ms,\
      silicon_concurrency,origin
      a,\(engine),1,org/m,h200_sxm,agg,1024,64,fp8,\(plain),1,100,20,4,source_file=\(origin)
      b,\(engine),1,org/m,h200_sxm,agg,1024,64,fp8,\(multiplied),1,100,20,4,db-dump/2026-04-27
      """, in: "p.csv")
    let runs = try MeasuredRuns.read(folder.path + "/p.csv")
    #expect(runs.count == 2)
    for run in runs {
      let map: [MeasuredRun.Stated] = [.tensorParallelSize, .dataParallelSize, .expertParallelSize]
      #expect(map.map { run.settings[$0] ?? "" }.joined(separator: ",") == expected, "\(run.name)")
      #expect(run.obstacle == nil)
    }
  }
}
