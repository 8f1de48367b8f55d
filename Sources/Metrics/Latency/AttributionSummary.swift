import Serving

/// Where the end-to-end latencies of a run came from: on average, and among its slowest requests.
public struct AttributionSummary: Sendable, Equatable {
  /// The mean of each part over some requests, in seconds.
  public struct Mean: Sendable, Equatable {
    /// Requests, and the mean of their end-to-end latencies in seconds.
    public var count: Int
    public var total: Double
    private var parts: [Double]

    init(_ attributions: [Attribution]) {
      count = attributions.count
      func mean(_ span: (Attribution) -> Nanoseconds) -> Double {
        let sum = attributions.reduce(TotalNanoseconds(0)) { $0 + TotalNanoseconds(span($1)) }
        return attributions.isEmpty ? 0 : Double(sum) / Double(attributions.count) / 1e9
      }
      parts = Attribution.Part.allCases.map { part in mean { $0[part] } }
      total = mean(\.total)
    }

    /// The mean of `part` in seconds.
    public subscript(part: Attribution.Part) -> Double {
      Attribution.Part.allCases.firstIndex(of: part).map { parts[$0] } ?? 0
    }
  }

  /// The parts there are: those of transfers and of tiers where there are any.
  public var parts: [Attribution.Part]
  /// All completed requests.
  public var all: Mean
  /// The slowest hundredth of them, one at least; of equals, those that come first in the trace.
  public var tail: Mean

  /// Nil where `timeline` does not tell, or no request was completed.
  public init?(timeline: Timeline) {
    let completed = zip(timeline.attributions, timeline.records)
      .filter { $0.1.isCompleted }.map { ($0.0, $0.0.total) }
    guard !completed.isEmpty else { return nil }
    let slowest = completed.indices.sorted {
      (-completed[$0].1, $0) < (-completed[$1].1, $1)
    }.prefix(max(1, completed.count / 100))
    parts = Attribution.Part.parts(of: timeline)
    all = Mean(completed.map(\.0))
    tail = Mean(slowest.map { completed[$0].0 })
  }

  /// The means by name, in the order in which reports show them.
  public var values: [NamedValue] {
    [("mean", all), ("tail", tail)].flatMap { name, mean in
      parts.map { part in
        NamedValue("attribution", "\(name)_\(part.key)_seconds", unit: "s", .real(mean[part]))
      }
    }
  }
}

extension Attribution.Part {
  /// All of them, or all but those of transfers and of tiers.
  public static func parts(hasTransfers: Bool, hasTiers: Bool = false) -> [Attribution.Part] {
    allCases.filter { (hasTransfers || $0 != .transfer) && (hasTiers || $0 != .tier) }
  }

  /// Those that `timeline` may have.
  public static func parts(of timeline: borrowing Timeline) -> [Attribution.Part] {
    parts(hasTransfers: timeline.transfers != nil, hasTiers: !timeline.tiers.isEmpty)
  }

  /// The name in JSON and in CSV columns.
  public var key: String {
    switch self {
    case .queue, .prefill, .decode, .preemption, .transfer, .tier, .host: title
    case .othersPrefill: "others_prefill"
    case .othersDecode: "others_decode"
    }
  }

  /// The name in tables and charts.
  public var title: String {
    switch self {
    case .queue: "queue"
    case .prefill: "prefill"
    case .othersPrefill: "others' prefill"
    case .othersDecode: "others' decode"
    case .decode: "decode"
    case .preemption: "preemption"
    case .transfer: "transfer"
    case .tier: "tier"
    case .host: "host"
    }
  }

  /// What the part is, in one sentence.
  public var definition: String {
    switch self {
    case .queue: "From the arrival to the first iteration that computes anything for the request."
    case .prefill: "Its own prompt was computed."
    case .othersPrefill:
      "Others' prompts were computed while it decoded or waited with its own half done."
    case .othersDecode: "Others decoded while its own prompt was not computed to its end."
    case .decode: "It decoded, together with others."
    case .preemption: "It had lost its cache, until as much was computed again or had come back."
    case .transfer: "Its cache came from the replica that computed its prompt."
    case .tier:
      "Its cache came from tiers below the GPU's memory, or its batch waited for copies from there."
    case .host: "The GPU waited for the engine's own program or for copies."
    }
  }
}
