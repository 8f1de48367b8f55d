import Serving
import Testing

@testable import Formats
@testable import servesim

private func refusal(_ words: [String]) -> InputError? {
  #expect(throws: InputError.self) {
    try ReplayOptions(Parser.parse(["a.csv"] + words, for: .replay()))
  }
}

@Suite struct `Numbers of options` {
  private static let ranges: [(name: String, range: ClosedRange<Int>)] = [
    ("--max-num-seqs", EngineRange.sequences), ("--max-num-batched-tokens", EngineRange.tokens),
    ("--max-model-len", EngineRange.tokens), ("--block-size", EngineRange.blockTokens),
    ("--num-gpu-blocks-override", EngineRange.blocks), ("--clients", EngineRange.clients),
    ("--replicas", EngineRange.replicas),
  ]

  @Test(arguments: ranges)
  func `reach to the ends of the engine's range, and those beyond are refused with it`(
    name: String, range: ClosedRange<Int>
  ) throws {
    for end in [range.lowerBound, range.upperBound] {
      _ = try ReplayOptions(
        Parser.parse(["a.csv", "\(name)=\(end)"], for: .replay()))
    }
    for beyond in [range.lowerBound - 1, range.upperBound + 1] {
      let error = refusal(["\(name)=\(beyond)"])
      #expect(error?.source == name)
      #expect(error?.remedy.contains("at most \(range.upperBound)") == true)
    }
  }

  @Test func `may not put a client's first request off beyond all time`() throws {
    let end = Int(EngineRange.time.upperBound.seconds)
    _ = try ReplayOptions(
      Parser.parse(
        ["a.csv", "--clients=3", "--stagger=\(end / 2)", "--think-time=\(end)"],
        for: .replay()))
    let error = refusal(["--stagger=\(end / 2 + 1)", "--clients=3"])
    #expect(error?.source == "--stagger" && error?.remedy.contains("at most \(end / 2)") == true)
    #expect(refusal(["--think-time=\(end + 1)", "--clients=1"])?.source == "--think-time")
  }

  @Test(arguments: ["synthesize", "bench"])
  func `of requests that are made are refused beyond what memory holds`(command: String) throws {
    for count in [0, 10_000_001, Int.max] {
      let run = try Run("servesim \(command) --requests \(count)")
      #expect(run.code == 2 && run.errors.hasPrefix("servesim: --requests: "))
      #expect(run.output.isEmpty)
    }
  }
}
