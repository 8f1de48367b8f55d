import Costs
import Formats
import Serving

/// What drafts tokens ahead, as vLLM's `--speculative-config` names it, and how many of its drafts
/// are accepted, which no simulator can find out.
public struct SpeculativeConfig: Sendable, Equatable {
  public var method: DraftMethod
  /// The most drafts of a sequence in one iteration.
  public var numSpeculativeTokens: Int
  /// The chance that a draft is accepted, and all before it, by its place.
  public var rates: [Double]
  /// How many drafts follow on an iteration, by its sequences; always the most where empty.
  public var byBatchSize: [EngineRules.Speculation.BatchSizes] = []
  /// The small model that drafts, where one does.
  public var model: Model?
  /// GPUs that hold what drafts together: one, or as many as hold the other model, as where nil.
  public var tensorParallelSize: Int?
  /// Whether one pass drafts all that follow on an iteration, as P-EAGLE and PARD do.
  public var isParallel = false
  /// Whether the drafter is neither compiled nor captured, so that the host starts each kernel.
  public var isEager = false

  /// The configuration that the JSON object `given` is, with models as `files` knows them.
  public init(_ given: GivenValue, _ files: DescribedFiles) throws(InputError) {
    var objects = JSONObjects(
      Array(given.text.utf8), source: given.source, header: Self.example)
    guard let keys = try objects.nextKeys() else {
      throw given.mistake("the value is empty", "give \(Self.example)")
    }
    try self.init(keys, files)
    if try objects.nextKeys() != nil {
      throw given.mistake("there are two objects", "give one")
    }
  }

