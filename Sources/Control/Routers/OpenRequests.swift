import Serving

/// The requests that a router sent to each replica and that are not answered to their end, and
/// which replicas take more.
struct OpenRequests: Sendable {
  /// By replica, how many; of one that takes none too.
  private(set) var counts: [Int]
  /// By replica, whether it takes requests.
  private(set) var takes: [Bool]
  /// Those that do, in order.
  private(set) var takers: [Int]

  init(replicas: Int) {
    counts = Array(repeating: 0, count: replicas)
    takes = Array(repeating: true, count: replicas)
    takers = Array(0..<replicas)
  }

  /// The fewest and the most that a replica has that takes more.
  var extremes: (least: Int, most: Int) {
    var (least, most) = (Int.max, Int.min)
    for replica in takers {
      least = min(least, counts[replica])
      most = max(most, counts[replica])
    }
    return (least, most)
  }

  /// The first replica with the fewest.
  var least: Int { takers.first { [least = extremes.least] in counts[$0] == least } ?? 0 }

  /// One more.
  mutating func add(to replica: Int) { counts[replica] += 1 }

  /// One less.
  mutating func remove(from replica: Int) { counts[replica] -= 1 }

  /// Has `replica` take requests, or no more.
  mutating func set(_ replica: Int, takesRequests: Bool) {
    takes[replica] = takesRequests
    takers = takes.indices.filter { takes[$0] }
  }
}

/// Characters of a token, where a router goes by text and a trace has tokens: some 4 of English
/// (OpenAI, "What are tokens and how to count them?").
let charactersPerToken = 4

extension RandomNumberGenerator {
  /// A number below `bound`, each as likely but for some 2^-56.
  mutating func draw(below bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number from 0 up to but not 1, a multiple of 2^-53.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
