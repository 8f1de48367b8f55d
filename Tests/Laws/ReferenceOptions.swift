@testable import Serving

/// The options of the schedulers that change who is served, as the originals are written.
enum ReferenceOption: String, CaseIterable, ReferencePlanner {
  case chunkedV0 = "vllm-0.6:chunked=true"
  case chunkedSwappingV0 = "vllm-0.6:chunked=true,swap-blocks=40"
  case priorityV0 = "vllm-0.6:scheduling-policy=priority"
  case priority011 = "vllm-0.11:scheduling-policy=priority"
  case priority033 = "vllm-0.33:scheduling-policy=priority"
  case threshold011 = "vllm-0.11:long-prefill-token-threshold=40"
  case threshold033 = "vllm-0.33:long-prefill-token-threshold=40"
  case uncutThreshold011 =
    "vllm-0.11:enable-chunked-prefill=false,long-prefill-token-threshold=40"
  case uncutThreshold033 =
    "vllm-0.33:enable-chunked-prefill=false,long-prefill-token-threshold=40"
  case uncut033 = "vllm-0.33:enable-chunked-prefill=false"
  case synchronous033 = "vllm-0.33:async-scheduling=false"
  case ahead011 = "vllm-0.11:async-scheduling=true"
  case sharing033 =
    "vllm-0.33:long-prefill-token-threshold=40,long-prefill-token-threshold-adaptive=true"
  case adapters033 = "vllm-0.33:max-loras=2,max-num-active-seqs=8,watermark=0.1"
  case interval033 = "vllm-0.33:prefill-schedule-interval=3"
  case intervalAlone033 =
    "vllm-0.33:prefill-schedule-interval=3,async-scheduling=false,max-loras=1,watermark=0.05"
  case both033 = "vllm-0.33:long-prefill-token-threshold=40,scheduling-policy=priority"
  case orcaOwnLength = "orca:reserve=own"
  case orcaBuddy = "orca:reserve=pow2,allocator=buddy"
  case sglangAlone = "sglang:disable-overlap-schedule=true"
  case sglangMixed = "sglang:enable-mixed-chunk=true"
  case sglangMixedAlone = "sglang:enable-mixed-chunk=true,disable-overlap-schedule=true"
  case sglangWithoutTree = "sglang:disable-radix-cache=true"
  case sglangUncut = "sglang:chunked-prefill-size=-1"
  case tensorRTAlone = "trt-llm:disable-overlap-scheduler=true"
  case tensorRTCut = "trt-llm:enable-chunked-context=true"
  case tensorRTStatic =
    "trt-llm:capacity-scheduler-policy=STATIC_BATCH,enable-chunked-context=true"
  case tensorRTPausing = "trt-llm:capacity-scheduler-policy=MAX_UTILIZATION"
  case tensorRTPausingAlone =
    "trt-llm:capacity-scheduler-policy=MAX_UTILIZATION,disable-overlap-scheduler=true"
  case tensorRTPausingCut =
    "trt-llm:capacity-scheduler-policy=MAX_UTILIZATION,enable-chunked-context=true"
  case stages = "sarathi:chunk-schedule-stages=4"

  /// Those under which admission takes all that a request may need, so that nobody loses a cache.
  static let reserving: [ReferenceOption] = [
    .orcaOwnLength, .orcaBuddy, .tensorRTAlone, .tensorRTCut, .tensorRTStatic,
  ]

  var specification: String { rawValue }

  func plan(_ engine: inout ReferenceEngine) {
    switch self {
    case .chunkedV0, .chunkedSwappingV0: engine.planChunkedVLLM06()
    case .priorityV0: engine.planVLLM06ByPriority()
    case .priority011: engine.planVLLMV1(byPriority: true)
    case .threshold011, .uncutThreshold011, .ahead011: engine.planVLLMV1()
    case .threshold033, .uncutThreshold033, .uncut033, .synchronous033, .sharing033, .adapters033:
      engine.planVLLMV1(isNewest: true)
    case .interval033, .intervalAlone033: engine.planVLLMV1(isNewest: true, every: 3)
    case .priority033, .both033: engine.planVLLMV1(isNewest: true, byPriority: true)
    case .orcaOwnLength: engine.planOrca { prompt, answer in prompt + answer }
    case .orcaBuddy:
      let longest = engine.rules.limits.maxModelLen
      engine.planOrca { prompt, answer in nextPower(min(prompt + nextPower(answer), longest)) }
    case .stages: engine.planSarathi()
    case .sglangAlone, .sglangWithoutTree, .sglangUncut: engine.planSGLang()
    case .sglangMixed, .sglangMixedAlone: engine.planSGLang(mixing: true)
    case .tensorRTAlone, .tensorRTCut: engine.planTensorRT()
    case .tensorRTStatic: engine.planTensorRT(.staticBatch)
    case .tensorRTPausing, .tensorRTPausingAlone, .tensorRTPausingCut:
      engine.planTensorRT(.utilization)
    }
  }
}

/// 1, 2, 4, 8, … up to the first that is not less than `number`.
private func nextPower(_ number: Int) -> Int {
  var power = 1
  while power < number { power *= 2 }
  return power
}

extension ReferenceEngine {
  /// Whether `a` comes before `b` where priorities count.
  private func isMoreUrgent(_ a: Int, _ b: Int) -> Bool {
    (states[a].priority, states[a].arrival, a) < (states[b].priority, states[b].arrival, b)
  }

  private func leastUrgent(_ ids: [Int]) -> Int { ids.max(by: isMoreUrgent)! }

