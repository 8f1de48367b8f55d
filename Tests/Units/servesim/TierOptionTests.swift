import Serving
import Testing

@testable import Formats
@testable import Studies
@testable import servesim

private func scenario(_ words: [String]) throws -> Scenario {
  try ReplayOptions(Parser.parse(["a.csv"] + words, for: .replay())).scenario
}

/// Two requests that begin alike.
private let trace = Trace(
  requests: (0..<2).map { Request(arrival: $0, promptTokens: 64, outputTokens: 2) },
  columns: Columns(prefixHashes: PrefixHashes([[1, 2, 3, 4], [1, 2, 3, 4]])))

@Suite struct `Options of tiers` {
  @Test func `arrive`() throws {
    let words = [
      "--kv-offloading-size=64",
      "--tiers=ssd:gib=2000,read=6.9,write=3,latency=0.1,eviction=arc,write-policy=write_back;"
        + "store:gib=unlimited,read=25,write=25,shared=true",
    ]
    let tiering = try #require(
      try scenario(words).serving(trace).engine.rules.memory.tiering)
    #expect(tiering.tiers.map(\.name) == ["host", "ssd", "store"])
    #expect(tiering.tiers.map(\.isShared) == [false, false, true])
    #expect(tiering.tiers[0].bytes == 64 * 1_073_741_824 && tiering.loads == .asynchronous)
    #expect(tiering.tiers[1].eviction == .arc && tiering.tiers[1].write == .back)
    #expect(tiering.tiers[1].reads == Link(bandwidth: 6.9e9, latency: 100_000))
    // Llama-3-8B: 2 * 32 layers * 8 heads * 128 * 2 bytes.
    #expect(tiering.bytesPerToken == 131_072 && tiering.prefetch == .waitComplete)
  }

  /// Section 7, check 10: eight GPUs keep latents eight times, and a tier once.
  @Test func `keep latents once`() throws {
    let words = ["--model=deepseek-v3", "--gpu=h200-sxm", "--kv-offloading-size=9"]
    for gpus in [8, 16] {
      let tiering = try scenario(words + ["--tensor-parallel-size=\(gpus)"]).serving(trace)
        .engine.rules.memory.tiering
      #expect(tiering?.bytesPerToken == 70_272)
    }
  }

  @Test func `mean what LMCache and HiCache have`() throws {
    let lmcache = try scenario(["--kv-offloading-size=9", "--kv-offloading-backend=lmcache"])
      .serving(trace).engine.rules.memory.tiering
    #expect(lmcache?.unitBlocks == 16 && lmcache?.loads == .blocking)
    #expect(lmcache?.keepsAnswers == false)
    let hiCache = [
      "--scheduler=sglang", "--enable-hierarchical-cache", "--tiers=ssd:gib=9,read=1,write=1",
    ]
    let service = try scenario(hiCache).serving(trace)
    let memory = service.engine.rules.memory
    let tiering = try #require(memory.tiering)
    #expect(tiering.loads == .byLayer(32) && tiering.prefetchesOnArrival)
    #expect(tiering.prefetch == .timeout(1_000_000_000, perThousandTokens: 250_000_000))
    #expect(tiering.tiers[0].bytes == 2 * 131_072 * Double(memory.totalBlocks))
    let back = try scenario(
      hiCache + ["--hicache-size=30", "--hicache-write-policy=write_back"]
    ).serving(trace).engine.rules.memory.tiering
    #expect(back?.tiers[0].bytes == 30e9 && back?.tiers[0].write == .back)
  }

  @Test(arguments: [
    "--tiers=", "--tiers=ssd", "--tiers=ssd:gib=1,read=1", "--tiers=ssd:gib=1,read=1,write=0",
    "--tiers=SSD:gib=1,read=1,write=1", "--tiers=a:gib=1,read=1,write=1,eviction=lfu",
    "--tiers=a:gib=1,read=1,write=1,write-policy=never", "--tiers=a:gib=1,read=1,write=1,size=3",
    "--tiers=a:gib=1,read=1,write=1;a:gib=1,read=1,write=1", "--kv-offloading-size=0",
    "--kv-offloading-backend=disk", "--hicache-ratio=0", "--hicache-write-policy=later",
    "--hicache-storage-prefetch-policy=never",
  ])
  func `that cannot be are refused under their own name`(word: String) {
    let error = #expect(throws: InputError.self) { try scenario([word]) }
    #expect(error?.source == word.split(separator: "=").first.map(String.init))
  }

  @Test(arguments: [
    ["--kv-offloading-size=9", "--scheduler=sarathi"],
    ["--kv-offloading-size=9", "--scheduler=sglang"],
    ["--kv-offloading-size=9", "--scheduler=vllm:enable-prefix-caching=false"],
    ["--kv-offloading-size=9", "--pipeline-parallel-size=2"],
    ["--kv-offloading-size=9", "--client-timeout=3"],
    ["--kv-offloading-size=9", "--faults=random:mtbf=9,mttr=3"],
    ["--kv-offloading-size=9", "--model=gpt-oss-20b"],
    ["--kv-offloading-backend=native"], ["--enable-hierarchical-cache"], ["--hicache-ratio=3"],
    ["--hicache-ratio=3", "--hicache-size=3", "--enable-hierarchical-cache", "--scheduler=sglang"],
    ["--hicache-ratio=3", "--scheduler=sglang"],
    [
      "--hicache-storage-prefetch-policy=timeout", "--enable-hierarchical-cache",
      "--scheduler=sglang",
    ],
    ["--tiers=host:gib=1,read=1,write=1", "--kv-offloading-size=9"],
  ])
  func `that go with nothing else that is set are refused`(words: [String]) throws {
    let scenario = try scenario(words)
    #expect(throws: InputError.self) { try scenario.serving(trace) }
  }

  @Test func `say nothing of a trace that does not tell what prompts share`() throws {
    let plain = Trace(requests: trace.requests)
    let error = #expect(throws: InputError.self) {
      try scenario(["--kv-offloading-size=9"]).serving(plain)
    }
    #expect(error?.source == "--kv-offloading-size")
  }

  @Test func `are read as they are shown`() throws {
    let text = "ssd:gib=2000,read=6.9,write=3,latency=0.1,eviction=arc,write-policy=write_back"
    let tiers = try scenario(["--tiers=" + text]).deployment.tiers.below
    #expect(tiers.map(TierNotation.text) == [text])
    let given = GivenValue(source: "--tiers", text: TierNotation.text(tiers[0]))
    #expect(try TierNotation.tiers(given) == tiers)
  }

  @Test func `of pools stand in their file, and not where prompts are handed over`() throws {
    func fleet(_ role: String) -> String {
      """
      {"pools": [{"name": "p", "scheduler": "vllm", "role": "\(role)",
        "tiers": "ssd:gib=9,read=1,write=1"},
       {"name": "d", "scheduler": "vllm", "role": "\(role == "both" ? "both" : "decode")"}],
       \(role == "both" ? "" : #""links": [{"bandwidth-gb-s": 100}],"#) "router": "round-robin"}
      """
    }
    let pools = try PooledDeployment(Array(fleet("both").utf8), source: "f.json")
    #expect(pools.pools.map { $0.deployment.tiers.below.count } == [1, 0])
    let error = #expect(throws: InputError.self) {
      try PooledDeployment(Array(fleet("prefill").utf8), source: "f.json")
    }
    #expect(error?.problem.contains("tiers of pools that hand over") == true)
  }
}
