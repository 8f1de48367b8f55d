import Costs
import Formats
import Foundation
import Metrics
import Serving
import Studies
import Support
import Testing
import Workloads

private let published = Repository.shared.appending(path: "reference/data/transfer_bandwidth.csv")

/// A fleet of one pool that computes prompts and one that decodes, with `changes` to its text.
private func fleet(_ changes: [(String, String)] = []) throws -> PooledDeployment {
  var text = """
    {"model": "llama-3-8b", "gpu": "h100-sxm", "max-model-len": 4096, "first-token": "decode",
     "pools": [
       {"name": "p", "role": "prefill", "replicas": 2, "scheduler": "vllm"},
       {"name": "d", "role": "decode", "tensor-parallel-size": 2, "scheduler": "vllm"}],
     "links": [{"bandwidth-gb-s": 100, "latency-ms": 0.4}]}
    """
  for (old, new) in changes {
    #expect(text.contains(old))
    text = text.replacing(old, with: new)
  }
  return try PooledDeployment(Array(text.utf8), source: "fleet.json")
}

private func scenario(on fleet: PooledDeployment) throws -> Scenario {
  var scenario = try Scenario { _ in nil }
  scenario.serve(on: fleet)
  return scenario
}

@Suite struct `Caches that are handed over` {
  /// `2 * layers * heads * size * bytes`, heads twice where there are more GPUs than heads, latents
  /// once (`reference/data/kv_bytes_per_token.csv`).
  @Test(arguments: [
    ("llama-3.1-8b", 1, 131_072.0), ("llama-3.1-8b", 8, 131_072), ("llama-3.1-70b", 4, 327_680),
    ("qwen3-8b", 8, 147_456), ("qwen3-235b-a22b", 4, 192_512), ("qwen3-235b-a22b", 8, 385_024),
    ("deepseek-v3", 1, 70_272), ("deepseek-v3", 8, 70_272),
  ])
  func `have the bytes of all GPUs`(_ model: String, _ gpus: Int, _ bytes: Double) throws {
    let shard = try Shard(of: try Models.named(model), tensorParallel: gpus)
    let cache = CacheBytes(of: shard)
    #expect(cache.perToken == bytes && cache.windows.isEmpty && cache.perSequence == 0)
  }

  @Test func `have no more of a window than it keeps`() throws {
    let shard = try Shard(of: try Models.named("gpt-oss-20b"))
    let cache = CacheBytes(of: shard)
    #expect(cache.windows.map(\.tokens) == [128])
    #expect(cache.bytes(ofLast: 100) == Double(shard.keyValueBytesPerToken * 100))
    let half = cache.perToken * 1000 + cache.windows[0].bytesPerToken * 128
    #expect(cache.bytes(ofLast: 1000) == half)
  }

  /// Latency and bandwidth are the fits of `disaggregation.md`, section 4; half the bytes would be
  /// as much off as a factor of two.
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: published.path), "needs ../shared"),
    arguments: [
      ("qwen3-8b", "Qwen3-8B", 146e9, 390_000), ("qwen3-235b-a22b", "Qwen3-235B", 171e9, 1_840_000),
    ])
  func `take what was published`(
    _ model: String, _ name: String, _ bandwidth: Double, _ latency: Int
  ) throws {
    let cache = CacheBytes(of: try Shard(of: try Models.named(model), tensorParallel: 8))
    let table = CSVTable(try String(contentsOf: published, encoding: .utf8))
    let rows = table.rows.filter {
      $0["kind"] == "kv P->D" && $0["setting"]!.contains(name) && $0["milliseconds"] != ""
    }
    #expect(rows.count == 9)
    for row in rows {
      let bytes = cache.bytes(ofLast: Int(row["tokens"]!)!)
      #expect(bytes == Double(row["bytes"]!)!)
      let seconds = bytes / bandwidth + Double(latency) / 1e9
      let measured = Double(row["milliseconds"]!)! / 1e3
      #expect(abs(seconds / measured - 1) < 0.072, "\(row)")
    }
  }
}

@Suite struct `A deployment file` {
  @Test func `of one pool is what the flags are`() throws {
    let text = """
      {"router": "least-requests",
       "pools": [{"name": "all", "replicas": 2, "scheduler": "sarathi:chunk=256",
                  "max-num-seqs": 32, "async-scheduling": true}]}
      """
    let file = try scenario(on: try PooledDeployment(Array(text.utf8), source: "one.json"))
    let flags = [
      "replicas": "2", "scheduler": "sarathi:chunk=256", "max-num-seqs": "32",
      "router": "least-requests", "async-scheduling": "true",
    ]
    let line = try Scenario { name in flags[name].map { GivenValue(source: name, text: $0) } }
    let trace = try chat(60, rate: 8)
    #expect(file.pools == nil)
    #expect(try file.service(for: trace).replay(trace) == line.service(for: trace).replay(trace))
  }

  @Test func `is written as the flags are given, and read back the same`() throws {
    let flags = [
      "replicas": "2", "scheduler": "vllm-0.11", "gpu-memory-utilization": "0.8",
      "router": "least-tokens", "async-scheduling": "true", "model": "mistral-7b",
    ]
    let text = PooledDeployment.text { name in
      flags[name].map { GivenValue(source: name, text: $0) }
    }
    let file = try scenario(on: try PooledDeployment(Array(text.utf8), source: "one.json"))
    let line = try Scenario { name in flags[name].map { GivenValue(source: name, text: $0) } }
    let trace = try chat(40, rate: 4)
    #expect(try file.service(for: trace).replay(trace) == line.service(for: trace).replay(trace))
  }

