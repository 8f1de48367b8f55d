import Formats
import Serving
import Studies
import Support
import Testing

@testable import servesim

private func options(_ words: String...) throws -> PlanOptions {
  try PlanOptions(Parser.parse(["a.csv"] + words, for: .plan()))
}

@Suite struct `Options of a plan` {
  @Test func `arrive, and have defaults`() throws {
    let plain = try options("--slo=ttft<1s")
    #expect(plain.requirement.attainment == 0.99 && plain.goal == .money)
    #expect(plain.space.replicas == Array(1...16) && plain.space.mostGPUs == 128)
    #expect(plain.space.kinds.count > 5 && plain.space.kinds.allSatisfy { $0.price != nil })
    #expect(Set(plain.space.shapes.map(\.gpus)) == [1, 2, 4, 8])
    #expect(try options("--slo=ttft<1s", "--max-gpus=20").space.replicas == Array(1...20))
    let given = try options(
      "--slo=ttft<1s", "--attainment=95%", "--gpus=l40s,h100-sxm", "--tensor-parallel-size=1,2",
      "--replicas=3,1", "--max-gpus=6", "--schedulers=vllm,sarathi,orca", "--price=l40s=1",
      "--max-num-batched-tokens=256,own", "--quantization=none,fp8", "--minimize=gpus",
      "--async-scheduling")
    #expect(given.requirement.attainment == 0.95 && given.goal == .gpus)
    #expect(given.space.kinds.map(\.name) == ["l40s", "h100-sxm"])
    #expect(given.space.kinds[0].price?.dollarsPerHour == 1)
    #expect(given.space.replicas == [1, 3] && given.space.mostGPUs == 6)
    // Two GPUs, two degrees, two formats; two schedulers with two budgets, one with none.
    #expect(given.space.shapes.count == 2 * 2 * 2 * 5)
    #expect(given.space.shapes[0].others.map(\.name) == ["quantization"])
    #expect(
      given.space.shapes.allSatisfy {
        if case .alike(let host) = $0.deployment.host { host.isAsynchronous } else { false }
      })
  }

  @Test(arguments: [
    "--attainment=0", "--attainment=101%", "--attainment=99", "--gpus=h1000", "--max-gpus=0",
    "--replicas=0", "--replicas=2,2", "--price=l40s", "--minimize=time", "--seeds=0",
    "--max-num-batched-tokens=0", "--max-num-batched-tokens=8,8", "--schedulers=vlm",
    "--tensor-parallel-size=1,1", "--model=llama-9", "--token-prices=input=1",
    "--token-prices=input=1,input=1,output=2", "--token-prices=input=1,output=-2",
  ])
  func `that cannot be are refused under their own name`(word: String) throws {
    let error = try #require(throws: InputError.self) { try options("--slo=ttft<1s", word) }
    let name = String(word.prefix { $0 != "=" })
    #expect([name, name.hasSuffix("s") ? String(name.dropLast()) : name].contains(error.source))
  }

  @Test func `name pools that hand over, besides replicas that do all`() throws {
    let plan = try options(
      "--slo=ttft<1s", "--gpus=l40s", "--tensor-parallel-size=1,2", "--schedulers=vllm",
      "--max-num-batched-tokens=own", "--pools=prefill=1..2,decode=1..3", "--max-gpus=8",
      "--link-bandwidth-gb-s=25", "--replicas=2")
    #expect(plan.space.kinds.map(\.isApart) == [false, true])
    #expect(plan.space.shapes.count == 4 && plan.space.ratios.count == 6)
    // Two replicas of one and of two GPUs; six ratios on one GPU each, and those of at most four
    // replicas on two.
    #expect(plan.space.count == 2 + 6 + 5)
  }

  @Test(arguments: [
    (["--link-bandwidth-gb-s=25"], "--link-bandwidth-gb-s"),
    (["--pools=prefill=1,decode=1"], "--link-bandwidth-gb-s"),
    (["--pools=prefill=1,encode=1", "--link-bandwidth-gb-s=25"], "--pools"),
    (["--pools=prefill=90,decode=90", "--link-bandwidth-gb-s=25"], "--pools"),
    (["--pools=prefill=1,decode=1", "--link-bandwidth-gb-s=0"], "--link-bandwidth-gb-s"),
  ])
  func `of pools that cannot be are refused under their own name`(
    words: [String], name: String
  ) throws {
    let error = try #require(throws: InputError.self) {
      try PlanOptions(Parser.parse(["a.csv", "--slo=ttft<1s"] + words, for: .plan()))
    }
    #expect(error.source == name, "\(error)")
  }

  @Test func `need something to keep, and one model`() {
    #expect(throws: InputError.self) { try options() }
    #expect(throws: InputError.self) { try options("--slo=ttft<1s", "--model=opt-13b,opt-66b") }
  }
}

