import Serving
import Support
import Testing

@testable import Costs

/// Batches from a seed.
extension SeededNumbers {
  mutating func batch() -> Batch {
    let chunks = (0..<Int.random(in: 0...3, using: &self)).map { _ in
      (
        tokens: Int.random(in: 1...600, using: &self),
        context: Int.random(in: 0...4000, using: &self)
      )
    }
    return Support.batch(
      decodes: Int.random(in: (chunks.isEmpty ? 1 : 0)...300, using: &self),
      context: Int.random(in: 1...4000, using: &self), chunks: chunks)
  }
}

/// The cost of `model` on `gpu`.
private func cost(
  _ model: String, on gpu: String, tensorParallel: Int = 1, host: HostTime = .none
) throws -> IterationCost {
  IterationCost(
    of: try Shard(of: Models.named(model), tensorParallel: tensorParallel),
    on: try GPUs.named(gpu), host: host)
}

@Suite struct IterationCostTests {
  @Test(arguments: [
    ("llama-3-8b", 1), ("yi-34b", 2), ("mixtral-8x7b", 2), ("falcon-180b", 8), ("qwen2.5-72b", 4),
  ])
  func `a batch costs the sum of its operations`(model: String, tensorParallel: Int) throws {
    var random = SeededNumbers(state: 7)
    let cost = try cost(
      model, on: "a100-sxm-80gb", tensorParallel: tensorParallel, host: .vllmV0)
    for _ in 0..<300 {
      let batch = random.batch()
      var sum = cost.host.secondsPerIteration
      sum += cost.host.secondsPerSequence * Double(batch.sequences)
      if tensorParallel > 1 { sum += cost.host.secondsAmongGPUs }
      for operation in cost.operations.operations(for: batch) {
        sum += cost.times.seconds(operation, on: cost.gpu) * Double(operation.repeats)
      }
      #expect(agree(cost.seconds(for: batch), sum))
    }
  }

  @Test(arguments: ["llama-2-70b", "deepseek-v3"])
  func `what was priced before changes nothing but the speed`(model: String) throws {
    var random = SeededNumbers(state: 8)
    let used = try cost(model, on: "h100-sxm", tensorParallel: 4)
    let batches = (0..<300).map { _ in random.batch() }
    let first = batches.map { used.seconds(for: $0) }
    #expect(first == batches.map { used.seconds(for: $0) })
    for (batch, seconds) in zip(batches, first).reversed() {
      #expect(try cost(model, on: "h100-sxm", tensorParallel: 4).seconds(for: batch) == seconds)
    }
  }

  @Test func `threads that fill tables together get what one gets alone`() async throws {
    var random = SeededNumbers(state: 9)
    let batches = (0..<300).map { _ in random.batch() }
    let alone = try cost("deepseek-v3", on: "h200-sxm", tensorParallel: 8)
    let expected = batches.map { alone.seconds(for: $0) }
    let together = try cost("deepseek-v3", on: "h200-sxm", tensorParallel: 8)
    await withTaskGroup(of: [Double].self) { group in
      for _ in 0..<4 { group.addTask { batches.map { together.seconds(for: $0) } } }
      for await seconds in group { #expect(seconds == expected) }
    }
  }

  @Test func `known costs are shared by what they are made of, whatever it is called`() throws {
    let known = KnownCosts()
    let shard = try Shard(of: Models.named("llama-3-8b"))
    var gpu = try GPUs.named("h100-sxm")
    let batch = batch(decodes: 3, context: 5, chunks: [(7, 0)])
    let host = HostTime(secondsPerIteration: 1)
    let first = known.cost(of: shard, on: gpu, times: .measured, host: .none).seconds(for: batch)
    let hosted = known.cost(of: shard, on: gpu, times: .measured, host: host)
    #expect(agree(hosted.seconds(for: batch), first + 1))
    gpu.memoryBytesPerSecond /= 2
    let slower = known.cost(of: shard, on: gpu, times: .measured, host: .none)
    #expect(slower.seconds(for: batch) > 1.5 * first)
    let other = known.cost(of: shard, on: gpu, times: .roofline, host: .none)
    #expect(other.seconds(for: batch) != slower.seconds(for: batch))
  }

  @Test(arguments: Models.all.map(\.name), GPUs.names)
  func `by the roofline time is positive, and grows with tokens and context`(
    model: String, name: String
  ) throws {
    let cost = IterationCost(
      of: try Shard(of: Models.named(model)), on: try gpu(name), times: .roofline)
    let decode = cost.seconds(for: batch(decodes: 4, context: 100))
    #expect(decode > 0)
    #expect(cost.seconds(for: batch(decodes: 5, context: 100)) > decode)
    #expect(cost.seconds(for: batch(decodes: 4, context: 1000)) > decode)
    let chunk = cost.seconds(for: batch(chunks: [(40, 0)]))
    #expect(cost.seconds(for: batch(chunks: [(41, 0)])) > chunk)
    #expect(cost.seconds(for: batch(chunks: [(40, 5000)])) > chunk)
    #expect(cost.seconds(for: batch(decodes: 1, context: 9, chunks: [(40, 0)])) > chunk)
  }

  @Test func `more GPUs compute less each and send more`() throws {
    let model = try Models.named("llama-2-70b")
    let work = try [1, 2, 4, 8].map {
      try model.operations(for: batch(chunks: [(1024, 0)]), tensorParallel: $0)
    }
    for (fewer, more) in zip(work, work.dropFirst()) {
      #expect(more.flops < fewer.flops)
      let sent = [fewer, more].map { $0.reduce(0) { $0 + $1.wireBytes } }
      #expect(sent[0] < sent[1])
    }
  }

  @Test func `the host adds its time to each iteration and each sequence`() throws {
    let host = HostTime(secondsPerIteration: 1, secondsPerSequence: 0.25)
    let alone = try cost("llama-2-7b", on: "a40")
    let waiting = try cost("llama-2-7b", on: "a40", host: host)
    let batch = batch(decodes: 3, context: 5, chunks: [(7, 0)])
    #expect(agree(waiting.seconds(for: batch) - alone.seconds(for: batch), 2))
  }

  @Test func `a decode of one sequence takes about as long as reading the weights`() throws {
    let cost = try cost("llama-2-7b", on: "h100-sxm")
    let reading = Double(2 * (cost.operations.shard.parameters - 32000 * 4096)) / (3.35e12 * 0.83)
    let seconds = cost.seconds(for: batch(decodes: 1, context: 1))
    #expect(seconds > reading && seconds < 1.3 * reading)
  }
}