  @Test func `of two pools serves all, and its latencies add up`() throws {
    let trace = try chat(80, rate: 6)
    let service = try scenario(on: try fleet()).service(for: trace)
    let replay = try service.replay(trace, observing: .attribution)
    // What is longer than the limit is refused.
    let served = trace.requests.indices.filter { replay.timeline.records[$0].isCompleted }
    #expect(served.count > 70)
    #expect(replay.run.metrics.batches.recomputedPromptTokens == 0)
    let pools = try #require(replay.run.metrics.pools)
    #expect(pools.pools.map(\.name) == ["p", "d"] && pools.pools.map(\.replicas) == [2, 1])
    let prompts = served.reduce(0) { $0 + trace.requests[$1].promptTokens }
    #expect(pools.transfers?.count == served.count && pools.transfers?.tokens == prompts)
    #expect(pools.transfers?.bytes == Double(prompts) * 131_072)
    for row in served {
      let request = trace.requests[row]
      let attribution = replay.timeline.attributions[row]
      #expect(attribution.total == replay.timeline.records[row].finish - request.arrival)
      #expect(attribution.transfer >= 400_000)
    }
    #expect(replay.run.attribution?.parts.contains(.transfer) == true)
    let figures = replay.run.metrics.values.map(\.column)
    #expect(figures.contains("pool_p_busy_share") && figures.contains("transfers_count"))
    #expect(replay.run.settings.contains(Run.Setting("d.tensor_parallel_size", "2")))
    #expect(replay.run.settings.contains(Run.Setting("model", "llama-3-8b")))
  }

  /// What is wrong, the place that is named, and a word of the remedy.
  @Test(arguments: [
    ("\"role\": \"decode\"", "\"role\": \"decoder\"", "pools[1].role", "decode"),
    ("\"role\": \"decode\"", "\"role\": \"both\"", "pools[1].role", "prefill"),
    ("\"role\": \"decode\"", "\"role\": \"prefill\"", "pools", "give one"),
    ("\"name\": \"d\"", "\"name\": \"p\"", "pools[1].name", "own"),
    ("\"replicas\": 2", "\"replicas\": 0", "pools[0].replicas", "1"),
    ("\"replicas\": 2", "\"replica\": 2", "pools[0].replica", "replicas"),
    ("\"first-token\": \"decode\"", "\"first-token\": \"both\"", "first-token", "prefill"),
    ("\"bandwidth-gb-s\": 100, ", "", "links[0].bandwidth-gb-s", "bytes"),
    ("\"latency-ms\": 0.4", "\"latency-ms\": -1", "links[0].latency-ms", "0"),
    ("\"latency-ms\": 0.4", "\"from\": \"d\"", "links[0].from", "name"),
    ("[{\"bandwidth-gb-s\": 100, \"latency-ms\": 0.4}]", "[]", "links", "bandwidth-gb-s"),
    ("\"tensor-parallel-size\": 2", "\"model\": \"qwen3-8b\"", "pools[0].model", "same"),
    ("\"tensor-parallel-size\": 2", "\"kv-cache-dtype\": \"fp8\"", "kv-cache-dtype", "same"),
    ("\"tensor-parallel-size\": 2", "\"pipeline-parallel-size\": 2", "pipeline", "leave"),
    ("\"model\": \"llama-3-8b\"", "\"router\": \"nearest\"", "router", "round-robin"),
    ("\"first-token\": \"decode\"", "\"transfer\": \"fetch\"", "transfer", "reserve"),
    (
      "\"first-token\": \"decode\"", "\"max-local-prefill-ratio\": 2",
      "max-local-prefill-ratio", "1"
    ),
    ("\"latency-ms\": 0.4", "\"layer-wise\": true", "links[0].layer-wise", "push"),
  ])
  func `that is wrong is told where, and what would be right`(
    _ old: String, _ new: String, _ place: String, _ remedy: String
  ) throws {
    let error = try #require(throws: InputError.self) { try fleet([(old, new)]) }
    #expect(error.description.hasPrefix("fleet.json:"))
    #expect(error.description.contains(place), "\(error)")
    #expect(error.remedy.contains(remedy) || error.problem.contains(remedy), "\(error)")
  }

  /// What shows only when the pools are made.
  @Test(arguments: [
    ("\"tensor-parallel-size\": 2", "\"tensor-parallel-size\": 3", "pools[1].tensor-parallel-size"),
    ("\"scheduler\": \"vllm\"}]", "\"scheduler\": \"sarathi\"}]", "pools[1].scheduler"),
    ("\"tensor-parallel-size\": 2", "\"max-model-len\": 99999", "pools[1].max-model-len"),
  ])
  func `that cannot serve is told where`(_ old: String, _ new: String, _ place: String) throws {
    let trace = try chat(3, rate: 1)
    let scenario = try scenario(on: try fleet([(old, new)]))
    let error = try #require(throws: InputError.self) { try scenario.service(for: trace) }
    #expect(error.description.hasPrefix("fleet.json:\(place)"), "\(error)")
  }

  @Test(arguments: [
    ("transfer", "push"), ("first-token", "prefill"), ("decode-router", "least-requests"),
    ("max-local-prefill-ratio", "0.5"),
  ])
  func `says nothing of handing over where pools do all`(_ key: String, _ value: String) throws {
    let text = "{\"\(key)\": \"\(value)\", \"pools\": [{\"name\": \"a\"}]}"
    let error = try #require(throws: InputError.self) {
      try PooledDeployment(Array(text.utf8), source: "fleet.json")
    }
    #expect(error.description.hasPrefix("fleet.json:\(key)"), "\(error)")
  }

  @Test func `has a key for every setting of a deployment`() {
    let keys = PooledDeployment.keys.map(\.key)
    for setting in Deployment.settings() where setting.name != "router" {
      #expect(keys.contains("pools[].\(setting.name)"))
    }
    #expect(Set(keys).count == keys.count)
  }
}
