import Serving

/// What a batch of prompts can still take: tokens of memory, by what answers are guessed to take
/// and by what is held now, and tokens to compute.
///
/// SGLang 0.5.23, `PrefillAdder` and `mem_cache/prefill_budget.py`.
struct PrefillBudget {
  /// Whether another prompt may be looked at.
  enum State { case open, lacksMemory, isSpent }

  /// Tokens of a page.
  let page: Int
  /// What running and admitted requests are charged of memory, and what they take at once.
  private(set) var charged: Double
  private(set) var taken: Int
  /// Tokens that are left to compute: as `--max-prefill-tokens` and `--chunked-prefill-size` have
  /// it, of which the latter may not limit them.
  private(set) var input: Int
  private(set) var chunk: Int?
  /// What running and admitted requests have left to emit and what they will hold, those first that
  /// end first; where answers never end before.
  private var completions: [Completion]?

  private struct Completion {
    let left: Int
    let held: Int
  }

  /// - Parameters:
  ///   - decodes: decodes that share the batch.
  ///   - charged: what running requests are charged.
  init(page: Int, maxPrefillTokens: Int, chunk: Int?, decodes: Int, charged: Double) {
    self.page = page
    self.charged = Double(decodes) + charged
    taken = decodes
    input = maxPrefillTokens - decodes
    self.chunk = chunk.map { $0 - decodes }
  }

  /// Tokens of memory left for answers and prompts, `locked` tokens being locked besides.
  func memory(_ replica: borrowing Replica, locked: Int = 0) -> Double {
    Double(replica.cache.tokensForPlan - locked) - charged
  }

  /// `tokens` filled up to whole pages.
  func whole(_ tokens: Int) -> Int { (tokens + page - 1) / page * page }

  /// Charges a chunk of `tokens` and an answer of up to `answer` tokens.
  mutating func charge(_ tokens: Int, answer: Int) {
    let whole = whole(tokens)
    charged += Double(whole + page + answer)
    taken += whole + page
    input -= whole
    chunk = chunk.map { $0 - whole }
  }

  /// Takes back what a running request was charged that has lost its cache.
  mutating func refund(_ tokens: Double) { charged -= tokens }

  func state(_ replica: borrowing Replica) -> State {
    if memory(replica) <= 0 || replica.cache.tokensForPlan <= taken { return .lacksMemory }
    return input <= 0 || chunk ?? 1 <= 0 ? .isSpent : .open
  }
}

/// Where answers never end before what was asked for, and nothing is kept for others.
extension PrefillBudget {
  /// Whether `id`, of which `tokens` are to be computed, has room, and still everyone when those
  /// who run end one after the other; notes it down.
  ///
  /// SGLang's `add_one_req_ignore_eos`.
  mutating func completionsFit(
    _ id: SequenceID, _ tokens: Int, _ replica: borrowing Replica
  ) -> Bool {
    let paged = whole(tokens) + page
    let now = replica.cache.tokensForPlan - taken
    guard Double(paged) <= min(Double(now), memory(replica)) else { return false }
    note(id, replica)
    var free = now - paged
    let states = completions ?? []
    for (place, state) in states.enumerated() {
      let count = states.count - place
      if free - state.left * count <= count { return false }
      free += state.held
    }
    return true
  }

  private mutating func note(_ id: SequenceID, _ replica: borrowing Replica) {
    let own = Self.completion(of: id, replica)
    if var known = completions {
      guard let own else { return }
      // One that ends after all others stands before the last.
      let place = known.firstIndex { own.left <= $0.left } ?? max(0, known.count - 1)
      known.insert(own, at: place)
      completions = known
      return
    }
    let planned = replica.batch.chunks.map(\.sequence)
    let running = replica.running.all.filter { !planned.contains($0) }
    let all = [own] + (running + planned).map { Self.completion(of: $0, replica) }
    completions = all.compactMap(\.self).enumerated()
      .sorted { ($0.element.left, $0.offset) < ($1.element.left, $1.offset) }.map(\.element)
  }

  private static func completion(
    of id: SequenceID, _ replica: borrowing Replica
  ) -> Completion? {
    let emitted = replica.emittedTokens(of: id)
    let left = replica.requestedTokens(of: id) - emitted
    return left > 0 ? Completion(left: left, held: replica.promptTokens(of: id) + emitted) : nil
  }
}
