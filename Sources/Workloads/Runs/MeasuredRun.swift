import Formats
import Serving

/// A run of a real engine: what served, what was asked of it, and what its users saw.
public struct MeasuredRun: Sendable {
  /// What the run is called where it was read.
  public var name: String
  /// The file or folder that it was read from.
  public var source: String
  /// The engine that served it and its version, such as `vllm` and `0.15.1`, as far as it is
  /// stated.
  public var engine: Engine?
  /// What it states of its deployment and its load, as a user would give it.
  public var settings: [Stated: String] = [:]
  /// What it states of its scheduler, as options of that, such as `max-prefill-tokens=32768`.
  public var options: [String] = []
  /// The KV blocks that the engine said it had; nil where it did not.
  public var blocks: Int?
  /// The requests, with what is known of prefixes that they share.
  public var trace: Trace
  /// What was seen of each request, in the trace's order; empty where only `means` are known.
  public var requests: [Latency] = []
  /// What was seen on average over the run, where nothing is known of single requests.
  public var means: [Measure: Double] = [:]
  /// Time in which its front end makes a token of a prompt, where that is known to count.
  public var tokenizing: Nanoseconds = 0
  /// What of it cannot be simulated, if anything.
  public var obstacle: String?
  /// What to say of the run where it is shown.
  public var notes: [String] = []

  /// An engine and its version.
  public struct Engine: Sendable, Equatable {
    public var name: String
    public var version: String

    public init(_ name: String, _ version: String) {
      self.name = name
      self.version = version
    }
  }

  /// Settings that runs state; what each is called elsewhere follows from its name.
  public enum Stated: String, Sendable, CaseIterable {
    case model, gpu, tensorParallelSize, pipelineParallelSize, dataParallelSize
    case expertParallelSize, maxModelLen, maxNumSeqs, maxNumBatchedTokens, blockSize
    case numGpuBlocksOverride, clients, requestRate, arrivals, frontend, quantization, clientTimeout
    case kvCacheDtype, gpuMemoryUtilization, fuseAllreduceRms, moeBackend, hostOverhead

    /// As the setting is called: in small letters, with dashes between words.
    public var name: String {
      rawValue.map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
    }
  }

  /// What the client saw of one request.
  public struct Latency: Sendable, Equatable {
    /// From sending it to its first token, and to its last, or its failure, where that is known.
    public var firstToken: Nanoseconds
    public var whole: Nanoseconds?

    public init(firstToken: Nanoseconds, whole: Nanoseconds?) {
      self.firstToken = firstToken
      self.whole = whole
    }

    /// A request that was not answered to its end.
    public static let failed = Latency(firstToken: -1, whole: nil)
    /// A request that failed after `time`; that is not known where it is 0.
    public static func failed(after time: Nanoseconds) -> Latency {
      Latency(firstToken: -1, whole: time > 0 ? time : nil)
    }
    /// Whether it was answered to its end.
    public var isComplete: Bool { firstToken >= 0 }
  }

  /// What is measured and simulated, in seconds, and in output tokens a second.
  public enum Measure: String, CaseIterable, Sendable {
    /// Time to the first token, and to the last.
    case ttft, e2e
    /// Time of each output token after the first.
    case tpot
    /// Output tokens a second, from the first arrival to the last token.
    case throughput
  }

  /// A run of which nothing is stated but the requests.
  public init(_ name: String, source: String, trace: Trace) {
    self.name = name
    self.source = source
    self.trace = trace
  }
}
