import Metrics
import Serving

/// Schedulers compared over several seeds: means, and paired differences from the best of each
/// figure, with intervals that hold the true value 95 times in 100 by Student's distribution.
public struct SeedsReport: Sendable, Equatable {
  public var schedulers: [String]
  /// By scheduler, then by seed.
  public var figures: [[SteadyFigures]]

  public init(_ schedulers: [String], _ figures: [[SteadyFigures]]) {
    precondition(schedulers.count == figures.count, "figures for every scheduler")
    self.schedulers = schedulers
    self.figures = figures
  }

  /// How a scheduler stands in one figure.
  public struct Standing: Sendable, Equatable {
    /// The mean over the seeds.
    public var mean: Estimate
    /// Its difference from the best scheduler under the same seeds; nil for the best itself.
    public var difference: Estimate?
  }

  /// How each scheduler stands in `figure`, with the place of the best; nil where one lacks it.
  public func standings(_ figure: SteadyFigures.Figure) -> (best: Int, all: [Standing])? {
    let values = figures.map { seeds in seeds.compactMap { $0[figure] } }
    guard let count = figures.first?.count, count > 0, values.allSatisfy({ $0.count == count })
    else { return nil }
    let means = values.map { Estimate($0) }
    let sign = figure.isLowBest ? 1.0 : -1
    let best = means.indices.min { (sign * means[$0].mean, $0) < (sign * means[$1].mean, $1) } ?? 0
    return (
      best,
      means.indices.map { index in
        let differences = zip(values[index], values[best]).map { $0 - $1 }
        return Standing(
          mean: means[index], difference: index == best ? nil : Estimate(differences))
      }
    )
  }

  /// A row a scheduler, and for each figure its mean and its difference from the best.
  public var table: Table {
    var columns = [Table.Column("scheduler", isNumeric: false)]
    var rows = schedulers.map { [Table.Cell($0)] }
    for figure in SteadyFigures.Figure.allCases {
      guard let (_, standings) = standings(figure) else { continue }
      columns.append(Table.Column("mean", group: figure.title))
      columns.append(Table.Column("from the best", group: figure.title))
      for (index, standing) in standings.enumerated() {
        rows[index].append(
          Table.Cell(Self.text(standing.mean, figure), value: standing.mean.mean))
        rows[index].append(
          Table.Cell(
            standing.difference.map { Self.difference($0, figure) } ?? "best",
            value: standing.difference?.mean ?? 0))
      }
    }
    return Table(columns, rows: rows)
  }

  /// What is certain: of the objective where there is one, else of the end-to-end latency.
  public var sentence: String {
    let figure = standings(.attainment) == nil ? SteadyFigures.Figure.e2e99 : .attainment
    guard let (best, standings) = standings(figure) else { return "No request is answered." }
    let others = standings.indices.filter { $0 != best }
    func names(_ indices: [Int]) -> String {
      indices.map { schedulers[$0] }.joined(separator: ", ")
    }
    let close = others.filter { standings[$0].difference?.isDistinguishable == false }
    let clear = others.filter { standings[$0].difference?.isDistinguishable == true }
    var clauses: [String] = []
    if !clear.isEmpty { clauses.append("better than \(names(clear)) at 95 % confidence") }
    if !close.isEmpty { clauses.append("not distinguishable from \(names(close))") }
    let value = Self.text(standings[best].mean, figure)
    let head = figure == .attainment ? "is kept by the most requests under" : "is lowest under"
    let what = figure == .attainment ? "the objective" : figure.title
    return "Over \(figures[best].count) seeds, \(what) \(head) \(schedulers[best]) (\(value)): "
      + clauses.joined(separator: ", and ") + "."
  }

  /// What decides between the schedulers.
  public struct Decision: Sendable, Equatable {
    public var figure: SteadyFigures.Figure
    /// The best, and those that cannot be told from it.
    public var best: Int
    public var peers: [Int]
    /// The best of the others.
    public var next: Int
  }

  /// The objective, where there is one and it tells the best from any other, else the end-to-end
  /// latency; nil where neither does, or there is one scheduler.
  ///
  /// Over several seeds, schedulers are told apart at 95 % confidence; under one, where they differ
  /// by more than a hundredth.
  public var decision: Decision? {
    for figure in [SteadyFigures.Figure.attainment, .e2e99] {
      guard let (best, all) = standings(figure) else { continue }
      let sign = figure.isLowBest ? 1.0 : -1
      let others = all.indices.filter { $0 != best && isApart(all[$0], from: all[best]) }
      guard let next = others.min(by: { sign * all[$0].mean.mean < sign * all[$1].mean.mean })
      else { continue }
      let peers = all.indices.filter { $0 != best && !others.contains($0) }
      return Decision(figure: figure, best: best, peers: peers, next: next)
    }
    return nil
  }

  private func isApart(_ standing: Standing, from best: Standing) -> Bool {
    guard let difference = standing.difference else { return false }
    return difference.halfWidth.isFinite
      ? difference.isDistinguishable
      : difference.mean.magnitude > 0.01 * best.mean.mean.magnitude
  }

  /// The table and the sentence as text.
  public var text: String {
    "Over \(figures.first?.count ?? 0) seeds, without the first tenth of the requests of each\n"
      + TextTable.text(table)
      + "\n\(sentence)\n"
  }

  /// The standings as JSON, by scheduler and figure.
  public var json: JSONValue {
    let members = SteadyFigures.Figure.allCases.compactMap { figure in
      standings(figure).map { best, standings in
        JSONValue.Member(figure.key, .array(standings.indices.map { json(standings, $0) }))
      }
    }
    return .object([.init("count", .integer(figures.first?.count ?? 0))] + members)
  }

  private func json(_ standings: [Standing], _ index: Int) -> JSONValue {
    let (mean, difference) = (standings[index].mean, standings[index].difference)
    return .object([
      .init("scheduler", .string(schedulers[index])), .init("mean", .number(mean.mean)),
      .init("half_width", .number(mean.halfWidth)),
      .init("difference_from_best", JSONValue(difference?.mean)),
      .init("difference_half_width", JSONValue(difference?.halfWidth)),
      .init("distinguishable", JSONValue(difference?.isDistinguishable)),
    ])
  }

  private static func text(_ estimate: Estimate, _ figure: SteadyFigures.Figure) -> String {
    "\(amount(estimate.mean, figure)) \u{B1} \(amount(estimate.halfWidth, figure))"
  }

  private static func difference(_ estimate: Estimate, _ figure: SteadyFigures.Figure) -> String {
    estimate.isDistinguishable
      ? (estimate.mean < 0 ? "-" : "+")
        + "\(amount(estimate.mean.magnitude, figure)) \u{B1} \(amount(estimate.halfWidth, figure))"
      : "not distinguishable"
  }

  private static func amount(_ value: Double, _ figure: SteadyFigures.Figure) -> String {
    if !value.isFinite { return "?" }
    return figure == .attainment ? Numbers.percent(value) : Numbers.duration(value)
  }
}
