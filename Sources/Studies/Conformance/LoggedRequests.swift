import Formats
import Serving

extension DecisionLog {
  /// Tokens of all prompts and outputs of a log.
  private static let allTokens = 30_000_000

  /// The requests of the second line.
  static func requests(_ keys: JSONKeys) throws(InputError) -> [LoggedRequest] {
    try keys.type(among: ["requests"])
    try keys.checkNoted(among: ["type", "requests"])
    let objects = try keys.needed("requests", "those that were served", keys.objects)
    if objects.isEmpty {
      throw keys.mistake("requests", "there are none", "give the requests that were served")
    }
    var requests: [LoggedRequest] = []
    var names: Set<String> = []
    var tokens = 0
    for (row, object) in objects.enumerated() {
      let request = try LoggedRequest(object)
      guard names.insert(request.id).inserted else {
        throw object.mistake("id", "\"\(request.id)\" is here twice", "give each its own")
      }
      if let parent = request.parent, parent == request.id || !names.contains(parent) {
        throw object.mistake(
          "parent", "\"\(parent)\" is no earlier request", "name one that stands before")
      }
      tokens += request.prompt + request.output
      if tokens > allTokens {
        throw keys.mistake(
          "requests[\(row)]", "the requests up to here have \(tokens) tokens",
          "record requests of \(allTokens) tokens together at most")
      }
      requests.append(request)
    }
    return requests
  }

  /// A request, by its name.
  struct LoggedRequest: Sendable {
    let id: String
    let arrivalUs: Int
    let prompt: Int
    let output: Int
    let priority: Int?
    /// Whose it is, and the number of its LoRA adapter, 0 for none.
    let user: String?
    let lora: Int?
    /// The images in its prompt.
    let images: [PromptImage]?
    let prefixGroup: String?
    let sharedPrefix: Int?
    /// The earlier request of whose prompt and output the first tokens are, and how many.
    let parent: String?
    let parentTokens: Int?
    /// What another engine computes of it, or reads.
    let remote: RemoteTransfer?
    /// What becomes of its drafts.
    let seen: Acceptance.Seen?

    init(_ keys: JSONKeys) throws(InputError) {
      try keys.checkNoted(among: [
        "id", "prompt", "output", "priority", "arrival_us", "prefix_group", "shared_prefix",
        "parent", "parent_tokens", "accept", "drafts", "user", "lora", "remote",
        "transfer_us", "mm",
      ])
      id = try keys.needed("id", "the request's name", keys.text)
      arrivalUs = try keys.count(
        "arrival_us", in: 0...EngineRange.time.upperBound / 1000, "microseconds")
      prompt = try keys.count("prompt", in: EngineRange.tokens, "tokens")
      output = try keys.count("output", in: EngineRange.tokens, "tokens")
      priority = try keys.whole("priority")
      user = try keys.text("user")
      lora = try keys.optionalCount("lora", in: 0...255, "the number of an adapter")
      prefixGroup = try keys.text("prefix_group")
      sharedPrefix = try keys.optionalCount(
        "shared_prefix", in: 0...EngineRange.tokens.upperBound, "tokens")
      if (prefixGroup == nil) != (sharedPrefix == nil) {
        throw keys.mistake(
          "prefix_group", "prefix_group and shared_prefix stand together", "give both or neither")
      }
      images = try keys.images(in: prompt)
      seen = try Self.seen(keys)
      remote = try Self.remote(keys)
      parent = try keys.text("parent")
      parentTokens = try keys.optionalCount("parent_tokens", in: EngineRange.tokens, "tokens")
      if (parent == nil) != (parentTokens == nil) || parent != nil && prefixGroup != nil {
        throw keys.mistake(
          "parent", "parent and parent_tokens stand together, without a group", "give both or none")
      }
    }
  }

  /// What other engines read of each request, or compute; nil where none does.
  var remotes: [RemoteTransfer?]? {
    requests.contains { $0.remote != nil } ? requests.map(\.remote) : nil
  }

  /// A line of any other type.
  struct Line: Sendable {
    let type: String
    let tUs: Int?
    let startUs: Int?
    let endUs: Int?
    let batch: [IterationWork]?
    let preempted: [String]?
    let freeBlocksAfterSchedule: Int?
    let freeBlocksEnd: Int?
    let freeTokensAfterSchedule: Int?
    let evictableAfterSchedule: Int?
    let encoderFree: Int?
    let encoderReclaimable: Int?
    let freeTokensEnd: Int?
    let evictableEnd: Int?
    let emitted: [String]?
    let finished: [String]?
    let requests: [Outcome]?
    let drafts: LineDrafts
    /// Requests whose prompts are read from elsewhere.
    let loading: [String]?
    /// Requests whose transfers had ended, and the engine heard of it, since the batch before.
    var told: [String]?
    /// Whether blocks are given back at the end of which others have read all that was held.
    let isRead: Bool?

