import Formats
import Studies
import Support
import Testing

@testable import servesim

private func sweep(_ words: [String]) throws -> SweepOptions {
  try SweepOptions(Parser.parse(["a.csv"] + words, for: .sweep()))
}

private let pools = ["--pools=prefill=1..2,decode=1", "--link-bandwidth-gb-s=50"]

@Suite struct `Pools on the command line of a sweep` {
  @Test func `are its first axis, beside what else is given`() throws {
    let grid = try sweep(pools + ["--max-num-seqs=8,16", "--request-rate=2"]).grid
    #expect(
      grid.axes.map(\.name) == ["pools", "max-num-seqs", "schedulers", "link-bandwidth-gb-s"])
    let counts = ["prefill=1,decode=1", "prefill=2,decode=1", "both=2", "both=3"]
    #expect(grid.axes[0].values == counts && grid.axes[2].values == ["vllm"])
    #expect(grid.combinations.count == 8)
    #expect(grid.combinations[2].counts?.text == "prefill=2,decode=1")
  }

  @Test func `are those of a file, as many as it says where nothing is said`() throws {
    let folder = try TemporaryFolder()
    try folder.put(
      """
      {"pools": [{"name": "p", "role": "prefill", "replicas": 2}, {"name": "d", "role": "decode"}],
       "links": [{"bandwidth-gb-s": 100}]}
      """, in: "fleet.json")
    let file = "--deployment=\(folder.path)/fleet.json"
    #expect(try sweep([file]).grid.axes[0].values == ["p=2,d=1", "both=3"])
    let grid = try sweep([file, "--pools=p=1,d=1..2"]).grid
    #expect(grid.axes[0].values == ["p=1,d=1", "p=1,d=2", "both=2", "both=3"])
    let error = try #require(throws: InputError.self) { try sweep([file, "--gpu=a40"]) }
    #expect(error.source == "--gpu")
    _ = folder.path
  }

  @Test(arguments: [
    ["--seeds=3"], ["--total-gpus=4"], ["--first-token=prefill"], ["--link-latency-ms=1"],
    ["--request-rate=auto"] + pools, ["--replicas=2"] + pools, ["--total-gpus=9"] + pools,
    ["--seeds=1"] + pools,
  ])
  func `are told what goes with none of them`(words: [String]) throws {
    let error = try #require(throws: InputError.self) { try sweep(words) }
    let named = words[0].prefix { $0 != "=" }
    #expect(error.source == named || error.source == "--pools", "\(error)")
  }

  @Test func `are searched for under one scheduler in capacity`() throws {
    let error = try #require(throws: InputError.self) {
      try CapacityOptions(
        Parser.parse(
          ["a.csv", "--slo=ttft<1s", "--schedulers=vllm,orca"] + pools, for: .capacity()))
    }
    #expect(error.source == "--schedulers")
  }
}
