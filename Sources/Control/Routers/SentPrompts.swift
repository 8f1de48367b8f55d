import Serving

/// What a router remembers of which prompts it sent where: of each replica, the blocks that it was
/// sent, by their last use. It does not see what the replica has dropped since or could not keep.
struct SentPrompts: Sendable {
  private var tables: [AffinityTable]
  private let capacity: Int
  private let hashes: PrefixHashes
  /// Tokens in a block.
  let blockTokens: Int

  /// - Parameter capacity: blocks that it remembers of each replica.
  init(_ columns: Columns, replicas: Int, capacity: Int = Int(Int32.max)) {
    self.capacity = capacity
    hashes = columns.prefixHashes ?? []
    blockTokens = columns.prefixBlockTokens
    tables = Array(repeating: AffinityTable(capacity: capacity), count: replicas)
  }

  /// The blocks of a request's prompt; none where nothing is known of prompts.
  func blocks(of request: RoutedRequest) -> ArraySlice<UInt64> {
    if hashes.isEmpty { return [] }
    // Hashes may go on behind the prompt.
    return hashes[request.id.index].prefix((request.promptTokens + blockTokens - 1) / blockTokens)
  }

  /// Tokens of the prompt of `request` at whose beginning `replica` was sent the same.
  ///
  /// - Parameter time: before which what was sent is not remembered.
  func match(
    _ request: RoutedRequest, on replica: Int, since time: Nanoseconds = -1
  ) -> Int {
    min(
      request.promptTokens, tables[replica].known(blocks(of: request), since: time) * blockTokens)
  }

  /// The replica of `replicas` that was sent the longest beginning of the prompt, and its tokens;
  /// of equal ones that which was sent it last. Nil where none was sent any of it.
  func longest(
    _ request: RoutedRequest, among replicas: [Int]
  ) -> (tokens: Int, replica: Int)? {
    let blocks = blocks(of: request)
    var best = (blocks: 0, time: Int.min, replica: -1)
    for replica in replicas {
      // One look tells that it has less than the best so far.
      if best.blocks > 0, !tables[replica].knows(blocks, upTo: best.blocks) { continue }
      let match = tables[replica].known(blocks)
      if match == 0 { continue }
      let time = tables[replica].time(of: blocks[blocks.startIndex + match - 1])
      if (match, time) > (best.blocks, best.time) { best = (match, time, replica) }
    }
    if best.blocks == 0 { return nil }
    return (min(request.promptTokens, best.blocks * blockTokens), best.replica)
  }

  /// Notes that `request` goes to `replica`.
  mutating func note(_ request: RoutedRequest, on replica: Int) {
    tables[replica].note(Array(blocks(of: request)), on: replica, at: request.time)
  }

  /// Forgets of each replica what was used the longest ago, but for so many blocks.
  mutating func trim(to blocks: Int) {
    for replica in tables.indices { tables[replica].trim(to: blocks) }
  }

  /// Forgets what `replica` was sent.
  mutating func forget(_ replica: Int) { tables[replica] = AffinityTable(capacity: capacity) }
}
