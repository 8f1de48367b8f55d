import Formats
import Metrics

/// One search of a study of capacity: one service under one seed.
public struct CapacityRow: LedgerRow, Equatable {
  /// What a search comes to.
  public enum Outcome: Sendable, Equatable {
    /// The bracket, the rates that were tried, the lowest first, the requests a second that are
    /// served of a backlog; and at the highest rate that was kept, the requests a second that were
    /// served to the last token, and what was taken, where that is known.
    case found(
      CapacitySearch.Bracket, tries: [ServiceCapacity.Try], backlogRate: Double,
      servedRate: Double?, energy: Energy?)
    /// A run could not go on, and why.
    case stopped(String)
  }

  /// The name of the search, by all that decides what comes of it.
  public let key: String
  /// What the search came to.
  public let outcome: Outcome

  /// The search that goes by `key`.
  public init(key: String, _ outcome: Outcome) {
    (self.key, self.outcome) = (key, outcome)
  }

  /// What came of the search, as a file keeps it.
  public var members: [JSONValue.Member] {
    switch outcome {
    case .stopped(let reason): [.init("stopped", .string(reason))]
    case .found(let bracket, let tries, let backlogRate, let servedRate, let energy):
      [
        .init("kept_requests_per_second", .number(bracket.kept)),
        .init("missed_requests_per_second", JSONValue(bracket.missed)),
        .init("runs", .integer(bracket.tries)),
        .init("backlog_requests_per_second", .number(backlogRate)),
        .init("rates", .array(tries.map { .number($0.rate) })),
        .init("loads", .array(tries.map { .number($0.load) })),
        .init("served_requests_per_second", JSONValue(servedRate)),
        .init("energy", energy?.json ?? .null),
      ]
    }
  }

  public init?(key: String, members: [JSONValue.Member]) {
    let value = JSONValue.object(members)
    if case .string(let reason)? = value["stopped"] {
      self.init(key: key, .stopped(reason))
      return
    }
    guard let kept = value["kept_requests_per_second"]?.real, let runs = value["runs"]?.whole,
      let backlogRate = value["backlog_requests_per_second"]?.real,
      case .array(let rates)? = value["rates"], case .array(let loads)? = value["loads"]
    else { return nil }
    let tries = zip(rates, loads).compactMap { rate, load in
      rate.real.flatMap { rate in
        load.real.map { ServiceCapacity.Try(rate: rate, load: $0) }
      }
    }
    let bracket = CapacitySearch.Bracket(
      kept: kept, missed: value["missed_requests_per_second"]?.real, tries: runs)
    let energy = value["energy"].flatMap(Energy.init)
    self.init(
      key: key,
      .found(
        bracket, tries: tries, backlogRate: backlogRate,
        servedRate: value["served_requests_per_second"]?.real, energy: energy))
  }
}
