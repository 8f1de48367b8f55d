import Formats
import Schedulers
import Serving

/// What a real scheduler decided, iteration by iteration; `Tests/README.md` gives the format.
///
/// A log that was read is one that can be served: its numbers lie within `EngineRange`, its names
/// are those of its requests, and its run ends.
public struct DecisionLog: Sendable {
  let source: String
  let header: Header
  /// In order of arrival.
  let requests: [LoggedRequest]
  let steps: [Line]
  /// By the name of the request; none where the log does not tell.
  let outcomes: [String: Outcome]

  var config: Config { header.config }
  var clock: LogClock { header.clock }

  /// The log that `bytes` are, which came from `source`.
  public init(_ bytes: [UInt8], source: String) throws(InputError) {
    var objects = JSONObjects(bytes, source: source, header: "{\"type\": …}")
    var lines: [JSONKeys] = []
    while let keys = try objects.nextKeys() { lines.append(keys) }
    guard lines.count >= 3 else {
      throw InputError(
        source, problem: "\(lines.count) lines are no decision log",
        remedy: "give a header, the requests, and one line per iteration (Tests/README.md)")
    }
    self.source = source
    header = try Header(lines[0])
    requests = Self.byArrival(
      try Self.requests(lines[1]),
      byName: header.config.policy == "priority" && Self.ranksByName.contains(header.scheduler))
    (steps, outcomes) = try Self.read(lines.dropFirst(2), of: Set(requests.map(\.id)))
    try checkDrafts(lines[0], lines[1])
    try checkLength(lines[0])
  }

  /// The iterations of the requests called `names`, and what became of these.
  private static func read(
    _ lines: ArraySlice<JSONKeys>, of names: Set<String>
  ) throws(InputError) -> ([Line], [String: Outcome]) {
    var steps: [Line] = []
    var outcomes: [String: Outcome] = [:]
    var told: [String]?
    for keys in lines {
      var step = try Line(keys, of: names)
      // Of a transfer that ended with a batch the engine hears before the next.
      let heard = step.told
      step.told = told
      if let heard { told = (step.type == "noop" ? told ?? [] : []) + heard }
      // An iteration without a batch takes no time and decides nothing that the next does not show.
      if step.type == "step" && !(step.batch ?? []).isEmpty { steps.append(step) }
      for outcome in step.requests ?? [] {
        guard outcomes.updateValue(outcome, forKey: outcome.id) == nil else {
          throw keys.mistake(
            "requests", "\"\(outcome.id)\" stands here twice", "say once what became of it")
        }
      }
    }
    return (steps, outcomes)
  }

  /// Refuses a log whose clock could run on past the engine's.
  private func checkLength(_ keys: JSONKeys) throws(InputError) {
    let tokens = requests.reduce(0) { $0 + $1.prompt + $1.output }
    let iteration = clock.microseconds(tokens: tokens) * Double(stages)
    let end = Double(requests.last?.arrivalUs ?? 0) + Double(steps.count + stages) * iteration
    if end * 1000 > Double(EngineRange.clock.upperBound) {
      throw keys.mistake(
        "clock", "\(steps.count) iterations may take longer than the engine's clock runs",
        "give microseconds")
    }
  }

  /// Logs of vLLM 0.33, which serves requests of one priority that arrive together by name.
  private static let ranksByName = ["vllm_v1_spec", "vllm_v1_limits"]

  /// Requests that arrive together keep their order, or stand by name.
  private static func byArrival(
    _ requests: [LoggedRequest], byName: Bool
  ) -> [LoggedRequest] {
    requests.enumerated()
      .sorted {
        let names = byName ? ($0.element.id, $1.element.id) : ("", "")
        return ($0.element.arrivalUs, names.0, $0.offset)
          < ($1.element.arrivalUs, names.1, $1.offset)
      }
      .map(\.element)
  }

