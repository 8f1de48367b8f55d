import Foundation
import Serving
import Synchronization

/// What tokens ask of the busiest of the GPUs that have other experts each, on average: worked out
/// once for a layer, then looked up.
///
/// So many seeded draws, each a layer of its own, send tokens one after the other to experts that
/// they have not chosen yet, as popular as experts are; of each number of tokens the mean over
/// draws of the greatest load is kept. Beyond those, the mean load of the busiest rank grows with
/// the tokens, and what chance adds with their square root. Experts whose place is not known are
/// dealt to ranks at random, anew for each draw, unless EPLB places them by their popularity.
struct ExpertLoads: Sendable, Equatable {
  /// By tokens from 0 to `drawnTokens`: pairs of a token and an expert of the rank with most of
  /// them, and experts with a token of the rank with most of those.
  private let pairs: [Double]
  private let distinct: [Double]
  /// Pairs of a token on the busiest rank on average, without chance.
  private let share: Double
  /// By draw, how likely a token goes through each expert of that rank.
  private let chances: [[Double]]
  /// Pairs of a token on a rank on average.
  private let mean: Double

  private static let draws = 64
  private static let drawnTokens = 512

  /// The loads of mixtures that were asked for, whatever the width of their experts.
  private static let known = Mutex<[(mixture: Mixture, loads: ExpertLoads)]>([])

  /// The loads of `mixture`, which is divided among ranks.
  static func of(_ mixture: Mixture) -> ExpertLoads {
    var key = Mixture(experts: mixture.experts, perToken: mixture.perToken, intermediate: 0)
    key.zeroExperts = mixture.zeroExperts
    key.popularity = mixture.popularity
    key.redundant = mixture.redundant
    key.isRebalanced = mixture.isRebalanced
    key.ranks = mixture.ranks
    let found = known.withLock { known in known.first { $0.mixture == key }?.loads }
    if let found { return found }
    // Threads that draw them meanwhile find the same.
    let loads = ExpertLoads(of: key)
    known.withLock { $0.append((key, loads)) }
    return loads
  }

  init(of mixture: Mixture) {
    let ranks = mixture.ranks
    let shares = mixture.popularity.shares(of: mixture.experts)
    mean = mixture.computedPerToken / Double(ranks)
    var pairs = [Double](repeating: 0, count: Self.drawnTokens + 1)
    var distinct = pairs
    var chances: [[Double]] = []
    var busiest = 0.0
    let likelihoods = shares.map { Self.chances($0, of: mixture) }
    for draw in 0..<Self.draws {
      var stream = RandomStream(seed: UInt64(draw), named: "experts")
      let layer = shares[draw % shares.count]
      let places = Places(of: mixture, likelihoods[draw % shares.count], &stream)
      let likely = likelihoods[draw % shares.count]
      let loads = places.placement.loads(places.dealt(likely))
      let most = loads.indices.max { loads[$0] < loads[$1] } ?? 0
      busiest += loads[most] / Double(Self.draws)
      chances.append(places.chances(places.dealt(likely), on: most))
      var count = Count(experts: mixture.slots, ranks: ranks)
      var choice = Choice(layer, zeroExperts: mixture.zeroExperts)
      for tokens in 1...Self.drawnTokens {
        for expert in choice.experts(mixture.perToken, &stream) {
          let slot = places.slot(of: expert, &stream)
          count.add(slot, rank: places.placement.rank(of: slot))
        }
        pairs[tokens] += Double(count.mostPairs) / Double(Self.draws)
        distinct[tokens] += Double(count.mostDistinct) / Double(Self.draws)
      }
    }
    self.pairs = pairs
    self.distinct = distinct
    self.chances = chances
    share = busiest
  }

  /// The chance that a token goes through each expert, where it draws one after the other without
  /// putting one back: 1 - exp(-w t) of an expert of weight w, with the t for which they add up to
  /// what a token draws (B. Rosen, Asymptotic theory for order sampling, 1997).
  private static func chances(_ shares: [Double], of mixture: Mixture) -> [Double] {
    let experts = Double(mixture.experts)
    func drawn(_ time: Double) -> Double {
      let zero = Double(mixture.zeroExperts) * (1 - exp(-time / experts))
      return shares.reduce(zero) { $0 + 1 - exp(-$1 * time) }
    }
    let goal = Double(mixture.perToken)
    // One draw alone puts nothing back.
    if goal == 1 { return shares.map { $0 * mixture.computedPerToken } }
    if goal >= Double(shares.count { $0 > 0 } + mixture.zeroExperts) {
      return shares.map { $0 > 0 ? 1 : 0 }
    }
    var (low, high) = (0.0, 1.0)
    while drawn(high) < goal { high *= 2 }
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if drawn(middle) < goal { low = middle } else { high = middle }
    }
    return shares.map { 1 - exp(-$0 * high) }
  }

  /// Pairs of one of `tokens` and an expert of the rank that has most.
  func pairs(_ tokens: Int) -> Double {
    if tokens <= Self.drawnTokens { return pairs[tokens] }
    let last = Double(Self.drawnTokens)
    let chance = max(0, pairs[Self.drawnTokens] - share * last)
    return share * Double(tokens) + chance * (Double(tokens) / last).squareRoot()
  }

  /// Experts with one of `tokens` of the rank that has most of them.
  func distinct(_ tokens: Int) -> Double {
    if tokens <= Self.drawnTokens { return distinct[tokens] }
    let sum = chances.reduce(0.0) { sum, rank in
      rank.reduce(sum) { $0 + 1 - pow(1 - $1, Double(tokens)) }
    }
    return max(distinct[Self.drawnTokens], sum / Double(chances.count))
  }

  /// The mean load of ranks as a share of that of the busiest.
  func balancedness(_ tokens: Int) -> Double { mean * Double(tokens) / pairs(tokens) }
}

