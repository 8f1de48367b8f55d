import Serving
import Support
import Testing

@Suite struct `An engine's rules` {
  private static func rules(
    _ reservation: EngineRules.Reservation, blocks: Int, watermark: Double = 0,
    gate: EngineRules.DecodeGate = .neededBlock, limit: EngineRules.LengthLimit = .promptsOnly
  ) -> EngineRules {
    EngineRules(
      maxNumSeqs: 8, maxNumBatchedTokens: 64, chunksPrompts: true, maxModelLen: 100, blockSize: 10,
      blocks: blocks, reservation: reservation, watermark: watermark, decodeGate: gate,
      lengthLimit: limit)
  }

  @Test func `take the null block and the watermark out of the blocks there are`() {
    var rules = Self.rules(.prompt, blocks: 250, watermark: 0.01)
    rules.memory.nullBlocks = 1
    #expect(rules.memory.totalBlocks == 249)
    #expect(rules.memory.watermarkBlocks == 2)
    #expect(rules.blocks(for: 10) == 1 && rules.blocks(for: 11) == 2)
  }

  /// A prompt of 30 with an answer of 11 leaves 40 tokens in the cache: 4 blocks.
  @Test func `serve a request that fills the cache, and one block less refuses it`() throws {
    let request = Request(arrival: 0, promptTokens: 30, outputTokens: 11)
    #expect(completes(request, Self.rules(.chunk, blocks: 4)))
    #expect(!completes(request, Self.rules(.chunk, blocks: 3)))
    #expect(completes(request, Self.rules(.prompt, blocks: 5, gate: .anyFreeBlock)))
    #expect(!completes(request, Self.rules(.prompt, blocks: 4, gate: .anyFreeBlock)))
    #expect(completes(request, Self.rules(.maxModelLen, blocks: 10, gate: .open)))
    #expect(!completes(request, Self.rules(.maxModelLen, blocks: 9, gate: .open)))
  }

  @Test func `end an answer at the model's length as the engine does`() {
    let request = Request(arrival: 0, promptTokens: 95, outputTokens: 20)
    #expect(emitted(request, Self.rules(.chunk, blocks: 20, limit: .promptsOnly)) == 20)
    #expect(emitted(request, Self.rules(.chunk, blocks: 20, limit: .reached)) == 5)
    #expect(emitted(request, Self.rules(.chunk, blocks: 20, limit: .exceeded)) == 6)
    let full = Request(arrival: 0, promptTokens: 100, outputTokens: 20)
    #expect(emitted(full, Self.rules(.chunk, blocks: 20, limit: .reached)) == 0)
  }

  private func completes(_ request: Request, _ rules: EngineRules) -> Bool {
    emitted(request, rules) == request.outputTokens
  }

  private func emitted(_ request: Request, _ rules: EngineRules) -> Int? {
    var simulation = Simulation(
      Trace(requests: [request]), rules: rules, scheduler: OneAtATime(),
      cost: ConstantCost(duration: 1))
    return try? simulation.run().records[0].emittedTokens
  }
}

/// Decodes whoever can, then computes the prompt at the head of the queue.
private struct OneAtATime: Scheduler {
  mutating func plan(_ replica: inout Replica) {
    replica.decodeAll()
    for sequence in replica.prefilling {
      replica.compute(sequence, tokens: min(replica.tokensLeft(sequence), 64))
    }
    if let head = replica.waiting.first, replica.running.isEmpty {
      _ = replica.admit(head, computing: min(replica.tokensLeft(head), 64))
    }
  }
}

/// Never does anything.
private struct Idle: Scheduler {
  mutating func plan(_ replica: inout Replica) {}
}

@Suite struct `A plan that does nothing` {
  @Test func `is reported as a stall with the state that it leaves`() {
    let rules = EngineRules(
      maxNumSeqs: 8, maxNumBatchedTokens: nil, chunksPrompts: true, maxModelLen: 100, blockSize: 10,
      blocks: 20, reservation: .prompt, watermark: 0, decodeGate: .open, lengthLimit: .reached)
    var simulation = Simulation(
      Trace(requests: [Request(arrival: 5, promptTokens: 10, outputTokens: 1)]), rules: rules,
      scheduler: Idle(), cost: ConstantCost(duration: 1))
    guard
      case .stall(let stall)? = #expect(throws: RunError.self, performing: { try simulation.run() })
    else {
      Issue.record("an empty plan stalls")
      return
    }
    #expect(stall.time == 5 && stall.waiting == 1 && stall.freeBlocks == 20)
  }
}
