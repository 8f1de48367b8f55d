import Formats
import Serving

extension VTC {
  static let entry = SchedulerEntry(
    "vtc", "Who was served the least goes first, client by client (virtual token counters).",
    reproduces: "VTC-artifact 192c2e2", tokenBudget: "batch-max-tokens",
    admittedSequences: "running-max-req-size", blockTokens: "token-block", hasPipelines: false,
    knows: "whose it is, and its max_tokens, which are taken to be the length of its answer",
    hostTime: "none",
    logs: [
      EngineLog(
        "vtc_slora", ["users", "fair_weights", "batch_max_tokens"], limits: [],
        memory: ["max_total_tokens"],
        optionKeys: [
          "running_max_req_size", "max_wait_tokens", "input_price", "output_price", "scheduler",
        ])
    ],
    options: [
      .choice(
        "scheduler", "who goes first: by counters, by counters without lifting, by arrival",
        [
          "vtc_fair": { $0.vtc.queue = .lifted }, "lcf_fair": { $0.vtc.queue = .counted },
          "slora": { $0.vtc.queue = .arrival },
        ]),
      .number(
        "max-wait-tokens", \.vtc.maxWaitTokens, "iterations of decodes before prompts are tried"),
      .price("input-price", \.vtc.inputPrice, "what a token of a prompt counts"),
      .price("output-price", \.vtc.outputPrice, "what an output token counts"),
      Setting(
        "fair-weights", .text("CLIENT:WEIGHT/..."),
        "by how much counters of clients are divided; 1 for those that are not named"
      ) { (engine, given) throws(InputError) in
        engine.vtc.weights = try weights(given)
      },
    ]
  ) { setting in
    var rules = EngineRules(
      maxNumSeqs: 1000, maxNumBatchedTokens: setting.maxModelLen, chunksPrompts: false,
      maxModelLen: setting.maxModelLen, blockSize: 1, nullBlocks: 1, reservation: .chunk,
      watermark: 0, decodeGate: .anyFreeBlock, lengthLimit: .reached)
    rules.memory.sharesPrefixes = false
    return rules
  } scheduler: {
    VTC()
  }

  /// `u0:1/u1:2` by name.
  private static func weights(_ given: GivenValue) throws(InputError) -> [String: Double] {
    var weights: [String: Double] = [:]
    for part in given.text.split(separator: "/", omittingEmptySubsequences: false) {
      let pair = part.split(separator: ":", omittingEmptySubsequences: false)
      guard pair.count == 2, let weight = Double(pair[1]), weight > 0, weight.isFinite,
        weights.updateValue(weight, forKey: String(pair[0])) == nil
      else {
        throw InputError(
          given.source, problem: "\"\(part)\" is no weight of a client",
          remedy: "give each client once, with a weight above 0, as in alice:1/bob:2")
      }
    }
    return weights
  }

  /// Refuses blocks of several tokens, which S-LoRA does not have.
  func check(_ rules: EngineRules, _ source: String) throws(InputError) {
    if rules.memory.blockSize == 1 { return }
    throw InputError(
      source,
      problem: "S-LoRA keeps tokens one by one, and not in blocks of "
        + "\(rules.memory.blockSize)", remedy: "leave out the size of a block")
  }
}

extension Setting where Root == Engine {
  /// What a token counts.
  fileprivate static func price(
    _ name: String, _ path: WritableKeyPath<Engine, Double> & Sendable, _ help: String
  ) -> Setting {
    Setting(name, .number(0...1_000_000, "X"), help) { (engine, given) throws(InputError) in
      engine[keyPath: path] = try given.double(min: 0, max: 1_000_000)
    }
  }
}

extension Engine {
  /// Its scheduler, which counts tokens.
  fileprivate var vtc: VTC {
    get { scheduler as! VTC }
    set { scheduler = newValue }
  }
}