  private init(_ keys: JSONKeys, _ files: DescribedFiles) throws(InputError) {
    try keys.check(among: Self.keys)
    guard let method: DraftMethod = try keys.choice("method") else {
      throw keys.missing("method", DraftMethod.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.method = method
    let most = try keys.count(
      "num_speculative_tokens", in: EngineRange.drafts, "the most drafts of an iteration")
    numSpeculativeTokens = most
    if let sampler = try keys.text("rejection_sample_method"), sampler != "synthetic" {
      throw keys.mistake(
        "rejection_sample_method", "without a model nothing can be sampled by \"\(sampler)\"",
        "give synthetic, or leave it out")
    }
    rates = try Self.rates(keys, most)
    byBatchSize = try Self.batchSizes(keys, most)
    tensorParallelSize = try keys.optionalCount(
      "draft_tensor_parallel_size", in: 1...64, "GPUs that hold what drafts")
    isParallel = try keys.flag("parallel_drafting") ?? false
    isEager = try keys.flag("enforce_eager") ?? false
    try checkPasses(keys)
    guard let name = try keys.text("model") else {
      if method == .draftModel { throw keys.missing("model", "the model that drafts") }
      return
    }
    if method != .draftModel {
      throw keys.mistake(
        "model", "what \(method.rawValue) drafts with follows from the model that it drafts for",
        "leave it out, or give method draft_model")
    }
    model = try files.model(GivenValue(source: keys.source, text: name))
  }

  /// The rules of an engine that speculates so, with luck from `seed`.
  public func rules(seed: UInt64) -> EngineRules.Speculation {
    var rules = EngineRules.Speculation(
      method, numSpeculativeTokens: numSpeculativeTokens,
      acceptance: Acceptance(rates: rates, seed: seed))
    rules.byBatchSize = byBatchSize
    // vLLM 0.33, `SpeculativeConfig.max_num_new_slots_for_drafting`: one for each masked token.
    if isParallel { rules.draftSlots += numSpeculativeTokens - 1 }
    return rules
  }

  /// What reports say of it.
  public var words: String {
    let rates = rates.map { "\(($0 * 10_000).rounded() / 10_000)" }.joined(separator: "/")
    let sizes = byBatchSize.map {
      "\($0.drafts) at \($0.sequences.lowerBound)-\($0.sequences.upperBound)"
    }
    return method.rawValue + (model.map { " \($0.name)" } ?? "")
      + " of \(numSpeculativeTokens) tokens"
      + (sizes.isEmpty ? "" : " (\(sizes.joined(separator: ", ")))")
      + (isParallel ? " in one pass" : "") + (isEager ? " without CUDA graphs" : "")
      + ", accepted at \(rates)"
      + ", scheduled synchronously"
  }

  private static let example =
    "{\"method\": \"eagle3\", \"num_speculative_tokens\": 3, \"synthetic_acceptance_rates\": "
    + "[0.8, 0.6, 0.4]}"

  private static let rateKeys = [
    "synthetic_acceptance_rates", "synthetic_acceptance_rate", "synthetic_acceptance_length",
  ]
  private static let keys =
    [
      "method", "model", "num_speculative_tokens", "num_speculative_tokens_per_batch_size",
      "rejection_sample_method", "draft_tensor_parallel_size", "parallel_drafting",
      "enforce_eager",
    ] + rateKeys

  /// Refuses what is said of passes of the drafter where it makes none, or always one a draft.
  private func checkPasses(_ keys: JSONKeys) throws(InputError) {
    if isEager && !method.hasModel {
      throw keys.mistake(
        "enforce_eager", "\(method.rawValue) runs no model of its own", "leave it out")
    }
    if isParallel && (!method.hasModel || method == .mtp) {
      throw keys.mistake(
        "parallel_drafting", "\(method.rawValue) has no drafter that was trained for it",
        "give it with eagle, eagle3 or draft_model")
    }
  }
}

extension SpeculativeConfig {
  /// Acceptance by place: as it is given, of a chance that is the same for each draft whose
  /// predecessors were accepted, or of the tokens that a verification emits on average.
  private static func rates(_ keys: JSONKeys, _ drafts: Int) throws(InputError) -> [Double] {
    let given = rateKeys.filter(keys.has)
    guard let name = given.first else {
      throw keys.missing(
        rateKeys[0],
        "the chance that each of \(drafts) drafts is accepted, or "
          + "synthetic_acceptance_length, the tokens of a verification on average")
    }
    if given.count > 1 {
      throw keys.mistake(given[1], "it stands beside \(name)", "give one of them")
    }
    if let rates = try keys.reals(rateKeys[0]) {
      if rates.count == drafts && Acceptance.isValid(rates) { return rates }
      throw keys.mistake(
        name, "\(rates.count) numbers are not the chances of \(drafts) drafts",
        "give \(drafts) from 0 to 1, none greater than the one before")
    }
    if let rate = try keys.real(rateKeys[1]) {
      var rates = [Double](repeating: rate, count: drafts)
      for place in rates.indices.dropFirst() { rates[place] = rates[place - 1] * rate }
      if Acceptance.isValid(rates) { return rates }
      throw keys.mistake(name, "\(rate) is no chance", "give a number from 0 to 1")
    }
    let length = try keys.needed(rateKeys[2], "tokens", keys.real)
    if length >= 1 && length <= Double(drafts + 1) {
      return Acceptance.rates(meanLength: length, drafts: drafts)
    }
    throw keys.mistake(
      name, "no verification of \(drafts) drafts emits \(length) tokens on average",
      "give a number from 1 to \(drafts + 1)")
  }

  /// Lists of the fewest sequences, the most, and the drafts.
  private static func batchSizes(
    _ keys: JSONKeys, _ most: Int
  ) throws(InputError) -> [EngineRules.Speculation.BatchSizes] {
    let name = "num_speculative_tokens_per_batch_size"
    var sizes: [EngineRules.Speculation.BatchSizes] = []
    for item in try keys.list(name, "a list of lists") ?? [] {
      let last = sizes.last?.sequences.upperBound ?? 0
      guard case .array(let fields) = item, fields.count == 3, let first = fields[0].whole,
        let end = fields[1].whole, let drafts = fields[2].whole, first > last, end >= first,
        EngineRange.sequences.contains(end), (0...most).contains(drafts)
      else {
        throw keys.mistake(
          name, "it is no list of sequences from, to, and drafts up to \(most)",
          "give [[1, 16, \(most)], [17, 1024, 0]], with sizes that rise")
      }
      sizes.append(.init(sequences: first...end, drafts: drafts))
    }
    return sizes
  }
}