  /// The requests, called by their names.
  var trace: Trace {
    let groups = Dictionary(
      requests.enumerated().compactMap { row, request in request.prefixGroup.map { ($0, row) } },
      uniquingKeysWith: { first, _ in first })
    let rows = Dictionary(
      uniqueKeysWithValues: requests.enumerated().map { row, request in (request.id, row) })
    var columns = Columns(
      labels: requests.map(\.id),
      prefixHashes: sharesPrefixes
        ? PrefixHashes(requests.indices.map { hashes(of: $0, groups, rows) }) : nil,
      prefixBlockTokens: hashedTokens,
      priorities: requests.contains { $0.priority != nil }
        ? requests.map { config.ownPriority($0.priority ?? 0) } : nil,
      clients: requests.contains { $0.user != nil } ? requests.map { $0.user ?? "" } : nil,
      adapters: requests.contains { $0.lora != nil }
        ? requests.map { $0.lora.map { $0 == 0 ? "" : String($0) } ?? "" } : nil)
    if config.encoder != nil { columns.images = requests.map { $0.images ?? [] } }
    return Trace(
      requests: requests.map {
        Request(arrival: arrival(of: $0), promptTokens: $0.prompt, outputTokens: $0.output)
      }, columns: columns)
  }

  /// Whether prompts have tokens in common that matter.
  private var sharesPrefixes: Bool {
    config.prefixCaching == true
      || matchesTokens && requests.contains { $0.prefixGroup != nil || $0.parent != nil }
  }

  /// Whether the engine compares prompts token by token.
  private var matchesTokens: Bool { config.isPaged }

  /// Tokens of a block that has a hash.
  private var hashedTokens: Int {
    matchesTokens || (speculation?.hashLookahead ?? 0) > 0 ? 1 : config.blockSize
  }

  /// When `request` is handed over: in a pipeline, at the next tick of a stage.
  private func arrival(of request: LoggedRequest) -> Nanoseconds {
    guard isPipelined, let step = clock.stepUs else { return request.arrivalUs * 1000 }
    let tick = Int(step)
    return (request.arrivalUs + tick - 1) / tick * tick * 1000
  }

  var stages: Int { config.pp ?? 1 }
  var isPipelined: Bool { stages > 1 }

  /// A hash for each full block of a prompt, and of the output where another prompt goes on from
  /// it: its group's or its parent's as far as those share it, then its own.
  private func hashes(
    of row: Int, _ groups: [String: Int], _ rows: [String: Int], tokens: Int? = nil
  ) -> [UInt64] {
    let request = requests[row]
    let isParent = requests.contains { $0.parent == request.id }
    let blocks = (tokens ?? request.prompt + (isParent ? request.output : 0)) / hashedTokens
    if let parent = request.parent.flatMap({ rows[$0] }), let shared = request.parentTokens {
      let first = hashes(
        of: parent, groups, rows, tokens: shared / hashedTokens * hashedTokens)
      return first.prefix(blocks)
        + (min(blocks, first.count)..<blocks).map { own(row, block: $0) }
    }
    let shared = request.prefixGroup == nil ? 0 : request.sharedPrefix ?? 0
    let first = request.prefixGroup.flatMap { groups[$0] } ?? row
    return (0..<blocks).map { block in
      (block + 1) * hashedTokens <= shared
        ? UInt64(request.lora ?? 0) << 56 | UInt64(first) << 32 | UInt64(block)
        : own(row, block: block)
    }
  }

  /// The hash of a block that is of request `row` alone.
  private func own(_ row: Int, block: Int) -> UInt64 {
    UInt64(requests.count + row) << 32 | UInt64(block)
  }
}

/// What an iteration computes for one request.
struct IterationWork: Hashable, Sendable, Comparable {
  var request: String
  var isDecode: Bool
  var tokens: Int
  var context: Int

  static func < (a: IterationWork, b: IterationWork) -> Bool {
    (a.request, a.context, a.tokens) < (b.request, b.context, b.tokens)
  }
}

/// The clock of a log whose batches pass through `stages` stages, each as long as the clock says.
struct StageClock: CostModel {
  var clock: DecisionLog.LogClock
  var stages: Int

  func seconds(for batch: borrowing Batch) -> Double {
    clock.seconds(for: batch) * Double(stages)
  }
}