@Suite struct `The plan that is printed` {
  private static let trace = "head -n 124 '\(Repository.path("Traces/chat.csv"))' > t.csv"

  @Test(arguments: [
    "",
    "--replicas 1 --pools prefill=1..2,decode=1..3 --link-bandwidth-gb-s 50 --link-latency-ms 0.5",
  ])
  func `is a deployment file of its report, which replays to the same attainment`(
    pools: String
  ) throws {
    let folder = try TemporaryFolder()
    let load =
      "--request-rate 40 --slo 'ttft<300ms,tbt<\(pools.isEmpty ? 60 : 16)ms'"
    let plan = try Run(
      "cd '\(folder.path)'; \(Self.trace); servesim plan t.csv \(load) --gpus h100-sxm,l40s "
        + "--max-gpus 4 --schedulers vllm,sarathi \(pools) --report r --json -")
    let replay = try Run(
      "cd '\(folder.path)'; servesim replay t.csv \(load) --deployment r/deployment.json --json -")
    #expect(plan.code == 0 && replay.code == 0, "\(plan.errors)\(replay.errors)")
    let answer = JSONValue(parsing: plan.output)?["answer"]
    guard case .array(let runs)? = JSONValue(parsing: replay.output)?["runs"] else {
      Issue.record("no runs")
      return
    }
    #expect(
      answer?["attainment"] != nil && runs.first?["slo"]?["attainment"] == answer?["attainment"])
  }

  @Test(arguments: [
    "--slo 'ttft<300ms,tbt<60ms' --request-rate 40",
    "--slo 'ttft.p99<400ms' --request-rate 30 --arrivals poisson --seed 4 --frontend vllm-openai",
    "--slo 'e2e<3s' --attainment 90% --request-rate 20 --limit 80 --tensor-parallel-size 2",
    // Replicas that do all need more than one GPU more than there may be.
    "--slo 'ttft<200ms,tbt<16ms' --request-rate 40 --replicas 1 --pools prefill=1..2,decode=1..3 "
      + "--link-bandwidth-gb-s 50 --link-latency-ms 0.5",
  ])
  func `is replayed by its arguments to the same attainment`(question: String) throws {
    let folder = try TemporaryFolder()
    let plan = try Run(
      "cd '\(folder.path)'; \(Self.trace); servesim plan t.csv \(question) --gpus h100-sxm,l40s "
        + "--max-gpus 4 --schedulers vllm,sarathi --json -")
    #expect(plan.code == 0, "\(plan.errors)")
    let json = try #require(JSONValue(parsing: plan.output))
    let answer = try #require(json["answer"])
    guard case .array(let words)? = answer["arguments"] else {
      Issue.record("no arguments")
      return
    }
    let line = words.compactMap { word in
      if case .string(let text) = word { shellQuoted(text) } else { nil }
    }.joined(separator: " ")
    let replay = try Run("cd '\(folder.path)'; servesim replay t.csv \(line) --json -")
    #expect(replay.code == 0, "\(line): \(replay.errors)")
    guard case .array(let runs)? = JSONValue(parsing: replay.output)?["runs"] else {
      Issue.record("no runs")
      return
    }
    #expect(runs.first?["slo"]?["attainment"] == answer["attainment"], "\(line)")
    #expect(runs.first?["slo"]?["met"] != .bool(false))
    // The command line that is printed is the same.
    let text = try Run(
      "cd '\(folder.path)'; servesim plan t.csv \(question) --gpus h100-sxm,l40s "
        + "--max-gpus 4 --schedulers vllm,sarathi")
    #expect(text.output.contains("Replay it: servesim replay t.csv \(line)\n"), "\(text.output)")
  }
}
