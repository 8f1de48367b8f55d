import Foundation

/// The seconds that an iteration's layers take under one plan, looked up: between knots of the
/// number of decodes, of their mean context, and of one layer's prefill attention.
///
/// The products always compute the same dense batch, so that nothing else changes from iteration
/// to iteration. Where decodes reach a token at which the plan cuts, other operations wait for
/// their attention; knots stand on either side of it. What the layers take at knots is worked out
/// when it is first asked for.
public struct OverlapTable: Sendable {
  /// The way that the layers run.
  public let plan: PipelinePlan
  /// Tokens of the dense batch.
  public let tokens: Int
  /// Knots: decodes, mean cached tokens, and seconds of a layer's prefill attention.
  private let decodes: [Double]
  private let contexts: [Double]
  private let prefills: [Double]
  /// Seconds, by decodes, then contexts, then prefills.
  let cells = PriceTable()
  private let search: PipelineSearch
  private let offloads: Bool

  /// The table of `plan` for batches of `tokens`.
  ///
  /// - Parameters:
  ///   - longest: the most cached tokens of a decode, on average, that are tabulated; beyond, what
  ///     the last two knots say goes on.
  ///   - prefill: the most seconds of one layer's prefill attention, likewise.
  ///   - offloads: whether keys and values are copied to the host.
  public init(
    of plan: PipelinePlan, tokens: Int, search: PipelineSearch, longest: Int, prefill: Double,
    offloads: Bool = false
  ) {
    self.tokens = tokens
    self.plan = plan
    self.search = search
    self.offloads = offloads
    decodes = Self.decodes(of: plan, tokens)
    contexts = Self.contexts(to: Double(max(longest, 1)))
    prefills = [0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1].map { $0 * prefill }
  }

  /// The seconds at the knots that `cell` counts to.
  @inline(__always)
  private func seconds(at cell: Int) -> Double {
    let known = cells[cell]
    return known > 0 ? known : cells.keep(worked(cell), of: cell)
  }

  @inline(never)
  private func worked(_ cell: Int) -> Double {
    let (row, prefill) = cell.quotientAndRemainder(dividingBy: prefills.count)
    let (count, context) = row.quotientAndRemainder(dividingBy: contexts.count)
    var batch = DenseBatch(
      tokens: tokens, decodes: Int(decodes[count]), context: contexts[context],
      prefillAttention: StepCost(seconds: prefills[prefill]))
    batch.offloads = offloads
    return search.layerSeconds(plan, batch)
  }

  /// The seconds of all layers of a dense batch.
  ///
  /// - Parameters:
  ///   - decodes: how many of its tokens decode.
  ///   - context: their cached tokens, on average.
  ///   - prefillSeconds: one layer's prefill attention alone.
  public func seconds(decodes: Int, context: Double, prefillSeconds: Double) -> Double {
    let first = Self.place(Double(decodes), self.decodes)
    let second = Self.place(context, contexts)
    let third = Self.place(prefillSeconds, prefills)
    var sum = 0.0
    for corner in 0..<8 {
      let (a, b, c) = (corner & 1, corner >> 1 & 1, corner >> 2)
      let part =
        (a == 1 ? first.part : 1 - first.part) * (b == 1 ? second.part : 1 - second.part)
        * (c == 1 ? third.part : 1 - third.part)
      if part == 0 { continue }
      let cell = ((first.knot + a) * contexts.count + second.knot + b) * prefills.count
      sum += part * seconds(at: cell + third.knot + c)
    }
    return sum
  }

  /// The knot below `value`, and how far it is to the next; beyond the last, more than 1.
  private static func place(_ value: Double, _ knots: [Double]) -> (knot: Int, part: Double) {
    var knot = 0
    while knot < knots.count - 2 && value >= knots[knot + 1] { knot += 1 }
    return (knot, max(0, (value - knots[knot]) / (knots[knot + 1] - knots[knot])))
  }

  /// Every so many decodes, and on either side of where the plan cuts.
  private static func decodes(of plan: PipelinePlan, _ tokens: Int) -> [Double] {
    let cuts = plan.cuts(of: tokens)
    let regular = stride(from: 0, to: tokens, by: max(1, tokens / 16))
    let all = Set(regular).union(cuts.flatMap { [$0 - 1, $0, $0 + 1] }).union([0, 1, tokens - 1])
    return all.filter { (0..<tokens).contains($0) }.union([tokens]).sorted().map(Double.init)
  }

  private static func contexts(to longest: Double) -> [Double] {
    let all = [0, 64, 128, 256, 384, 512, 768, 1024, 1280, 1536, 2048, 3072, 4096, 6144, 8192]
    var knots = all.map(Double.init).filter { $0 < longest }
    var next = 16384.0
    while next < longest {
      knots.append(next)
      next *= 2
    }
    return knots + [longest]
  }
}

extension PipelinePlan {
  /// Tokens at which a dense batch of `tokens` is cut.
  func cuts(of tokens: Int) -> [Int] {
    switch self {
    case .sequential: []
    case .inSequence(let plan): plan.cuts(of: tokens)
    case .alternating(let plan): [plan.first]
    case .nanoFlow(let plan): plan.parts(of: tokens).dropFirst().map(\.lowerBound)
    }
  }
}