    /// A step or a summary of the requests that `names` are of.
    init(_ keys: JSONKeys, of names: Set<String>) throws(InputError) {
      func texts(_ key: String) throws(InputError) -> [String]? {
        let texts = try keys.texts(key)
        for text in texts ?? [] { try keys.check(key, text, in: names) }
        return texts
      }
      type = try keys.type(among: ["step", "noop", "summary"])
      loading = try texts("loading")
      let (received, sent) = (try texts("recv_done"), try texts("send_done"))
      told = received.map { $0 + (sent ?? []) } ?? sent
      isRead = sent.map { !$0.isEmpty }
      tUs = try keys.whole("t_us")
      startUs = try keys.whole("start_us")
      endUs = try keys.whole("end_us")
      freeBlocksAfterSchedule = try keys.whole("free_blocks_after_schedule")
      freeBlocksEnd = try keys.whole("free_blocks_end")
      freeTokensAfterSchedule = try keys.whole("free_tokens_after_schedule")
      evictableAfterSchedule = try keys.whole("evictable_after_schedule")
      encoderFree = try keys.whole("encoder_free")
      encoderReclaimable = try keys.whole("encoder_reclaimable")
      freeTokensEnd = try keys.whole("free_tokens_end")
      evictableEnd = try keys.whole("evictable_end")
      preempted = try texts("preempted")
      emitted = try texts("emitted")
      finished = try texts("finished")
      batch = try keys.work(of: names)
      drafts = try LineDrafts(keys)
      var outcomes: [Outcome]?
      if let objects = try keys.objects("requests") {
        outcomes = []
        for object in objects {
          let outcome = try Outcome(object)
          try keys.check("requests", outcome.id, in: names)
          outcomes?.append(outcome)
        }
      }
      requests = outcomes
      if type != "summary" && requests != nil {
        throw keys.mistake("requests", "an iteration has none", "call the line a summary")
      }
    }
  }

  /// What became of a request, in the last line.
  struct Outcome: Sendable {
    let id: String
    let firstTokenUs: Int?
    let finishUs: Int?
    let emitted: Int
    let preemptions: Int

    init(_ keys: JSONKeys) throws(InputError) {
      id = try keys.needed("id", "the request's name", keys.text)
      firstTokenUs = try keys.whole("first_token_us")
      finishUs = try keys.whole("finish_us")
      emitted = try keys.needed("emitted", "output tokens", keys.whole)
      preemptions = try keys.needed("preemptions", "how often it was preempted", keys.whole)
    }
  }
}

extension DecisionLog.LoggedRequest {
  /// The request's `remote`, the side that is not this one, and `transfer_us`.
  fileprivate static func remote(_ keys: JSONKeys) throws(InputError) -> RemoteTransfer? {
    let side = try keys.word("remote", among: ["prefill", "decode"])
    let span = 0...EngineRange.time.upperBound / 1000
    let duration = try keys.optionalCount("transfer_us", in: span, "microseconds")
    if (side == nil) != (duration == nil) {
      throw keys.mistake(
        "remote", "remote and transfer_us stand together", "give both or neither")
    }
    guard let side, let duration else { return nil }
    return RemoteTransfer(side == "prefill" ? .receives : .sends, duration * 1000)
  }
}

extension JSONKeys {
  /// Refuses a `name` under `key` that is none of the requests'.
  fileprivate func check(_ key: String, _ name: String, in names: Set<String>) throws(InputError) {
    if names.contains(name) { return }
    throw mistake(key, "\"\(name)\" is none of the requests", "name those of the second line")
  }

  /// The images of a prompt of `tokens` tokens, `[offset, tokens, name]` each.
  fileprivate func images(in tokens: Int) throws(InputError) -> [PromptImage]? {
    guard let items = try list("mm", "a list of lists") else { return nil }
    var images: [PromptImage] = []
    for item in items {
      guard case .array(let fields) = item, fields.count == 3, let offset = fields[0].whole,
        let count = fields[1].whole, case .string(let name) = fields[2],
        offset >= images.last.map({ $0.offset + $0.tokens }) ?? 0, count > 0,
        EngineRange.tokens.contains(count), offset <= tokens - count
      else {
        throw mistake(
          "mm", "\(abridged(item.line())) is no image in the prompt",
          "give [offset, tokens, name], one behind the other")
      }
      images.append(PromptImage(offset: offset, tokens: count, name: name))
    }
    return images
  }

  /// The batch of an iteration, `[id, P or D, tokens, context]` for each request in it.
  fileprivate func work(of names: Set<String>) throws(InputError) -> [IterationWork]? {
    guard let items = try list("batch", "a list of lists") else { return nil }
    var work: [IterationWork] = []
    for item in items {
      guard case .array(let fields) = item, fields.count >= 4, case .string(let id) = fields[0],
        [.string("P"), .string("D")].contains(fields[1]),
        let tokens = fields[2].whole, EngineRange.tokens.contains(tokens),
        let context = fields[3].whole, (0...EngineRange.tokens.upperBound).contains(context)
      else {
        throw mistake(
          "batch", "\(abridged(item.line())) says of no request what it computes",
          "give [id, \"P\" or \"D\", new tokens, tokens before them]")
      }
      try check("batch", id, in: names)
      work.append(
        IterationWork(
          request: id, isDecode: fields[1] == .string("D"), tokens: tokens, context: context))
    }
    return work
  }
}
