import Serving

/// The replica that most of the beginning of the prompt was last sent to, unless little of it was
/// or that replica has far more to do than another; else the one with the fewest requests that are
/// not answered to their end.
///
/// The router guesses what is cached from what it sent where; it does not see what a replica has
/// dropped since or could not keep. The thresholds are the defaults of SGLang's cache-aware router
/// (SMG): a match of 30 %, and 64 requests and half as many again more than the least loaded.
public struct PrefixAffinity: Router {
  static let leastMatch = 0.3
  static let slack = 64
  static let ratio = 1.5
  private var loads: ReplicaLoads
  private var table: AffinityTable
  private let hashes: PrefixHashes

  /// - Parameters:
  ///   - hashes: those of each request's prompt, block by block.
  ///   - blocks: how many of them the router keeps in mind, over all replicas.
  public init(replicas: Int, hashes: PrefixHashes, blocks: Int) {
    loads = ReplicaLoads(replicas: replicas)
    table = AffinityTable(capacity: blocks)
    self.hashes = hashes
  }

  public mutating func route(_ request: RoutedRequest) -> Int {
    let blocks = Array(hashes[request.id.index])
    let replica = affine(blocks) ?? loads.least
    loads.add(1, to: replica)
    table.note(blocks, on: replica)
    return replica
  }

  /// One request less.
  public mutating func noteEnd(of request: RoutedRequest, on replica: Int) {
    loads.remove(1, from: replica)
  }

  private func affine(_ blocks: [UInt64]) -> Int? {
    guard let match = table.longestMatch(blocks),
      Double(match.blocks) >= Self.leastMatch * Double(blocks.count)
    else { return nil }
    let (load, least) = (loads[match.replica], loads.leastAmount)
    let isOverloaded = load - least > Self.slack && Double(load) > Self.ratio * Double(least)
    return isOverloaded ? nil : match.replica
  }
}

/// Which replica each of so many blocks was last sent to; the longest unused are forgotten first,
/// and of one prompt the last ones, so that what is known of a prompt is always its beginning.
struct AffinityTable: Sendable {
  private struct Entry: Sendable {
    var hash: UInt64
    var replica: Int32
    var newer: Int32
    var older: Int32
  }

  private static let none: Int32 = -1
  private let capacity: Int
  private var places: [UInt64: Int32] = [:]
  private var entries: [Entry] = []
  private var newest = none
  private var oldest = none

  init(capacity: Int) { self.capacity = max(1, min(capacity, Int(Int32.max))) }

  /// Blocks that are kept in mind.
  var count: Int { entries.count }

  /// How many blocks at the beginning of `blocks` are known, and where the last of those went.
  func longestMatch(_ blocks: [UInt64]) -> (blocks: Int, replica: Int)? {
    var (known, unknown) = (0, blocks.count + 1)
    while unknown - known > 1 {
      let middle = (known + unknown) / 2
      if places[blocks[middle - 1]] == nil { unknown = middle } else { known = middle }
    }
    guard known > 0, let place = places[blocks[known - 1]] else { return nil }
    return (known, Int(entries[Int(place)].replica))
  }

  /// Notes that a prompt of `blocks` went to `replica`.
  mutating func note(_ blocks: [UInt64], on replica: Int) {
    for hash in blocks.reversed() {
      let place = places[hash] ?? vacancy(for: hash)
      entries[Int(place)].replica = Int32(replica)
      makeNewest(place)
    }
  }

  /// A place for `hash`, which has none: a new one, or that of the longest unused.
  private mutating func vacancy(for hash: UInt64) -> Int32 {
    var place = Int32(entries.count)
    if entries.count < capacity {
      entries.append(Entry(hash: hash, replica: 0, newer: Self.none, older: Self.none))
      link(place)
    } else {
      place = oldest
      places[entries[Int(place)].hash] = nil
      entries[Int(place)].hash = hash
    }
    places[hash] = place
    return place
  }

  private mutating func makeNewest(_ place: Int32) {
    if place == newest { return }
    let entry = entries[Int(place)]
    entries[Int(entry.newer)].older = entry.older
    if place == oldest {
      oldest = entry.newer
    } else {
      entries[Int(entry.older)].newer = entry.newer
    }
    link(place)
  }

  /// Puts the entry at `place`, which is in no order yet, before all others.
  private mutating func link(_ place: Int32) {
    entries[Int(place)].older = newest
    entries[Int(place)].newer = Self.none
    if newest == Self.none { oldest = place } else { entries[Int(newest)].newer = place }
    newest = place
  }
}