  /// Tokens of one iteration as the dynamic schedule of `id` has them, or as all have.
  func chunk(of id: Int) -> Int {
    let schedule = rules.prompts.chunkSchedule
    if schedule.stages == 0 { return rules.limits.maxNumBatchedTokens! }
    var sizes: [Int] = []
    let multiple = min(32, schedule.low)
    for stage in (0..<schedule.stages).reversed() {
      let step = Double(schedule.high - schedule.low) / Double(max(1, schedule.stages - 1))
      var even = (Double(schedule.low) + Double(stage) * step).rounded(.down)
      if stage > 0 && stage == schedule.stages - 1 { even = Double(schedule.high) }
      sizes.append(Int((even / Double(multiple)).rounded(.toNearestOrEven)) * multiple)
    }
    let covered = (schedule.maxTokens + schedule.stages - 1) / schedule.stages
    return sizes[min(states[id].computed / covered, schedule.stages - 1)]
  }

  fileprivate mutating func planVLLM06ByPriority() {
    admitWholePromptsWithinBudget()
    if !batch.isEmpty { return }
    let watermark = Int(rules.memory.watermark * Double(rules.memory.blocks))
    running.sort(by: isMoreUrgent)
    if let head = waiting.first {
      let need = rules.blocks(for: states[head].target)
      while let last = running.last, isMoreUrgent(head, last),
        free - need < watermark || running.count + 1 > rules.limits.maxNumSeqs
      {
        evict(last)
      }
    }
    waiting.sort(by: isMoreUrgent)
    decodeEvictingLatest()
  }

  /// vLLM V1: `isNewest` for 0.33, which admits only what fits whole, lets a sequence that is alone
  /// exceed the threshold, and goes on behind one that lost its own cache; prompts `every` so many
  /// iterations.
  mutating func planVLLMV1(
    isNewest: Bool = false, byPriority: Bool = false, every interval: Int = 1
  ) {
    let count = running.count + waiting.count + loading.count
    var budget = rules.limits.maxNumBatchedTokens!
    var cap = isNewest && count == 1 ? 0 : rules.prompts.longPrefillTokenThreshold
    if rules.prompts.thresholdAdapts { cap = max(cap, budget / count) }
    if cap == 0 { cap = Int.max }
    if byPriority { waiting.sort(by: isMoreUrgent) }
    let holds =
      interval > 1 && !cadence.isBound && cadence.executed + 1 - cadence.last < interval
      && running.contains { states[$0].isDecoding }
    catchUpVLLMV1(&budget, cap, isNewest, byPriority, holds)
    if evicted.isEmpty { admitVLLMV1(&budget, cap, isNewest, byPriority, holds) }
    if batch.isEmpty { return }
    cadence.executed += 1
    if batch.contains(where: { !$0.isDecode }) { cadence.last = cadence.executed }
  }

  private mutating func catchUpVLLMV1(
    _ budget: inout Int, _ cap: Int, _ isNewest: Bool, _ byPriority: Bool, _ holds: Bool
  ) {
    var index = 0
    walk: while index < running.count && budget > 0 {
      let id = running[index]
      let isHeld = holds && !states[id].isDecoding
      let cut = cutToImages(id, isHeld ? 0 : min(states[id].left, cap, budget))
      let tokens = cut.tokens
      if tokens == 0 {
        index += 1
        continue
      }
      while blocksNeeded(id, tokens) > free {
        let victim = byPriority ? leastUrgent(running) : running.last!
        if fenced.contains(victim) { break walk }
        if let place = batch.firstIndex(where: { $0.id == victim }) {
          budget += batch.remove(at: place).tokens
          encoder.budget += encoder.computed.removeValue(forKey: victim) ?? 0
        }
        if running.firstIndex(of: victim)! < index { index -= 1 }
        evict(victim)
        if victim == id && isNewest { continue walk }
        if victim == id { break walk }
      }
      take(blocksNeeded(id, tokens), for: id)
      schedule(id, tokens)
      encode(cut.new, for: id)
      budget -= tokens
      index += 1
    }
  }

  private mutating func admitVLLMV1(
    _ budget: inout Int, _ cap: Int, _ isNewest: Bool, _ byPriority: Bool, _ holds: Bool
  ) {
    admitRead(&budget)
    var passedOver: [Int] = []
    var adapters = Set(running.map { states[$0].adapter })
    adapters.remove("")
    let most = rules.limits.maxNumActiveSeqs ?? rules.limits.maxNumSeqs
    while let id = waiting.first, budget > 0, running.count < most {
      let adapter = states[id].adapter
      if let most = rules.limits.maxLoras, adapter != "", !adapters.contains(adapter),
        adapters.count == most
      {
        passedOver.append(waiting.removeFirst())
        continue
      }
      if isToBeRead(id) {
        guard beginReading() else { break }
        if byPriority { loading.sort(by: isMoreUrgent) }
        continue
      }
      if holds && states[id].left > 1 { break }
      let wanted = min(states[id].left, cap)
      if !rules.prompts.areChunked && wanted > budget {
        if isNewest { break }
        passedOver.append(waiting.removeFirst())
        continue
      }
      let cut = cutToImages(id, min(wanted, budget))
      let tokens = cut.tokens
      if tokens == 0 {
        passedOver.append(waiting.removeFirst())
        continue
      }
      let spare = running.isEmpty ? 0 : Int(rules.memory.watermark * Double(rules.memory.blocks))
      let whole = isNewest ? states[id].target : tokens
      if rules.blocks(for: max(tokens, whole)) + spare > free {
        letGoOfImages(id)
        break
      }
      admit(tokens, taking: rules.blocks(for: tokens))
      encode(cut.new, for: id)
      budget -= tokens
      if adapter != "" { adapters.insert(adapter) }
    }
    if !holds { cadence.isBound = !waiting.isEmpty }
    waiting = passedOver + waiting
  }
}
