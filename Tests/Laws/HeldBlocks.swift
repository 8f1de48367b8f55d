@testable import Serving

/// The blocks that a replica's sequences must hold by their tokens, against those that it counts.
struct HeldBlocks {
  let replica: Replica

  init(_ replica: Replica) { self.replica = replica }

  /// What breaks the law that the blocks in use are just those of the sequences that run, shared
  /// ones once, or nil.
  var broken: String? {
    let rules = replica.rules
    let inUse = rules.memory.totalBlocks - replica.cache.freeBlocks - replica.cache.allReleasing
    if replica.cache.freeBlocks < 0 { return "blocks taken that are not there" }
    let hosted = replica.swapped.all.reduce(0) { $0 + blocksOnHost($1) }
    if hosted + replica.cache.freeHostBlocks != rules.memory.swapBlocks {
      return "\(hosted) blocks on the host and \(replica.cache.freeHostBlocks) free there"
    }
    if replica.cache.names != nil { return brokenSharing(inUse) }
    var held = replica.running.all.reduce(0) { $0 + blocks(of: $1) } + replica.cache.pastEndBlocks
    if let pages = replica.cache.tree {
      // Locked pages of the tree count once, whoever holds them.
      held -= replica.running.all.reduce(0) { $0 + pages.held[$1.index].pages }
      held += pages.tree.pages - pages.tree.evictablePages
    }
    return held == inUse ? nil : "\(inUse) blocks in use where those that run hold \(held)"
  }

  private func brokenSharing(_ inUse: Int) -> String? {
    guard let prefixes = replica.cache.names else { return nil }
    var holders: [BlockID: Int] = [:]
    var running: Set<Int> = []
    for id in replica.running.all {
      running.insert(id.index)
      let held = prefixes.held(in: id.index)
      let blocks = blocks(of: id)
      if held.contains(where: { $0.end * held.count != blocks }) {
        return "a sequence holds blocks up to \(held.map(\.end)), not \(blocks) in all"
      }
      if let broken = brokenWindow(of: id, held) { return broken }
      for block in held.flatMap(\.blocks) { holders[block, default: 0] += 1 }
    }
    for (place, held) in prefixes.held.enumerated()
    where !running.contains(place / prefixes.windows.count) && !held.blocks.isEmpty {
      return "a sequence that does not run holds \(held.blocks.count) blocks"
    }
    if holders.count != inUse {
      return "\(inUse) blocks in use where those that run hold \(holders.count)"
    }
    if holders.contains(where: { prefixes.cache.holders(of: $0.key) != $0.value }) {
      return "a block counts other holders than it has"
    }
    return prefixes.cache.freeBlocks == replica.cache.freeBlocks
      ? nil
      : "\(prefixes.cache.freeBlocks) free blocks by name, \(replica.cache.freeBlocks) counted"
  }

  /// What breaks the law that blocks are given back which the windows of `id` reach no more, and no
  /// others: those behind it where its last token but one was computed.
  private func brokenWindow(of id: SequenceID, _ held: ArraySlice<PrefixBlocks.Held>) -> String? {
    let context = replica.context(of: id)
    for (window, held) in zip(replica.cache.names!.windows, held) {
      let size = replica.rules.memory.blockSize
      let behind = window.map { max(0, context - $0 + 1) / size } ?? 0
      if held.passed > behind { return "\(held.passed) blocks passed where \(behind) may" }
      if replica.isDecoding(id), held.passed < behind - 1, replica.sequences[id].emitted > 2 {
        return "\(held.passed) blocks passed where \(behind) should"
      }
    }
    return nil
  }

  private func blocks(for tokens: Int) -> Int {
    replica.rules.group(slides: replica.cache.names == nil).blocks(for: tokens)
  }

  /// Blocks that `id`, which runs, must hold while what is planned of it is computed.
  private func blocks(of id: SequenceID) -> Int {
    let rules = replica.rules
    let sequence = replica.sequences[id]
    if rules.memory.reservesAll {
      return blocks(
        for: rules.reservedTokens(prompt: sequence.promptTokens, answer: sequence.answerTokens))
    }
    switch sequence.phase {
    case .prefilling:
      let planned = replica.isPipelined || !isUnderWay ? 0 : chunk(of: id)
      let tokens = sequence.context + sequence.inFlight + planned
      return blocks(for: rules.memory.reservation == .prompt ? sequence.target : tokens)
    case .decoding:
      if let flight = replica.flights.first(where: { $0.pool.tag == sequence.pool }) {
        return blocks(for: flight.pool.context(of: sequence) + 1)
      }
      let decodes = !replica.isPipelined && isUnderWay && replica.selection != .none ? 1 : 0
      return blocks(
        for: max(sequence.target, replica.pool.context(of: sequence) + decodes))
    case .skipped: return blocks(for: max(sequence.target, sequence.context))
    case .leaving: return blocks(for: sequence.context)
    case .loading: return blocks(for: sequence.promptTokens)
    case .waiting, .swapped, .done: return -1
    }
  }

  private func blocksOnHost(_ id: SequenceID) -> Int {
    let sequence = replica.sequences[id]
    return replica.rules.blocks(for: max(sequence.context, sequence.target))
  }

  /// Whether the batch that was planned last is being computed.
  private var isUnderWay: Bool { !replica.schedulesAhead && replica.batchEnd != Simulation.never }

  private func chunk(of id: SequenceID) -> Int {
    replica.batch.chunks.first { $0.sequence == id }?.tokens ?? 0
  }
}
