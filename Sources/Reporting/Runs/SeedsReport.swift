import Formats
import Metrics
import Studies

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

  /// How each scheduler stands in `figure`, nil where it has none, with the place of the best; nil
  /// where none has one.
  public func standings(_ figure: SteadyFigures.Figure) -> (best: Int, all: [Standing?])? {
    let values = figures.map { seeds -> [Double]? in
      let known = seeds.compactMap { $0[figure] }
      return known.isEmpty || known.count < seeds.count ? nil : known
    }
    let ranking = Ranking(values.indices, isLowBest: figure.isLowBest) { place in
      values[place]?.map { $0...$0 }
    }
    guard let best = ranking?.best ?? values.firstIndex(where: { $0 != nil }),
      let first = values[best]
    else { return nil }
    return (
      best,
      values.indices.map { index in
        values[index].map { own in
          let differences = zip(own, first).map { $0 - $1 }
          return Standing(
            mean: Estimate(own), difference: index == best ? nil : Estimate(differences))
        }
      }
    )
  }

  /// A row a scheduler, and for each figure its mean and its difference from the best; of the runs
  /// that meet the objective, how many there are.
  public var table: Table {
    var columns = [Table.Column("scheduler", isNumeric: false)]
    var rows = schedulers.map { [Table.Cell($0)] }
    for figure in SteadyFigures.Figure.allCases {
      guard let (_, standings) = standings(figure), isShown(figure, standings) else { continue }
      if figure == .met {
        columns.append(Table.Column("runs", group: figure.title, best: .highest))
        for index in rows.indices { rows[index].append(met(index)) }
        continue
      }
      columns.append(Table.Column("mean", group: figure.title))
      columns.append(Table.Column("from the best", group: figure.title))
      for (index, standing) in standings.enumerated() {
        rows[index] += Self.cells(standing, figure)
      }
    }
    return Table(columns, rows: rows)
  }

  private static func cells(
    _ standing: Standing?, _ figure: SteadyFigures.Figure
  ) -> [Table.Cell] {
    guard let standing else { return [Table.Cell("-"), Table.Cell("-")] }
    return [
      Table.Cell(text(standing.mean, figure), value: standing.mean.mean),
      Table.Cell(
        standing.difference.map { difference($0, figure) } ?? "best",
        value: standing.difference?.mean ?? 0),
    ]
  }

  private func met(_ place: Int) -> Table.Cell {
    let judged = figures[place].compactMap { $0[.met] }
    let count = judged.count { $0 == 1 }
    return Table.Cell("\(count) of \(judged.count)", value: Double(count))
  }

  /// That all requests are answered goes without saying, and room is asked for in ties alone.
  private func isShown(_ figure: SteadyFigures.Figure, _ standings: [Standing?]) -> Bool {
    switch figure {
    case .answered: standings.contains { ($0?.mean.mean ?? 0) < 1 }
    case .load: false
    default: true
    }
  }

  /// The schedulers, and what tells them apart.
  public var contest: Contest {
    Contest(schedulers) { figure, place in figures[place].map { $0[figure] } }
  }

  /// The table as text.
  public var text: String {
    "Over \(figures.first?.count ?? 0) seeds, \(Self.note)\n" + TextTable.text(table)
  }

  /// What the figures are of.
  static let note =
    "without the first tenth of the requests of each but in whether a run met the objective"

  /// The standings as JSON, by scheduler and figure.
  public var json: JSONValue {
    let members = SteadyFigures.Figure.allCases.compactMap { figure in
      standings(figure).map { best, standings in
        JSONValue.Member(figure.key, .array(standings.indices.map { json(standings, $0) }))
      }
    }
    return .object([.init("count", .integer(figures.first?.count ?? 0))] + members)
  }

  private func json(_ standings: [Standing?], _ index: Int) -> JSONValue {
    let (mean, difference) = (standings[index]?.mean, standings[index]?.difference)
    return .object([
      .init("scheduler", .string(schedulers[index])), .init("mean", JSONValue(mean?.mean)),
      .init("half_width", JSONValue(mean?.halfWidth)),
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

  static func amount(_ value: Double, _ figure: SteadyFigures.Figure) -> String {
    if !value.isFinite { return "?" }
    if figure == .load { return "\(Numbers.significant(value)) times a limit" }
    return figure.isShare ? Numbers.percent(value) : Numbers.duration(value)
  }
}
