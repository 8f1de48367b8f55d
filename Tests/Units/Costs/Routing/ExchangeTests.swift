import Formats
import Serving
import Testing

@testable import Costs

/// `tokens` of 100 bytes that each go through 2 of 4 experts on `gpus`.
private func exchange(_ tokens: Double, gpus: Double, isLowLatency: Bool) -> Exchange {
  Exchange(
    tokens: tokens, bytesPerToken: 100, experts: 4, perToken: 2, gpus: gpus, isCombining: false,
    isLowLatency: isLowLatency)
}

@Suite struct `Tokens on their way to experts` {
  /// Two of four experts miss a given half with a chance of 1/6, and a given quarter with 1/2.
  @Test func `reach as many GPUs as chance has it`() {
    let some = exchange(1, gpus: 4, isLowLatency: true)
    #expect(agree(some.reached(of: 2), 2 * 5.0 / 6) && agree(some.reached(of: 4), 4 * 0.5))
    #expect(agree(some.reached(of: 1), 1))
  }

  @Test func `go once to each GPU by many, and to each expert by few`() {
    let many = exchange(6, gpus: 2, isLowLatency: false).sentBytes
    #expect(agree(many.inNode, 600 * 5.0 / 3 / 2) && many.beyond == 0)
    let few = exchange(6, gpus: 2, isLowLatency: true).sentBytes
    #expect(agree(few.inNode, 600) && few.beyond == 0)
  }

  @Test func `go beyond the node as far as their experts are there`() {
    var far = exchange(6, gpus: 16, isLowLatency: true)
    (far.experts, far.perToken) = (64, 4)
    #expect(agree(far.sentBytes.beyond, 1200) && far.nodes == 2)
    far.isLowLatency = false
    let missing: Double = Double(32 * 31 * 30 * 29) / Double(64 * 63 * 62 * 61)
    #expect(agree(far.sentBytes.beyond, 600 * (1 - missing)))
  }

  /// DeepEP's documentation, H800: microseconds of 128 tokens, 7168 wide, to 8 experts; an H100
  /// whose only difference is its NVLink. 15 %, but for results within one node (22 % too long).
  @Test(arguments: [
    (8, 77.0, 114.0), (16, 118, 195), (32, 155, 273), (64, 173, 314), (128, 192, 369),
    (256, 194, 360),
  ])
  func `take what DeepEP publishes of H800`(_ gpus: Int, _ out: Double, _ back: Double) throws {
    let gpu = try GPUs.named("h800-sxm")
    for (isCombining, published) in [(false, out), (true, back)] {
      let bytes = Exchange.bytesPerElement(.fp8, isCombining: isCombining)
      let sent = Exchange(
        tokens: 128, bytesPerToken: 7168 * bytes, experts: 256, perToken: 8, gpus: Double(gpus),
        isCombining: isCombining, isLowLatency: true)
      let operation = Operation.exchange(.dispatchTokens, sent, repeats: 1)
      let seconds = OperationTimes.measured.seconds(operation, on: gpu)
      let bar = gpus == 8 && isCombining ? 0.25 : 0.15
      #expect(abs(seconds * 1e6 / published - 1) < bar, "\(gpus) \(isCombining) \(seconds)")
    }
  }

  @Test func `leave experts the tokens that are theirs alone`() throws {
    let model = try Models.named("deepseek-v3")
    var map = ParallelMap(data: 32, expert: 32)
    func work() throws -> ExpertWork {
      let batch = Batch(decodes: 64, decodeContext: 64, decodeContextSquares: 64)
      let list = ModelOperations(of: try Shard(of: model, map: map)).operations(for: batch)
      guard case .experts(let work) = list.only(.experts)?.shape else {
        throw InputError("test", problem: "no experts", remedy: "")
      }
      return work
    }
    let gathered = try work()
    map.backend = .lowLatency
    let sent = try work()
    #expect(gathered.tokens == 2048 && gathered.divided == 32)
    #expect(sent.pairs == gathered.pairs && sent.distinct == gathered.distinct)
    // A token reaches 7 of 32 GPUs at least, 8 at most: it has hardly more than one pair there.
    #expect(sent.tokens < sent.pairs && sent.tokens > 0.8 * sent.pairs && sent.divided == 1)
  }
}
