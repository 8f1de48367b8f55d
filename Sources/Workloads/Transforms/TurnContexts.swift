import Formats
import Serving

/// Gives the prompts of turns hashes that say what they share with what was said before.
///
/// A turn goes on from the first request that it waits for. Its prompt begins with that one's
/// prompt and answer if it is as long as both, with the prompt alone if it is as long as that, as
/// where thoughts are left out, and else with nothing: the context was cut, and by how much nobody
/// knows.
struct TurnContexts {
  private let waits: Waits
  /// Whether prompts in the trace are without what was said before.
  private let adds: Bool
  /// Hashes that all prompts may have together, 8 bytes each.
  private let mostHashes: Int

  /// Tokens in a block that has a hash.
  static let blockTokens = 16

  init(_ waits: Waits, adds: Bool, mostHashes: Int = 100_000_000) {
    self.waits = waits
    self.adds = adds
    self.mostHashes = mostHashes
  }

  /// `loaded` with those hashes, and with longer prompts where they are without.
  func applied(to loaded: LoadedTrace) throws(InputError) -> LoadedTrace {
    var loaded = loaded
    var requests = loaded.trace.requests
    var isFollowed = Array(repeating: false, count: requests.count)
    for row in requests.indices {
      if let parent = waits[row].first { isFollowed[Int(parent)] = true }
    }
    var names = BlockNames()
    var hashes = PrefixHashes([])
    var (shared, count) = (0, 0)
    for row in requests.indices {
      let parent = waits[row].first.map { Int($0) }
      if adds, let parent { requests[row] = try added(requests[row], to: requests[parent]) }
      let tokens = parent.map { common(requests[row], with: requests[$0]) } ?? 0
      if tokens > 0 { shared += 1 }
      var list = parent.map { Array(hashes[$0].prefix(tokens / Self.blockTokens)) } ?? []
      if isFollowed[row] {
        let whole = requests[row].promptTokens + requests[row].outputTokens
        while list.count * Self.blockTokens < whole { list.append(names.new()) }
      }
      count += list.count
      hashes.append(list)
      if count > mostHashes { throw tooLong() }
    }
    var columns = loaded.trace.columns
    columns.prefixHashes = hashes
    columns.prefixBlockTokens = Self.blockTokens
    loaded.trace = Trace(requests: requests, columns: columns)
    loaded.notes.append("prompts that begin with what was said before: \(shared)")
    return loaded
  }

  /// Tokens of the prompt of `turn` that `parent` has said.
  private func common(_ turn: Request, with parent: Request) -> Int {
    let whole = parent.promptTokens + parent.outputTokens
    if turn.promptTokens >= whole { return whole }
    return turn.promptTokens >= parent.promptTokens ? parent.promptTokens : 0
  }

  private func added(_ turn: Request, to parent: Request) throws(InputError) -> Request {
    let tokens = parent.promptTokens + parent.outputTokens + turn.promptTokens
    guard tokens <= EngineRange.tokens.upperBound else { throw tooLong() }
    return Request(
      arrival: turn.arrival, promptTokens: tokens, outputTokens: turn.outputTokens)
  }

  private func tooLong() -> InputError {
    InputError(
      "--turn-prompts", problem: "sessions grow beyond what can be served",
      remedy: "fewer requests, with --limit, or --turn-prompts apart")
  }
}
