/// The plan under which a dense batch takes the least time, among those tried.
///
/// Splits are multiples of 128 tokens, the rows of a product's tile; of large batches, of as many
/// tiles as leave some hundred splits. All coarse splits and shares are tried, then the best is
/// improved one number at a time for as long as that helps: each step makes it faster, and there
/// are so many plans. Of equals the one tried first is taken, and the sequential plan is the first.
public struct PipelineSearch: Sendable {
  public let times: any LayerTimes
  public let interference: Interference
  /// What layers have in place of an MLP, and how many of them there are.
  public let kinds: [(kind: LayerKind, layers: Int)]

  /// Tokens of a tile.
  public static let tile = 128
  /// The most tokens of a batch.
  public static let mostTokens = 1 << 20

  /// Tokens by which splits of a batch of `tokens` differ.
  fileprivate static func step(for tokens: Int) -> Int { tile * max(1, tokens / (tile * 256)) }

  public init(times: any LayerTimes, interference: Interference = .nanoFlow) {
    self.times = times
    self.interference = interference
    let model = times.shard.model
    let mixed = model.expertLayers
    kinds = [(.dense, model.layers - mixed), (.experts, mixed)].filter { $0.layers > 0 }
  }

  /// The seconds of all layers of an iteration of `batch` with `plan`.
  public func layerSeconds(_ plan: PipelinePlan, _ batch: DenseBatch) -> Double {
    kinds.reduce(0) { sum, each in
      let pipeline = plan.pipeline(for: batch, times: times, kind: each.kind)
      return sum + Double(each.layers) * LayerPeriod.seconds(of: pipeline, interference)
    }
  }

  /// The seconds of an iteration of `batch` with `plan`.
  public func seconds(_ plan: PipelinePlan, _ batch: DenseBatch) -> Double {
    layerSeconds(plan, batch)
      + times.secondsOutsideLayers(tokens: batch.tokens, rows: batch.sampled)
  }

  /// The seconds of all layers if two of products, attention and collectives were free: the
  /// longest of the three sums.
  public func boundSeconds(_ batch: DenseBatch) -> Double {
    kinds.reduce(0) { sum, each in
      let pipeline = PipelinePlan.sequential.pipeline(for: batch, times: times, kind: each.kind)
      let longest = Queue.ofGPU.map { pipeline.seconds(waitingFor: $0) }.max() ?? 0
      return sum + Double(each.layers) * longest
    }
  }

  /// The best plan for `batch`.
  public func best(for batch: DenseBatch) -> PipelinePlan {
    precondition(batch.tokens <= Self.mostTokens, "a dense batch has no more tokens")
    var best = Candidate(plan: .sequential, seconds: layerSeconds(.sequential, batch))
    let starts = alternatingStarts(batch) + nanoFlowStarts(batch)
    var found: [Candidate] = []
    for plan in starts { found.append(candidate(plan, batch)) }
    // The best of either kind is improved, since a coarse grid may favour the wrong one.
    for isNanoFlow in [false, true] {
      let alike = found.filter { $0.plan.isNanoFlow == isNanoFlow }
      guard let start = alike.min(by: { $0.seconds < $1.seconds }) else { continue }
      let improved = improved(start, batch)
      if improved.seconds < best.seconds { best = improved }
    }
    return best.plan
  }

  private struct Candidate {
    var plan: PipelinePlan
    var seconds: Double
  }

  private func candidate(_ plan: PipelinePlan, _ batch: DenseBatch) -> Candidate {
    Candidate(plan: plan, seconds: layerSeconds(plan, batch))
  }

  /// Goes to the best neighbour until there is no better one.
  private func improved(_ start: Candidate, _ batch: DenseBatch) -> Candidate {
    var best = start
    while true {
      let before = best.seconds
      for plan in best.plan.neighbours(of: batch.tokens) where plan.fits(batch.tokens) {
        let other = candidate(plan, batch)
        if other.seconds < best.seconds * (1 - 1e-9) { best = other }
      }
      if best.seconds == before { return best }
    }
  }

