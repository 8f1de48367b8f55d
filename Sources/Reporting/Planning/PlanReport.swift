import Formats
import Metrics
import Studies

/// A plan with all that is to be said of it.
public struct PlanReport: Sendable {
  /// Under how many seeds more the answer was tried and kept, and its attainment there.
  public struct Fresh: Sendable {
    public var tried: Int
    public var kept: Int
    public var attainment: ClosedRange<Double>

    public init(tried: Int, kept: Int, attainment: ClosedRange<Double>) {
      (self.tried, self.kept, self.attainment) = (tried, kept, attainment)
    }
  }

  /// What was found.
  public let plan: Plan
  /// By kind of GPU: how much more its best takes, and the options of `replay` that run it; nil
  /// where none is kept.
  public var headroom: [Plan.Headroom?]
  public var arguments: [[String]?]
  /// The path of the trace.
  public var trace: String
  /// How far off the cost model may be before the answer is kept no more.
  public var robustness: Robustness?
  /// Nil where arrivals are not drawn.
  public var fresh: Fresh?
  /// What tokens are sold for, if that is said.
  public var sale: TokenPrices?

  /// - Parameter arguments: the options of `replay` that run a candidate.
  public init(
    _ plan: Plan, trace: String, headroom: [Plan.Headroom?],
    arguments: (PlanCandidate) -> [String]
  ) {
    precondition(headroom.count == plan.best.count, "a headroom a kind")
    self.plan = plan
    self.trace = trace
    self.headroom = headroom
    self.arguments = plan.best.map { $0.map { arguments(plan.candidates[$0]) } }
  }

  var search: PlanSearch { plan.search }
  var space: PlanSpace { plan.search.space }

  /// Everything as text.
  ///
  /// - Parameter command: the command line that replays the answer, to be pasted into a shell.
  public func text(replay command: String?) -> String {
    let lines =
      search.notes.map { "Note: \($0)." } + remarks(isShort: true) + [sentence]
      + (command.map { ["Replay it: \($0)"] } ?? [])
    return "\(heading)\n\n\(TextTable.text(table))\n" + lines.map { "\($0)\n" }.joined()
  }

  /// What is planned for, in words.
  var heading: String {
    let count = search.draws[0].trace.count
    let rate = search.rate.map { ", \(Numbers.significant($0)) a second" } ?? ", all at once"
    let process = search.load.process
    let arrivals = process.isDrawn ? "\(process.name) arrivals" : "the trace's own arrivals"
    return "Cheapest by \(search.goal.rawValue) with \(kept): \(Numbers.grouped(count)) requests"
      + "\(rate), \(arrivals)"
  }

  /// What has to be kept, in short.
  var kept: String { search.requirement.words }

  /// When the requirement is kept, as a sentence.
  var definition: String {
    search.requirement.definition + (search.draws.count > 1 ? ", under every seed." : ".")
  }

  /// Which deployment it is, what that costs and how it does; who comes nearest where there is
  /// none.
  public var sentence: String {
    guard let chosen = plan.chosen else {
      let near = nearestKind.flatMap(plan.nearest)
      let nobody = "No deployment of at most \(space.mostGPUs) GPUs keeps \(kept)"
      guard let near, let why = failure(of: near) else { return nobody + "." }
      return "\(nobody); \(name(of: near)) comes nearest: \(why)."
    }
    let share = chosen.attainment.map(Self.share) ?? "-"
    let head =
      switch search.goal {
      case .money: "The cheapest deployment"
      case .gpus: "The fewest GPUs"
      case .energy: "The deployment with the least energy"
      }
    let unless = zip(robustness, plan.modelError).map {
      ", " + ClosingSentence.unless($0, $1)
    }
    let verb = search.goal == .gpus ? "keep \(kept) are" : "keeps \(kept) is"
    let joules = search.goal == .energy ? chosen.joulesPerToken : nil
    let energy =
      joules.map { ", with \(Numbers.significant($0)) J an output token, idle time included" } ?? ""
    return "\(head) that \(verb) \(name(of: chosen))\(energy)\(price(of: chosen)); \(share) of the "
      + "requests keep all limits\(unless ?? "")."
  }

  /// The kind whose failing deployment comes nearest; nil where none fails.
  var nearestKind: Int? {
    func distance(_ kind: Int) -> (Double, Double)? {
      plan.nearest(of: kind).map { ($0.worst?.load ?? .infinity, -($0.attainment ?? -1)) }
    }
    return space.kinds.indices.filter { distance($0) != nil }.min {
      (distance($0) ?? (.infinity, 0)) < (distance($1) ?? (.infinity, 0))
    }
  }

  /// A candidate in words: GPUs, what a replica is, and its scheduler.
  func name(of candidate: PlanCandidate) -> String {
    let shape = space.shapes[candidate.shape]
    let copies =
      candidate.counts.isApart
      ? "pools of \(candidate.replicasWords) replicas"
      : candidate.replicas == 1 ? "one replica" : "\(candidate.replicas) replicas"
    let each = shape.gpus == 1 ? "" : " of \(shape.gpus) GPUs"
    let others = others(of: shape)
    return "\(candidate.gpus) x \(space.kinds[shape.kind].name) as \(copies)\(each) under "
      + shape.scheduler + (others.isEmpty ? "" : " with \(others)")
  }

  /// What a kind is called.
  func name(ofKind kind: Int) -> String {
    space.kinds[kind].name + (space.kinds[kind].isApart ? " in pools" : "")
  }

  private func price(of candidate: PlanCandidate) -> String {
    candidate.dollarsPerHour.map { ", for $\(Self.dollars($0)) an hour" } ?? ""
  }

  /// The settings of `shape` that differ among shapes and have no column of their own.
  func others(of shape: PlanSpace.Shape) -> String {
    shape.others.filter { value in
      space.shapes.contains { other in
        other.others.contains { $0.name == value.name && $0.value != value.value }
      }
    }.map { "--\($0.name) \($0.value)" }.joined(separator: " ")
  }

  /// Why `candidate` is not kept; nil where it is.
  func failure(of candidate: PlanCandidate) -> String? {
    space.failure(of: candidate, search.requirement)
  }

  /// Dollars with their cents, or with three digits where there is less than one.
  static func dollars(_ amount: Double) -> String {
    amount < 0.995 ? Numbers.significant(amount) : Numbers.fixed(amount, decimals: 2)
  }

  /// A share of requests, fine enough to tell it from what is asked for.
  static func share(_ share: Double) -> String { Numbers.percent(share, decimals: 2) }
}

extension PlanCandidate {
  /// How many replicas there are, in each pool where they hand over.
  var replicasWords: String { counts.isApart ? counts.text : String(replicas) }
}

/// Both, where there are both.
func zip<First, Second>(_ first: First?, _ second: Second?) -> (First, Second)? {
  guard let first, let second else { return nil }
  return (first, second)
}
