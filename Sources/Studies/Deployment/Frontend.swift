import Formats
import Serving

/// What a client waits for besides the engine: HTTP, tokenising the prompt, detokenising and
/// streaming the output, and the client's own work.
public struct Frontend: Sendable, Equatable {
  /// The name that a user types.
  public var name: String
  /// What the figure is from.
  public var source: String
  /// Time of each request before the engine has it and after its first token, together.
  public var time: Nanoseconds

  /// The front ends that times are known of.
  public static let all = [none, vllmOpenAI]

  /// The front end called `name`.
  public static func named(_ name: String) throws(InputError) -> Frontend {
    if let frontend = all.first(where: { $0.name == name }) { return frontend }
    throw .unknown("front end", name, among: all.map(\.name), in: "--frontend")
  }

  /// Latencies are the engine's own, from the arrival in its queue to the token that it emits.
  public static let none = Frontend(name: "none", source: "nothing", time: 0)

  /// vLLM's OpenAI server with a streaming client on the same network.
  public static let vllmOpenAI = Frontend(
    name: "vllm-openai",
    source: "fitted to what TTFT of six steady runs of vLLM 0.15.1 on H100, client inference-perf "
      + "(inference-sim/training c4f0340), leaves beyond the engine: 7.0 to 8.3 ms, with no term "
      + "in prompt tokens",
    time: 7_600_000)
}
