import Serving

/// A latency that a user of the service can feel.
public enum LatencyMetric: CaseIterable, Sendable, Hashable {
  case ttft, tbt, tpot, e2e, schedulingDelay
  case ttftPerPromptToken, smoothedTBT

  /// Those that runs are summed up by.
  public static let ofRuns: [LatencyMetric] = [.ttft, .tbt, .tpot, .e2e, .schedulingDelay]

  /// Those that requests alone are judged by.
  public static let ofRequests: [LatencyMetric] = [.ttftPerPromptToken, .smoothedTBT]

  /// The name on the command line.
  public var name: String {
    switch self {
    case .ttft: "ttft"
    case .tbt: "tbt"
    case .tpot: "tpot"
    case .e2e: "e2e"
    case .schedulingDelay: "scheduling-delay"
    case .ttftPerPromptToken: "ttft-per-prompt-token"
    case .smoothedTBT: "smoothed-tbt"
    }
  }

  /// Other names that an SLO may use.
  public var aliases: [String] {
    switch self {
    case .tbt: ["itl"]
    case .e2e: ["latency"]
    case .ttft, .tpot, .schedulingDelay, .ttftPerPromptToken, .smoothedTBT: []
    }
  }

  /// The name in JSON and in CSV columns.
  public var key: String {
    switch self {
    case .schedulingDelay: "scheduling_delay"
    case .ttftPerPromptToken: "ttft_per_prompt_token"
    case .smoothedTBT: "smoothed_tbt"
    case .ttft, .tbt, .tpot, .e2e: name
    }
  }

  /// The name in tables and charts.
  public var title: String {
    switch self {
    case .ttft: "TTFT"
    case .tbt: "TBT"
    case .tpot: "TPOT"
    case .e2e: "End-to-end"
    case .schedulingDelay: "Scheduling delay"
    case .ttftPerPromptToken: "TTFT per prompt token"
    case .smoothedTBT: "Smoothed TBT"
    }
  }

  /// What is measured, in one sentence.
  public var definition: String {
    switch self {
    case .ttft: "From a request's arrival to the first token ever emitted for it."
    case .tbt: "Every time between two consecutive tokens of a request, preemptions included."
    case .tpot: "From a request's first token to its last, divided by its tokens less one."
    case .e2e: "From a request's arrival to its last token."
    case .schedulingDelay:
      "From a request's arrival to the first iteration that computes anything for it."
    case .ttftPerPromptToken: "A request's TTFT, divided by the tokens of its prompt."
    case .smoothedTBT:
      "The greatest moving average of a request's TBT, exponential with a span of 16 tokens."
    }
  }

  /// The metric that `name` or an alias of it stands for.
  public init?(name: some StringProtocol) {
    let named = Self.allCases.first {
      $0.name == name || $0.aliases.contains(String(name))
    }
    guard let named else { return nil }
    self = named
  }

  /// One request's own latency in nanoseconds, or nil where it has none: it was not answered to its
  /// end, or its output is too short. Its TBT is its longest gap.
  public func nanoseconds(of record: RequestRecord, for request: Request) -> Double? {
    if !record.isCompleted { return nil }
    return switch self {
    case .ttft: span(request.arrival, record.firstToken)
    case .e2e: span(request.arrival, record.finish)
    case .schedulingDelay: span(request.arrival, record.firstScheduled)
    case .tbt where record.emittedTokens > 1: Double(record.longestGap)
    case .tpot where record.emittedTokens > 1:
      span(record.firstToken, record.finish).map { $0 / Double(record.emittedTokens - 1) }
    case .ttftPerPromptToken:
      span(request.arrival, record.firstToken).map { $0 / Double(max(1, request.promptTokens)) }
    case .smoothedTBT where record.emittedTokens > 1: smoothed(record)
    case .tbt, .tpot, .smoothedTBT: nil
    }
  }

  private func smoothed(_ record: RequestRecord) -> Double {
    guard let gap = record.smoothedGap else {
      preconditionFailure("a run smooths gaps for an objective that judges them")
    }
    return gap
  }

  @inline(__always)
  private func span(_ start: Nanoseconds, _ end: Nanoseconds) -> Double? {
    start < 0 || end < 0 ? nil : Double(end - start)
  }
}
