import Serving
import Support
import Testing

@Suite struct `What fails` {
  private static let trace = Trace(
    requests: (0..<23).map {
      Request(arrival: $0 * 10, promptTokens: 20 + $0, outputTokens: 1 + $0)
    },
    columns: Columns(
      prefixHashes: PrefixHashes((0..<23).map { [UInt64($0)] }), priorities: Array(0..<23)))

  /// A prompt of more than 30 tokens behind one of more than 20.
  @Test func `is made as small as it can be and still fails`() {
    let small = shrunk(Self.trace, to: \.smaller) { trace in
      zip(trace.requests, trace.requests.dropFirst()).contains {
        $0.promptTokens > 20 && $1.promptTokens > 30
      }
    }
    #expect(small.count == 2 && small.columns == Columns())
    #expect(small.requests.map(\.outputTokens) == [1, 1])
    #expect(small.requests.allSatisfy { $0.arrival == 0 && $0.promptTokens <= 2 * 30 + 1 })
    #expect(small.requests[0].promptTokens > 20 && small.requests[1].promptTokens > 30)
  }

  @Test func `is written so that it can be run again`() {
    let trace = Trace(
      requests: [Request(arrival: 7, promptTokens: 3, outputTokens: 2)],
      columns: Columns(priorities: [-1]))
    #expect(
      trace.literal == """
        Trace(requests: [(7, 3, 2)].map { Request(arrival: $0, promptTokens: $1, \
        outputTokens: $2) }, columns: Columns(prefixHashes: nil, prefixBlockTokens: 16, \
        priorities: [-1]))
        """)
    var rules = EngineRules(
      maxNumSeqs: 4, maxNumBatchedTokens: nil, chunksPrompts: true, maxModelLen: 9, blockSize: 1,
      reservation: .chunk, watermark: 0, decodeGate: .open, lengthLimit: .reached)
    let standard = rules
    rules.memory.blockSize = 8
    rules.memory.watermark = 0.5
    #expect(
      changes(of: rules, from: standard, in: "rules")
        == "rules.memory.blockSize = 8; rules.memory.watermark = 0.5")
  }
}
