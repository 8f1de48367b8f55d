@testable import Serving

/// A scheduler of the obvious engine, with the specification of the real one.
protocol ReferencePlanner: Sendable {
  var specification: String { get }
  func plan(_ engine: inout ReferenceEngine)
}

/// The schedulers once more, as their originals are written: one list walk after another.
enum ReferencePolicy: String, CaseIterable, ReferencePlanner {
  case requestLevel = "request-level"
  case orca
  case vllm06 = "vllm-0.6"
  case vllm011 = "vllm-0.11"
  case vllm033 = "vllm-0.33"
  case sarathi
  case sarathiArtifact = "sarathi-osdi"
  case simpleChunking = "simple-chunking"
  case splitfuse
  case nanoflow
  case sglang
  case trtLLM = "trt-llm"

  /// Those with several batches in flight; DeepSpeed-MII and NanoFlow have one, and pipelines of
  /// SGLang and TensorRT-LLM have rules of their own.
  static let pipelined = allCases.filter {
    ![.splitfuse, .nanoflow, .sglang, .trtLLM].contains($0)
  }

  var specification: String { rawValue }

  func plan(_ engine: inout ReferenceEngine) {
    switch self {
    case .requestLevel: engine.planRequestLevel()
    case .orca: engine.planOrca()
    case .vllm06: engine.planVLLM06()
    case .vllm011: engine.planVLLMV1()
    case .vllm033: engine.planVLLMV1(isNewest: true)
    case .sarathi: engine.planSarathi()
    case .sarathiArtifact: engine.planSarathi(readmitting: true)
    case .simpleChunking: engine.planSimpleChunking()
    case .splitfuse: engine.planSplitFuse()
    case .nanoflow: engine.planNanoFlow()
    case .sglang: engine.planSGLang()
    case .trtLLM: engine.planTensorRT()
    }
  }
}

extension ReferenceEngine {
  fileprivate mutating func planRequestLevel() {
    if running.isEmpty { admitReserving() } else { for id in running { schedule(id, 1) } }
  }

  /// - Parameter reserved: the tokens reserved for a prompt and its answer; the model's length
  ///   where nil.
  mutating func planOrca(reserving reserved: ((Int, Int) -> Int)? = nil) {
    for id in running { schedule(id, 1) }
    admitReserving(reserved)
  }

  private mutating func admitReserving(_ reserved: ((Int, Int) -> Int)? = nil) {
    while let id = waiting.first, running.count + 1 <= rules.limits.maxNumSeqs {
      let tokens = reserved?(states[id].prompt, states[id].output) ?? rules.limits.maxModelLen
      let need = rules.blocks(for: tokens)
      if free < need { return }
      admit(states[id].left, taking: need)
    }
  }

  fileprivate mutating func planVLLM06() {
    admitWholePromptsWithinBudget()
    if batch.isEmpty { decodeEvictingLatest() }
  }

  mutating func admitWholePromptsWithinBudget() {
    let watermark = Int(rules.memory.watermark * Double(rules.memory.blocks))
    while let id = waiting.first {
      let length = states[id].target
      let need = rules.blocks(for: length)
      if free - need < watermark { break }
      if used + length > rules.limits.maxNumBatchedTokens! { break }
      if running.count + 1 > rules.limits.maxNumSeqs { break }
      admit(length, taking: need)
    }
  }

  /// Decodes in order of the list; with no block free at all, the last not yet visited goes.
  @discardableResult
  mutating func decodeEvictingLatest() -> [Int] {
    var rest = running
    var partial: [Int] = []
    while !rest.isEmpty {
      let id = rest.removeFirst()
      if !states[id].isDecoding {
        partial.append(id)
        continue
      }
      while free == 0 {
        if let victim = rest.popLast() {
          evict(victim)
        } else {
          evict(id)
          return partial
        }
      }
      take(blocksNeeded(id, 1), for: id)
      schedule(id, 1)
    }
    return partial
  }

  mutating func planSarathi(readmitting: Bool = false) {
    running.sort { (states[$0].arrival, $0) < (states[$1].arrival, $1) }
    computeChunks(of: decodeEvictingLatest())
    admitChunks(readmitting: readmitting)
  }

  fileprivate mutating func planSimpleChunking() {
    // A turn of decodes with nothing to decode takes no time and is followed by one of prompts.
    if !isDecodesTurn || !running.contains(where: { states[$0].isDecoding }) {
      computeChunks(of: running.filter { !states[$0].isDecoding })
      if batch.isEmpty { admitChunks() }
      isDecodesTurn = true
      if !batch.isEmpty { return }
    }
    decodeEvictingLatest()
    isDecodesTurn = false
  }

  private mutating func computeChunks(of ids: [Int]) {
    for id in ids {
      let tokens = min(states[id].left, chunk(of: id) - used)
      if tokens > 0 { schedule(id, tokens) }
    }
  }

  private mutating func admitChunks(readmitting: Bool = false) {
    let watermark = Int(rules.memory.watermark * Double(rules.memory.blocks))
    while let id = waiting.first, readmitting || !evicted.contains(id) {
      let need = rules.blocks(for: states[id].target)
      if free - need < watermark || running.count >= rules.limits.maxNumSeqs { return }
      // The artifact takes the progress of who was just evicted for what it was.
      let left = evicted.contains(id) ? states[id].tokensLeftAtPreemption : states[id].left
      let tokens = min(left, chunk(of: id) - used)
      if tokens <= 0 { return }
      admit(tokens, taking: need)
    }
  }

  fileprivate mutating func planSplitFuse() {
    let hadFree = free > 0
    let tracked = running.count + returning.count
    let cap = min(rules.limits.maxBatchSequences, rules.limits.maxNumBatchedTokens!)
    let decodes = running.filter { states[$0].isDecoding }
    var skipped: [Int] = []
    for (place, id) in decodes.enumerated() {
      if place >= cap || blocksNeeded(id, 1) > free {
        skipped.append(id)
      } else {
        take(blocksNeeded(id, 1), for: id)
        schedule(id, 1)
      }
    }
    running = skipped + running.filter { !skipped.contains($0) }
    if hadFree { fillForward(tracked: tracked) }
    let flushing = returning.contains { $0.plan == plan + 1 }
    if batch.isEmpty && !flushing {
      let holder = decodes.isEmpty ? running.last : running.last { states[$0].isDecoding }
      if let holder { evict(holder, toFront: false) }
    }
  }

  private mutating func fillForward(tracked: Int) {
    let budget = rules.limits.maxNumBatchedTokens!
    for id in running.filter({ !states[$0].isDecoding }) + waiting {
      if batch.count >= rules.limits.maxBatchSequences || used >= budget { return }
      let isNew = states[id].blocks == 0
      if blocksNeeded(id, states[id].left) > free { return }
      if isNew && max(tracked, running.count) >= rules.limits.maxNumSeqs { return }
      let tokens = min(states[id].left, budget - used)
      let need = blocksNeeded(id, tokens)
      if isNew {
        admit(tokens, taking: need)
      } else {
        take(need, for: id)
        schedule(id, tokens)
      }
    }
  }
}
