import Studies

/// What was published of one system and data set: its latencies by load (NanoFlow, OSDI 2025,
/// Figure 8).
struct NanoFlowCurve: Sendable {
  let system: String
  let workload: String
  /// Requests a second at 200 ms a token.
  let rate: Double
  /// Requests a second, and seconds a token.
  let points: [(rate: Double, seconds: Double)]

  private init(_ system: String, _ workload: String, rate: Double, points: [(Double, Double)]) {
    self.system = system
    self.workload = workload
    self.rate = rate
    self.points = points.map { (rate: $0.0, seconds: $0.1) }
  }

  /// NanoFlow's points are read off a plot in its repository, to some 0.01 s and 0.2 requests a
  /// second; its rates, and TensorRT-LLM's, are printed.
  static let nanoFlow = [
    NanoFlowCurve(
      "nanoflow", "splitwise", rate: 8.2,
      points: [(3, 0.10), (6, 0.12), (7, 0.135), (8, 0.185), (9, 0.235), (12, 0.69), (15, 0.96)]),
    NanoFlowCurve(
      "nanoflow", "lmsys", rate: 32.1,
      points: [
        (5, 0.10), (10, 0.10), (15, 0.105), (20, 0.105), (23, 0.12), (25, 0.125), (28, 0.15),
        (32, 0.20), (36, 0.38),
      ]),
    NanoFlowCurve(
      "nanoflow", "sharegpt", rate: 16.3,
      points: [
        (5, 0.105), (8, 0.105), (10, 0.11), (11, 0.11), (14, 0.14), (16, 0.205), (19, 0.24),
        (22, 0.62),
      ]),
  ]

  /// Points are those of `pipeline/eval/baseline_data.py` in github.com/efeslab/Nanoflow at 23c8046
  /// (Apache-2.0), whose vLLM is a later run than the paper's; rates that are not printed are where
  /// they cross 200 ms.
  static let baselines = [
    NanoFlowCurve(
      "vllm", "splitwise", rate: 4.2,
      points: [
        (1, 0.029), (2, 0.042), (3, 0.063), (4, 0.125), (5, 0.459), (6, 0.85), (7, 1.291),
        (8, 1.508),
      ]),
    NanoFlowCurve(
      "vllm", "lmsys", rate: 9.1,
      points: [
        (1, 0.025), (2, 0.031), (3, 0.034), (4, 0.038), (5, 0.047), (6, 0.053), (7, 0.068),
        (8, 0.083), (9, 0.116), (10, 1.087), (12, 1.59), (14, 1.788), (16, 1.909),
      ]),
    NanoFlowCurve(
      "vllm", "sharegpt", rate: 6.3,
      points: [
        (1, 0.026), (2, 0.034), (3, 0.042), (4, 0.05), (5, 0.072), (6, 0.124), (7, 0.406),
        (8, 0.781), (9, 1.361), (10, 1.608),
      ]),
    NanoFlowCurve(
      "deepspeed-fastgen", "splitwise", rate: 4.4,
      points: [
        (1, 0.04), (2, 0.05), (3, 0.07), (4, 0.12), (5, 0.34), (6, 0.61), (7, 0.83), (8, 1.2),
      ]),
    NanoFlowCurve(
      "deepspeed-fastgen", "lmsys", rate: 8.3,
      points: [(2, 0.04), (4, 0.05), (6, 0.06), (8, 0.07), (10, 0.88), (12, 1.2)]),
    NanoFlowCurve(
      "deepspeed-fastgen", "sharegpt", rate: 5.2,
      points: [
        (1, 0.05), (2, 0.05), (3, 0.06), (4, 0.07), (5, 0.14), (6, 0.43), (7, 0.99), (8, 1.29),
      ]),
    NanoFlowCurve(
      "tensorrt-llm", "splitwise", rate: 6.6,
      points: [
        (1, 0.03), (2, 0.04), (3, 0.05), (4, 0.06), (5, 0.08), (6, 0.12), (10, 0.67), (11, 0.84),
        (12, 1.02),
      ]),
    NanoFlowCurve(
      "tensorrt-llm", "lmsys", rate: 17.1,
      points: [(5, 0.07), (10, 0.07), (15, 0.08), (17, 0.17), (18, 0.54), (19, 0.83), (20, 1.25)]),
    NanoFlowCurve(
      "tensorrt-llm", "sharegpt", rate: 10.5,
      points: [(2, 0.03), (4, 0.04), (6, 0.05), (10, 0.11), (13, 0.66), (15, 1.09)]),
  ]
}
