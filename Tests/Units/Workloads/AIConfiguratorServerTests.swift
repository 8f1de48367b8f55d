import Support
import Testing

@testable import Workloads

@Suite struct `Runs of aiconfigurator's own` {
  /// `rule_plugin/benchmark/trtllm.rule` and `vllm.rule`: room for the requests of a batch, and for
  /// them, a prompt and 1,500 tokens; as many clients as all servers have room for, together.
  @Test(arguments: [
    ("trtllm", "aic-auto-gap", "16", "32", "16,16,2540"),
    ("vllm", "aic-auto-gap", "64", "64", "64,64,2588"),
    ("vllm", "aic-auto-gap", "24", "", "24,24,2548"),
    ("sglang", "aic-auto-gap", "16", "32", "16,,"),
    ("vllm", "db-dump/2026-04-27", "16", "32", "32,,"),
    ("vllm", "aic-auto-gap", "", "32", "32,,"),
  ])
  func `have the room that its rules give a server`(
    _ engine: String, _ origin: String, _ batch: String, _ clients: String, _ expected: String
  ) throws {
    let folder = try TemporaryFolder()
    try folder.put(
      """
      id,backend,backend_version,model_path,system,mode,isl,osl,gemm_quant_mode,batch_size,tp_size,\
      attention_dp_size,moe_ep_size,pp_size,silicon_ttft_ms,silicon_tpot_ms,silicon_concurrency,\
      origin
      a,\(engine),1,org/m,h200_sxm,agg,1024,64,fp8,\(batch),1,1,1,1,100,20,\(clients),\(origin)
      """, in: "p.csv")
    let run = try #require(try MeasuredRuns.read(folder.path + "/p.csv").first)
    let stated: [MeasuredRun.Stated] = [.clients, .maxNumSeqs, .maxNumBatchedTokens]
    #expect(stated.map { run.settings[$0] ?? "" }.joined(separator: ",") == expected)
    let servers = try #require(Int(run.settings[.clients] ?? ""))
    #expect(run.trace.count == 10 * servers)
  }
}
