/// When a replica that decodes computes a prompt itself, as Dynamo's conditional disaggregation has
/// it: where little of the prompt is not found there, or where those that compute prompts have a
/// long queue.
///
/// ai-dynamo 1.6.1, `lib/kv-router/src/conditional_disagg.rs`; the queue as in 0.2.0,
/// `disagg_router.py`.
public struct LocalPrefill: Sendable, Equatable {
  /// The most tokens of a prompt that are not found there (`max_local_prefill_length`); any
  /// number where nil.
  public var mostTokens: Int?
  /// The share of the prompt that those are less than; any where nil.
  public var share: Double?
  /// From how many requests in the queues of prefill on all prompts are computed there
  /// (`max_prefill_queue_size`); never for that where nil.
  public var queue: Int?

  /// No prompt where nothing is given.
  public init(mostTokens: Int? = nil, share: Double? = nil, queue: Int? = nil) {
    precondition(mostTokens ?? 0 >= 0 && share ?? 0 >= 0 && queue ?? 0 >= 0, "limits are counts")
    self.mostTokens = mostTokens
    self.share = share
    self.queue = queue
  }

  /// Whether there is a rule at all.
  public var isGiven: Bool { mostTokens != nil || share != nil || queue != nil }

  /// Whether a prompt of `tokens` is computed where it is decoded, where `found` of them are found
  /// and `queued` requests wait for prefill.
  public func isLocal(_ tokens: Int, found: Int, queued: Int) -> Bool {
    if let queue, queued >= queue { return true }
    let rest = tokens - found
    guard mostTokens != nil || share != nil else { return false }
    return rest <= mostTokens ?? rest && share.map { Double(rest) < $0 * Double(tokens) } ?? true
  }
}

extension Simulation {
  /// The replica that decodes `id`, which has just come in, where that computes its prompt, too;
  /// nil where another does. Either way that replica is chosen now.
  mutating func localReplica(_ id: RequestID) -> Int? {
    guard let pooled, let rule = pooled.disaggregation?.local,
      pooled.canServe(requests[id.index])
    else { return nil }
    let decoder = decoder(of: id)
    let request = requests[id.index]
    var queued = 0
    for index in 0..<pooled.entrances { queued += replicas[index].waiting.count }
    let found = replicas[decoder].foundTokens(of: id, request)
    if rule.isLocal(request.promptTokens, found: found, queued: queued) { return decoder }
    self.pooled!.chosen[id.index] = Int32(decoder)
    return nil
  }

  /// Tells the router of those that decode that `id`, which it may have chosen one for, needs none.
  mutating func forgetChoice(of id: RequestID) {
    if pooled!.chosen.isEmpty || pooled!.chosen[id.index] < 0 { return }
    noteRoutedEnd(of: id, on: Int(pooled!.chosen[id.index]))
  }
}

extension Replica {
  /// Tokens at the beginning of the prompt of `id` that are in the cache.
  mutating func foundTokens(of id: RequestID, _ request: Request) -> Int {
    cache.found(
      Sequence(id, request, outputTokens: rules.emittedTokens(of: request)))
  }
}
