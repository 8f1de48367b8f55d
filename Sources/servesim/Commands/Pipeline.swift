import Costs
import Formats
import Reporting
import Serving
import Studies

/// What `servesim pipeline` is asked for.
struct PipelineOptions: Sendable {
  var deployment: Deployment
  /// Tokens of an iteration, of a prompt and of its output.
  var tokens: Int
  var prompt: Int
  var output: Int
  /// Whose kernels run.
  var kernels: Kernels
  /// Where `--svg` and `--json` go.
  var outputs: Outputs

  /// Whose kernels run.
  enum Kernels: String, CaseIterable, Sendable {
    /// Those that the GPU was measured with.
    case measured
    /// NanoFlow's own, as published for one model on one kind of GPU.
    case nanoflow
  }

  init(_ invocation: Invocation) throws {
    func count(_ name: String, _ standard: Int, min: Int = 1) throws -> Int {
      try invocation[name]?.int(min: min, max: 1 << 20) ?? standard
    }
    tokens = try count("--max-num-batched-tokens", 2048)
    prompt = try count("--prompt-tokens", 512)
    output = try count("--output-tokens", 1024)
    let given = try invocation["--kernels"]?.choice(of: Kernels.allCases.map(\.rawValue))
    kernels = given.flatMap { Kernels(rawValue: $0) } ?? .measured
    outputs = try invocation.outputs()
    let defaults = kernels == .nanoflow ? Self.nanoFlowsCase(invocation) : [:]
    deployment = try Deployment { name in
      invocation.value(of: name)
        ?? defaults["--\(name)"].map { GivenValue(source: "--\(name)", text: $0) }
    }
  }

  /// Searches, reports, and writes the outputs.
  func run() throws {
    let report = try report(on: deployment)
    try outputs.write { option, writer in
      switch option {
      case "--svg": writer.write(PipelineChart(report).svg())
      default: writer.write(PipelineData.json(report))
      }
    }
    if !outputs.usesStandardOutput { try show(PipelineTable.text(report)) }
  }

  private func report(on deployment: Deployment) throws -> PipelineReport {
    switch kernels {
    case .measured: return try report(on: deployment, deployment.layerTimes())
    case .nanoflow:
      guard deployment.gpu.name == NanoFlowTimes.gpuName else {
        throw InputError(
          "--kernels", problem: "NanoFlow's kernels are of the \(NanoFlowTimes.gpuName) alone",
          remedy: "give --gpu \(NanoFlowTimes.gpuName), or leave --kernels out")
      }
      return report(on: deployment, try NanoFlowTimes(of: try deployment.layerTimes().shard))
    }
  }

  private func report(on deployment: Deployment, _ times: some LayerTimes) -> PipelineReport {
    PipelineReport(
      of: DenseBatch(tokens: tokens, prompt: prompt, output: output, times: times),
      on: deployment, times: times)
  }

  /// What is not given is as NanoFlow was measured.
  private static func nanoFlowsCase(_ invocation: Invocation) -> [String: String] {
    let model = ["--model": "llama-2-70b", "--tensor-parallel-size": "8"]
    return (invocation["--model"] == nil ? model : [:])
      .merging(["--gpu": NanoFlowTimes.gpuName]) { own, _ in own }
  }

  fileprivate static let files = [
    OutputOptions.file("--svg", "one layer as a picture"),
    OutputOptions.file("--json", "the pipeline as JSON"),
  ]

  fileprivate static let work = [
    Option(
      name: "--max-num-batched-tokens", placeholder: "N", standard: "2048",
      help: "tokens of every iteration, decodes and prompts together", group: "Work"),
    Option(
      name: "--prompt-tokens", placeholder: "N", standard: "512",
      help: "tokens of a prompt, on average", group: "Work"),
    Option(
      name: "--output-tokens", placeholder: "N", standard: "1024",
      help: "output tokens, on average", group: "Work"),
    Option(
      name: "--kernels", placeholder: "NAME", standard: Kernels.measured.rawValue,
      help: "measured, as the GPU's tables have them, or nanoflow, as published for a100-sxm-80gb",
      group: "Work"),
  ]
}

extension Command {
  /// Nano-batches that overlap inside the GPU.
  static func pipeline() -> Command {
    Command(
      name: "pipeline",
      summary: "find the best way to overlap operations of nano-batches inside the GPU",
      options: PipelineOptions.work + Option.placement
        + PipelineOptions.files + [OutputOptions.force],
      examples: [
        Example(
          line: "servesim pipeline --kernels nanoflow --svg layer.svg",
          purpose: "NanoFlow's own case, with a picture"),
        Example(
          line: "servesim pipeline --gpu h100-sxm --prompt-tokens 1024 --output-tokens 256",
          purpose: "what overlap would gain on one GPU"),
      ],
      run: { try PipelineOptions($0).run() })
  }
}
