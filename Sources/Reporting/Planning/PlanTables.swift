import Formats
import Metrics
import Studies

/// The tables of a plan, and what is to be said below them.
extension PlanReport {
  /// The best of each kind of GPU, the cheapest kinds first, those without one last.
  var table: Table {
    let hasOthers = space.shapes.contains { !others(of: $0).isEmpty }
    let energy =
      bestOfKinds.contains { $0.worst?.energy != nil }
      ? [Table.Column("1 output", group: "joules", best: .lowest)] : []
    return Table(
      [
        Table.Column("gpu", isNumeric: false), Table.Column("GPUs"), Table.Column("replicas"),
        Table.Column("TP"), Table.Column("scheduler", isNumeric: false, isKey: false),
      ] + (hasOthers ? [Table.Column("settings", isNumeric: false, isKey: false)] : []) + [
        Table.Column("an hour", group: "dollars", best: .lowest),
        Table.Column("1M output", group: "dollars", best: .lowest),
        Table.Column("1M prompt", group: "dollars", best: .lowest),
        Table.Column("1M tokens", group: "dollars", best: .lowest),
      ] + energy + [
        Table.Column("keep all limits", group: "requests", best: .highest),
        Table.Column("load it takes", best: .highest),
      ], rows: order.map { row(of: $0, hasOthers: hasOthers, hasEnergy: !energy.isEmpty) })
  }

  /// Kinds with an answer by what they cost, then the others.
  private var order: [Int] {
    func cost(_ kind: Int) -> (Double, Int) {
      guard let best = plan.best[kind].map({ plan.candidates[$0] }) else {
        return (.infinity, kind)
      }
      let money = best.dollarsPerHour ?? .greatestFiniteMagnitude
      switch search.goal {
      case .money: return (money, kind)
      case .gpus: return (Double(best.gpus), kind)
      case .energy: return (best.joulesPerToken ?? .greatestFiniteMagnitude, kind)
      }
    }
    return space.kinds.indices.sorted { cost($0) < cost($1) }
  }

  /// The best of the kinds that have one.
  private var bestOfKinds: [PlanCandidate] {
    plan.best.compactMap { $0.map { plan.candidates[$0] } }
  }

  /// Joules of an output token, idle time included; at least those at work where no more is known.
  private func joules(_ candidate: PlanCandidate) -> Table.Cell {
    let energy = candidate.worst?.energy
    let least = energy?.joulesPerToken == nil ? ">= " : ""
    let amount = energy?.joulesPerToken ?? energy?.activeJoulesPerToken
    return Table.Cell(
      amount.map { least + Numbers.significant($0) } ?? "-", value: candidate.joulesPerToken)
  }

  private func row(of kind: Int, hasOthers: Bool, hasEnergy: Bool) -> [Table.Cell] {
    let name = Table.Cell(name(ofKind: kind))
    guard let best = plan.best[kind].map({ plan.candidates[$0] }) else {
      let others = 10 + (hasOthers ? 1 : 0) + (hasEnergy ? 1 : 0)
      return [name] + Array(repeating: Table.Cell("-"), count: others)
    }
    let shape = space.shapes[best.shape]
    func cell(_ dollars: Double?) -> Table.Cell {
      Table.Cell(dollars.map(Self.dollars) ?? "-", value: dollars)
    }
    let tokens = dollarsPerMillion(best)
    return [
      name, Table.Cell(String(best.gpus)), Table.Cell(best.replicasWords),
      Table.Cell(String(shape.deployment.tensorParallelSize)), Table.Cell(shape.scheduler),
    ] + (hasOthers ? [Table.Cell(others(of: shape))] : []) + [
      cell(best.dollarsPerHour), cell(tokens.output), cell(tokens.prompt), cell(tokens.all),
    ] + (hasEnergy ? [joules(best)] : []) + [
      Table.Cell(best.attainment.map(Self.share) ?? "-", value: best.attainment),
      Table.Cell(headroom[kind].map(words) ?? "-", value: headroom[kind]?.kept),
    ]
  }

  /// Dollars for a million tokens of each kind, at the planned load.
  func dollarsPerMillion(
    _ candidate: PlanCandidate
  ) -> (output: Double?, prompt: Double?, all: Double?) {
    guard let money = plan.money(of: candidate), let served = candidate.worst?.throughput
    else { return (nil, nil, nil) }
    let (output, all) = (served.outputTokensPerSecond, served.totalTokensPerSecond)
    return (
      money.dollarsPerMillion(tokensPerSecond: output),
      money.dollarsPerMillion(tokensPerSecond: all - output),
      money.dollarsPerMillion(tokensPerSecond: all)
    )
  }

  private func words(_ headroom: Plan.Headroom) -> String {
    (headroom.missed == nil ? ">= " : "") + "\(Numbers.fixed(headroom.kept, decimals: 2))x"
  }

  /// The failing deployment of each kind that comes nearest, and why it fails.
  var failures: Table {
    let rows = space.kinds.indices.compactMap { kind -> [Table.Cell]? in
      guard let near = plan.nearest(of: kind), let why = failure(of: near) else { return nil }
      let shape = space.shapes[near.shape]
      return [
        Table.Cell(name(ofKind: kind)), Table.Cell(String(near.gpus)),
        Table.Cell(near.replicasWords),
        Table.Cell(String(shape.deployment.tensorParallelSize)), Table.Cell(shape.scheduler),
        Table.Cell(why),
      ]
    }
    return Table(
      [
        Table.Column("gpu", isNumeric: false), Table.Column("GPUs"), Table.Column("replicas"),
        Table.Column("TP"), Table.Column("scheduler", isNumeric: false, isKey: false),
        Table.Column("fails", isNumeric: false, isKey: false),
      ], rows: rows)
  }
}