  private func splits(_ tokens: Int) -> [Int] {
    let step = Self.step(for: tokens)
    return stride(from: step, to: tokens, by: step).filter {
      8 * $0 >= tokens && 8 * $0 <= 7 * tokens
    }
  }

  private func alternatingStarts(_ batch: DenseBatch) -> [PipelinePlan] {
    splits(batch.tokens).flatMap { first in
      coarseShares.map { .alternating(AlternatingPlan(first: first, shares: $0)) }
    }
  }

  private func nanoFlowStarts(_ batch: DenseBatch) -> [PipelinePlan] {
    guard times.shard.tensorParallel > 1 else { return [] }
    return splits(batch.tokens).flatMap { first -> [PipelinePlan] in
      let plan = NanoFlowPlan(
        first: first, firstPart: half(first), secondPart: half(batch.tokens - first))
      return coarseShares.map { shares in
        var plan = plan
        plan.shares = shares
        return .nanoFlow(plan)
      }.filter { $0.fits(batch.tokens) }
    }
  }

  /// About half of `tokens`, in whole tiles.
  private func half(_ tokens: Int) -> Int {
    max(1, (tokens / 2 + Self.tile / 2) / Self.tile) * Self.tile
  }

  private var coarseShares: [NanoShares] {
    let networks = times.shard.tensorParallel > 1 ? [0.1, 0.2, 0.3] : [0.2]
    return [0.3, 0.4, 0.5, 0.6].flatMap { attention in
      networks.map { NanoShares(attention: attention, network: $0) }
    }
  }
}

extension PipelinePlan {
  fileprivate var isNanoFlow: Bool {
    if case .nanoFlow = self { return true }
    return false
  }

  /// Plans for `tokens` that differ in one number by one step.
  fileprivate func neighbours(of tokens: Int) -> [PipelinePlan] {
    let tile = PipelineSearch.step(for: tokens)
    switch self {
    case .sequential, .inSequence: return []
    case .alternating(let plan):
      return [-tile, tile].map { step in
        var plan = plan
        plan.first += step
        return .alternating(plan)
      }
        + plan.shares.neighbours.map { shares in
          .alternating(AlternatingPlan(first: plan.first, shares: shares))
        }
    case .nanoFlow(let plan):
      let numbers: [WritableKeyPath<NanoFlowPlan, Int>] = [\.first, \.firstPart, \.secondPart]
      return numbers.flatMap { number in
        [-tile, tile].map { step -> PipelinePlan in
          var plan = plan
          plan[keyPath: number] += step
          return .nanoFlow(plan)
        }
      }
        + plan.shares.neighbours.map { shares in
          var plan = plan
          plan.shares = shares
          return .nanoFlow(plan)
        }
    }
  }

  /// Whether every nano-batch, and every part of one, of `tokens` has at least a tile.
  fileprivate func fits(_ tokens: Int) -> Bool {
    let tile = PipelineSearch.tile
    switch self {
    case .sequential, .inSequence: return true
    case .alternating(let plan): return plan.first >= tile && tokens - plan.first >= tile
    case .nanoFlow(let plan):
      return plan.parts(of: tokens, areAtLeast: tile)
    }
  }
}

extension NanoFlowPlan {
  fileprivate func parts(of tokens: Int, areAtLeast tile: Int) -> Bool {
    let sizes = [firstPart, first - firstPart, secondPart, tokens - first - secondPart]
    return sizes.allSatisfy { $0 >= tile }
  }
}

extension NanoShares {
  /// Shares in tenths, of which products keep at least one.
  fileprivate var neighbours: [NanoShares] {
    let parts: [WritableKeyPath<NanoShares, Double>] = [\.attention, \.network, \.elements]
    return parts.flatMap { part in
      [-0.1, 0.1].compactMap { step in
        var shares = self
        shares[keyPath: part] = ((shares[keyPath: part] + step) * 10).rounded() / 10
        shares.networkBesideMLP = shares.network
        let isValid =
          shares[keyPath: part] >= 0.1
          && shares.attention + max(shares.network, shares.elements) <= 0.9
        return isValid ? shares : nil
      }
    }
  }
}
