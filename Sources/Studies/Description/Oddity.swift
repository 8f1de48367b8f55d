import Formats
import Serving
import Workloads

/// Something in a trace that may not be as its user thinks.
public struct Oddity: Sendable, Equatable {
  /// What it is called in JSON.
  public var name: String
  /// How many requests it concerns.
  public var count: Int
  /// What it is, as said of requests that do it.
  public var words: String

  /// What is odd in `trace`, each that is there once.
  static func all(in trace: Trace, hasArrivals: Bool, _ sharing: PrefixSharing?) -> [Oddity] {
    let requests = trace.requests
    var all: [Oddity] = []
    if hasArrivals {
      all.append(Oddity("repeated", repeats(in: trace), "repeat another in all that is known"))
      let tied = zip(requests.dropFirst(), requests).count { $0.arrival == $1.arrival }
      all.append(Oddity("tied", tied, "arrive at the same instant as the one before"))
      if let grid = TimeGrid(requests) {
        all.append(
          Oddity(
            "on_coarse_grid", requests.count,
            "have times on a grid of \(Numbers.duration(grid.step.seconds)) "
              + "(\(Numbers.grouped(grid.instants)) different ones, which --spread auto spreads)"))
      }
    }
    all.append(
      Oddity(
        "one_token_outputs", requests.count { $0.outputTokens == 1 }, "have one output token"))
    if let longest = requests.map(\.outputTokens).max() {
      let capped = requests.count { $0.outputTokens == longest }
      let isCap = capped > 1 && capped * 1000 >= requests.count
      all.append(
        Oddity(
          "longest_outputs", isCap ? capped : 0,
          "have the longest output, \(Numbers.grouped(longest)) tokens, maybe a limit"))
    }
    if let sharing, let hashes = trace.columns.prefixHashes {
      all += [
        Oddity("without_hashes", requests.count - sharing.requests, "have no prefix hashes"),
        Oddity(
          "misfit_hashes",
          requests.count - requests.fits(trace.columns.prefixBlockTokens, hashes),
          "have hashes other than one a block"),
        Oddity(
          "unchained_hashes", sharing.unchained,
          "share a block behind one that they do not share, so that hashes do not tell all before"),
      ]
    }
    return all.filter { $0.count > 0 }
  }

  private init(_ name: String, _ count: Int, _ words: String) {
    (self.name, self.count, self.words) = (name, count, words)
  }

  /// All of it, as a clause.
  public var sentence: String { "requests that \(words): \(Numbers.grouped(count))" }

  /// A request but for its label.
  private struct Row: Hashable {
    var prompt, output: Int
    var hashes: [UInt64]
    var session: String?
    var priority: Int?
  }

  /// Requests that equal one before.
  private static func repeats(in trace: Trace) -> Int {
    var (repeats, instant) = (0, -1)
    var seen: Set<Row> = []
    let columns = trace.columns
    for (index, request) in trace.requests.enumerated() {
      if request.arrival != instant { seen = [] }
      instant = request.arrival
      let row = Row(
        prompt: request.promptTokens, output: request.outputTokens,
        hashes: columns.prefixHashes.map { Array($0[index]) } ?? [],
        session: columns.sessions?[index], priority: columns.priorities?[index])
      if !seen.insert(row).inserted { repeats += 1 }
    }
    return repeats
  }
}
