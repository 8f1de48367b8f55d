import Formats
import Serving

/// Speculative decoding in decision logs.
extension DecisionLog {
  /// The header's `spec`: where drafts come from, and the most of an iteration.
  struct Speculation: Sendable {
    let method: DraftMethod
    let numSpeculativeTokens: Int

    init(_ keys: JSONKeys) throws(InputError) {
      try keys.checkNoted(among: ["method", "k"])
      guard let method: DraftMethod = try keys.choice("method") else {
        throw keys.missing("method", DraftMethod.allCases.map(\.rawValue).joined(separator: ", "))
      }
      self.method = method
      numSpeculativeTokens = try keys.count(
        "k", in: EngineRange.drafts, "the most drafts of an iteration")
    }
  }

  /// The rules of drafts, of which as many are accepted as the log says; nil where there are none.
  var speculation: EngineRules.Speculation? {
    config.speculation.map {
      EngineRules.Speculation(
        $0.method, numSpeculativeTokens: $0.numSpeculativeTokens,
        acceptance: Acceptance(seen: requests.compactMap(\.seen)))
    }
  }

  /// Refuses a log in which something is drafted and some `request` does not say what of that is
  /// accepted, or the other way round; and too small a budget for both.
  func checkDrafts(_ header: JSONKeys, _ keys: JSONKeys) throws(InputError) {
    for request in requests where (request.seen == nil) != (config.speculation == nil) {
      throw keys.mistake(
        "requests",
        "\"\(request.id)\" and the header disagree on whether anything is drafted",
        "give spec in the header, and accept for every request")
    }
    if let drafts = config.speculation?.numSpeculativeTokens,
      let budget = config.maxNumBatchedTokens, budget < drafts + 2
    {
      throw header.mistake(
        "config", "max_num_batched_tokens, \(budget), have no room for \(drafts) drafts",
        "record with \(drafts + 2) or more")
    }
  }

  /// What an iteration says of drafts, by the request.
  struct LineDrafts: Sendable {
    let verified: [String: Int]?
    let emitted: [String: Int]?
    let padded: [String]?
    let skips: Bool?

    init(_ keys: JSONKeys) throws(InputError) {
      func counts(_ name: String) throws(InputError) -> [String: Int]? {
        guard let object = try keys.object(name) else { return nil }
        var counts: [String: Int] = [:]
        for key in object.values.keys {
          counts[key] = try object.count(key, in: EngineRange.tokens, "tokens")
        }
        return counts
      }
      verified = try counts("spec")
      emitted = try counts("emitted_n")
      padded = try keys.texts("padded")
      skips = try keys.flag("skip_drafts")
    }

    /// What was compared of it with `ours`, whose requests `label` names.
    func rows(
      _ ours: Decisions, _ label: (RequestID) -> String
    ) -> [Conformance.Difference.Row] {
      let padded = ours.work.filter { !$0.isDecode && $0.drafts > 0 }.map { label($0.request) }
      let drafts = ours.work.map { (label($0.request), $0.drafts) }
      let emitted = zip(ours.emitted, ours.emittedTokens).map { (label($0), $1) }
      let rows: [(String, String?, String)] = [
        ("drafts", verified.map(Self.text), Self.text(drafts.filter { $0.1 > 0 })),
        ("tokens", self.emitted.map(Self.text), Self.text(emitted)),
        ("padded", self.padded.map(Self.text), Self.text(padded)),
        ("drafts skipped", skips.map { "\($0)" }, "\(ours.draftsToFollow == 0)"),
      ]
      return rows.compactMap { name, logged, ours in
        logged.map { .init(name: name, logged: $0, ours: ours) }
      }
    }

    private static func text(_ names: [String]) -> String { names.sorted().joined(separator: " ") }

    private static func text(_ counts: [String: Int]) -> String {
      text(counts.map { ($0.key, $0.value) })
    }

    private static func text(_ counts: [(String, Int)]) -> String {
      text(counts.map { "\($0.0):\($0.1)" })
    }
  }
}

extension DecisionLog.LoggedRequest {
  /// The request's `accept` and `drafts`.
  static func seen(_ keys: JSONKeys) throws(InputError) -> Acceptance.Seen? {
    let most = 0...EngineRange.drafts.upperBound
    let proposed = try keys.counts("drafts", in: most, "drafts")
    guard let accepted = try keys.counts("accept", in: most, "drafts that are accepted") else {
      if proposed == nil { return nil }
      throw keys.missing("accept", "how many drafts are accepted, step by step")
    }
    if accepted.isEmpty {
      throw keys.mistake("accept", "it is empty", "say how many drafts are accepted")
    }
    return Acceptance.Seen(accepted: accepted, proposed: proposed ?? [])
  }
}
