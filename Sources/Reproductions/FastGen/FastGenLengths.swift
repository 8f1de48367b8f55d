import Serving
import Studies
import Workloads

/// The requests that FastGen's benchmark sends (DeepSpeedExamples 089baad, `benchmarks/inference/
/// mii/run_benchmark_client.py`), length for length.
///
/// Prompts and limits of outputs are normal with a deviation of 0.3 of their mean, cut to whole
/// numbers and prompts at a greatest length, drawn by NumPy with the seed 42: all prompts first,
/// then all limits. Outputs are taken to reach their limits.
struct FastGenLengths: Sendable {
  /// Mean lengths, and the longest prompt, in tokens.
  var prompt: Int
  var output: Int
  var longestPrompt = 4000
  /// Requests that are measured.
  var count = 512

  private static let seed: UInt32 = 42
  private static let deviation = 0.3

  /// The requests that are measured with `clients`, each of which has sent one before to warm up.
  func trace(clients: Int) -> Trace {
    var random = NumPyRandomState(seed: Self.seed)
    func draw(_ mean: Int) -> Int {
      Int(random.normal(mean: Double(mean), deviation: Self.deviation * Double(mean)))
    }
    let prompts = (0..<count + clients).map { _ in min(draw(prompt), longestPrompt) }
    // What would be no request at all is taken as the shortest one.
    let requests = prompts.map { prompt in
      Request(arrival: 0, promptTokens: max(1, prompt), outputTokens: max(1, draw(output)))
    }
    return Trace(requests: Array(requests.dropFirst(clients)))
  }

  /// The clients, each of which starts at any time within 10 ms for each of them.
  static func clients(_ count: Int) -> Clients {
    var random = RandomStream(seed: UInt64(Self.seed), named: "client starts")
    return Clients(
      startingAt: (0..<count).map { _ in
        Nanoseconds(seconds: random.uniform() * Double(count) * 0.01)
      })
  }
}
