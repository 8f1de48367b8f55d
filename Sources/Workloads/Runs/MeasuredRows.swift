import Formats
import Serving

/// The requests of a run as they are read, in any order.
struct MeasuredRows {
  private struct Row {
    var arrival: Nanoseconds
    var promptTokens: Int?
    var outputTokens: Int?
    var latency: MeasuredRun.Latency
    var prompt: Int?
  }

  private var rows: [Row] = []
  /// Tokens in a block of prompts that share their beginnings.
  private let blockTokens: Int

  init(blockTokens: Int = 16) { self.blockTokens = blockTokens }

  /// Adds a request, and what was seen of it.
  ///
  /// - Parameters:
  ///   - promptTokens: nil or zero where that is not known, as of one that failed; it is taken to
  ///     be as long as the others are on average, and so are its output tokens.
  ///   - prompt: tells those that have the same prompt, where that is known of all.
  mutating func add(
    arrival: Nanoseconds, promptTokens: Int?, outputTokens: Int?, _ latency: MeasuredRun.Latency,
    prompt: Int? = nil
  ) {
    func known(_ tokens: Int?) -> Int? { tokens.flatMap { $0 > 0 ? $0 : nil } }
    rows.append(
      Row(
        arrival: arrival, promptTokens: known(promptTokens), outputTokens: known(outputTokens),
        latency: latency, prompt: prompt))
  }

  /// The run of them, in order of arrival, of which the first is at 0.
  func run(_ name: String, source: String) -> MeasuredRun {
    let first = rows.map(\.arrival).min() ?? 0
    let order = rows.indices.sorted { (rows[$0].arrival, $0) < (rows[$1].arrival, $1) }
    let prompt = Self.mean(rows.compactMap(\.promptTokens))
    let output = Self.mean(rows.compactMap(\.outputTokens))
    let requests = order.map {
      Request(
        arrival: rows[$0].arrival - first, promptTokens: rows[$0].promptTokens ?? prompt,
        outputTokens: rows[$0].outputTokens ?? output)
    }
    var columns = Columns(prefixBlockTokens: blockTokens)
    if rows.allSatisfy({ $0.prompt != nil }) {
      columns.prefixHashes = PrefixHashes(
        zip(order, requests).map { row, request in
          let number = UInt64(rows[row].prompt ?? 0) + 1
          return (0..<(request.promptTokens + blockTokens - 1) / blockTokens).map {
            number << 24 | UInt64($0)
          }
        })
    }
    var run = MeasuredRun(name, source: source, trace: Trace(requests: requests, columns: columns))
    run.requests = order.map { rows[$0].latency }
    state(in: &run)
    let unknown = rows.count { $0.promptTokens == nil }
    if unknown > 0 {
      run.notes.append("\(unknown) requests whose length is not known are as long as the others")
    }
    return run
  }

  /// States the time after which the client gave requests up, where failures show one: all of them
  /// came after much the same time, and no answer took longer.
  private func state(in run: inout MeasuredRun) {
    let failures = run.requests.filter { !$0.isComplete }.compactMap(\.whole)
    let answers = run.requests.filter(\.isComplete).compactMap(\.whole)
    guard let least = failures.min(), let most = failures.max(), failures.count >= 10,
      most - least <= least / 50, answers.allSatisfy({ $0 <= most })
    else { return }
    run.settings[.clientTimeout] = "\(least.seconds)"
    run.notes.append(
      "\(failures.count) requests failed \(least.seconds) to \(most.seconds) s after they were "
        + "sent: the client's time-out")
  }

  private static func mean(_ lengths: [Int]) -> Int {
    max(1, lengths.isEmpty ? 1 : lengths.reduce(0, +) / lengths.count)
  }
}
