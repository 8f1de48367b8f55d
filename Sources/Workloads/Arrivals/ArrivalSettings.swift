import Formats
import Serving

/// What a user can set of arrivals, for whatever has them.
extension ArrivalProcess {
  /// The process.
  public static func setting<Root>(
    _ path: WritableKeyPath<Root, ArrivalProcess?> & Sendable, standard: String, _ help: String,
    shown: @escaping @Sendable (Root) -> String? = { _ in nil }
  ) -> Setting<Root> {
    Setting(
      "arrivals", .text("PROCESS"), standard: standard, help, shown: shown,
      set: { (root, given) throws(InputError) in
        root[keyPath: path] = try ArrivalProcess(given)
      })
  }

  /// The shape of Gamma-distributed gaps, as vLLM's benchmark has it; infinite for even ones.
  public static func burstinessSetting<Root>(
    _ path: WritableKeyPath<Root, Double?> & Sendable
  ) -> Setting<Root> {
    Setting(
      "burstiness", .text("B"),
      "draw arrivals as vllm bench serve does: gaps are Gamma-distributed with shape B, 1 for "
        + "exponential ones and inf for even ones, and the last request comes at their number over "
        + "the rate",
      set: { (root, given) throws(InputError) in
        root[keyPath: path] =
          given.text == "inf" ? .infinity : try given.double(min: 1e-3, max: 1e6)
      })
  }

  /// Requests a second.
  public static func rateSetting<Root>(
    _ path: WritableKeyPath<Root, Double?> & Sendable, standard: String, _ help: String,
    shown: @escaping @Sendable (Root) -> String? = { _ in nil }
  ) -> Setting<Root> {
    Setting(
      "request-rate", .number(0...1e9, "RATE"), standard: standard, help,
      printed: "requests_per_second", shown: shown,
      set: { (root, given) throws(InputError) in
        root[keyPath: path] = try given.double(min: 0, exclusive: true)
      })
  }

  /// The mistake of naming both a process and a burstiness.
  public static func namedTwice(_ process: ArrivalProcess) -> InputError {
    InputError(
      "--burstiness", problem: "arrivals are \(process.name) already",
      remedy: "leave out this or --arrivals")
  }
}
