/// How far off the simulation was of runs of vLLM that were measured, by what they ran on.
///
/// Of TTFT for prefill and of TPOT for decode, each the mean of a run. They are of six runs of vLLM
/// 0.15.1 (inference-sim/training c4f0340) and of vLLM's operating points of aiconfigurator-core
/// 0.12.0 that can be simulated; `Reports/real-engines/errors.py` prints the rows.
public struct MeasuredError: Sendable, Equatable {
  /// The GPU's name.
  public var gpu: String
  public var kind: Kind
  /// Bits of a weight of the layers.
  public var bits: Int
  /// Runs that it is of, and the most GPUs that shared a model in them.
  public var runs: Int
  public var gpus: Int
  /// The third quartile of the errors' sizes, as shares.
  public var prefill: Double
  public var decode: Double

  /// Whether models have mixtures of experts.
  public enum Kind: String, Sendable {
    case dense = "dense models"
    case experts = "mixtures of experts"
  }

  init(
    _ gpu: String, _ kind: Kind, bits: Int, runs: Int, gpus: Int, prefill: Double,
    decode: Double
  ) {
    self.gpu = gpu
    self.kind = kind
    self.bits = bits
    self.runs = runs
    self.gpus = gpus
    self.prefill = prefill
    self.decode = decode
  }

  /// What it is of, in words.
  public var words: String { "\(kind.rawValue) in \(bits) bits on \(gpu)" }

  /// The error of work on `part`.
  public func share(of part: Robustness.Part) -> Double {
    switch part {
    case .prefill: prefill
    case .decode: decode
    }
  }

  /// What is known, by the alphabet.
  public static let all: [MeasuredError] = [
    .init("b200-sxm", .dense, bits: 4, runs: 32, gpus: 8, prefill: 0.166, decode: 0.148),
    .init("b200-sxm", .dense, bits: 8, runs: 37, gpus: 8, prefill: 0.191, decode: 0.057),
    .init("b200-sxm", .experts, bits: 4, runs: 57, gpus: 8, prefill: 0.243, decode: 0.123),
    .init("b200-sxm", .experts, bits: 8, runs: 106, gpus: 4, prefill: 0.503, decode: 0.154),
    .init("b300-sxm", .experts, bits: 8, runs: 37, gpus: 4, prefill: 0.582, decode: 0.180),
    .init("h100-sxm", .dense, bits: 8, runs: 23, gpus: 8, prefill: 0.334, decode: 0.086),
    .init("h100-sxm", .dense, bits: 16, runs: 4, gpus: 4, prefill: 0.040, decode: 0.024),
    .init("h100-sxm", .experts, bits: 4, runs: 34, gpus: 8, prefill: 0.252, decode: 0.100),
    .init("h100-sxm", .experts, bits: 8, runs: 9, gpus: 4, prefill: 3.194, decode: 0.170),
    .init("h100-sxm", .experts, bits: 16, runs: 2, gpus: 2, prefill: 0.093, decode: 0.004),
    .init("h200-sxm", .dense, bits: 8, runs: 27, gpus: 8, prefill: 0.177, decode: 0.092),
    .init("h200-sxm", .experts, bits: 4, runs: 61, gpus: 8, prefill: 0.159, decode: 0.100),
    .init("h200-sxm", .experts, bits: 8, runs: 62, gpus: 8, prefill: 0.215, decode: 0.307),
  ]
}