/// Where the experts of one draw stand.
private struct Places {
  let placement: ExpertPlacement
  /// What stands where expert i would stand in order.
  private let order: [Int]
  /// The slots of each place.
  private var slots: [[Int]]

  /// - Parameter chances: how likely a token goes through each expert.
  init(of mixture: Mixture, _ chances: [Double], _ stream: inout RandomStream) {
    var order = Array(0..<mixture.experts)
    if !mixture.popularity.isPlaced && mixture.popularity != .even {
      for last in stride(from: order.count - 1, to: 0, by: -1) {
        order.swapAt(last, stream.integer(below: last + 1))
      }
    }
    self.order = order
    let dealt = order.map { chances[$0] }
    placement =
      mixture.isRebalanced
      ? ExpertPlacement(balancing: dealt, slots: mixture.slots, ranks: mixture.ranks)
      : ExpertPlacement(inOrder: mixture.experts, ranks: mixture.ranks)
    var slots = [[Int]](repeating: [], count: mixture.experts)
    for (slot, place) in placement.slots.enumerated() { slots[order[place]].append(slot) }
    self.slots = slots
  }

  /// What experts have, by their places.
  func dealt(_ values: [Double]) -> [Double] { order.map { values[$0] } }

  /// One of the slots of `expert`.
  func slot(of expert: Int, _ stream: inout RandomStream) -> Int {
    let all = slots[expert]
    return all.count == 1 ? all[0] : all[stream.integer(below: all.count)]
  }

  /// How likely a token goes through each slot of `rank`, where places have these `chances`.
  func chances(_ chances: [Double], on rank: Int) -> [Double] {
    let copies = placement.copies(of: chances.count)
    return placement.slots.enumerated().filter { placement.rank(of: $0.offset) == rank }.map {
      chances[$0.element] / Double(copies[$0.element])
    }
  }
}

/// Experts that tokens choose at random, no token one twice.
private struct Choice {
  /// Sums of shares up to each expert; those that compute nothing come last.
  private let sums: [Double]
  private let experts: Int
  private var chosen: [Int] = []

  init(_ shares: [Double], zeroExperts: Int) {
    experts = shares.count
    var sum = 0.0
    var sums: [Double] = []
    let each = 1 / Double(shares.count)
    for share in shares + [Double](repeating: each, count: zeroExperts) {
      sum += share
      sums.append(sum)
    }
    self.sums = sums
  }

  /// What one token goes through of `count` choices.
  mutating func experts(_ count: Int, _ stream: inout RandomStream) -> [Int] {
    chosen.removeAll(keepingCapacity: true)
    var tries = 0
    while chosen.count < count {
      tries += 1
      // Where a few are chosen nearly always, the rest takes the next that is free.
      var expert = place(of: stream.uniform() * sums[sums.count - 1])
      if tries > 8 * count { while chosen.contains(expert) { expert = (expert + 1) % sums.count } }
      if !chosen.contains(expert) { chosen.append(expert) }
    }
    return chosen.filter { $0 < experts }
  }

  /// The first expert whose sum is above `value`.
  private func place(of value: Double) -> Int {
    var (low, high) = (0, sums.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > value { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// The loads of ranks as tokens come.
private struct Count {
  private var pairs: [Int]
  private var distinct: [Int]
  private var isTaken: [Bool]
  private(set) var mostPairs = 0
  private(set) var mostDistinct = 0

  init(experts: Int, ranks: Int) {
    pairs = Array(repeating: 0, count: ranks)
    distinct = pairs
    isTaken = Array(repeating: false, count: experts)
  }

  mutating func add(_ slot: Int, rank: Int) {
    pairs[rank] += 1
    mostPairs = max(mostPairs, pairs[rank])
    if isTaken[slot] { return }
    isTaken[slot] = true
    distinct[rank] += 1
    mostDistinct = max(mostDistinct, distinct[rank])
  }
}
