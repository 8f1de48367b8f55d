import Reporting
import Studies

extension Command {
  /// What a model takes of memory, and what is left for its cache.
  static func memory() -> Command {
    Command(
      name: "memory",
      summary: "show a model's sizes and how an engine divides the memory of its GPUs",
      options: [Option(Scenario.Settings.scheduler)] + Option.deployment + [
        OutputOptions.file("--json", "sizes and plan as JSON"), OutputOptions.force,
      ],
      examples: [
        Example(
          line: "servesim memory --model llama-3.1-70b --tensor-parallel-size 4",
          purpose: "weights, activations, and the KV blocks that are left")
      ],
      run: { invocation in
        let outputs = try invocation.outputs()
        let scenario = try Scenario { invocation.value(of: $0) }
        let report = try MemoryReport(of: scenario.deployment, under: scenario.scheduler)
        try outputs.write { _, writer in writer.write(MemoryText.json(report)) }
        if !outputs.usesStandardOutput { try show(MemoryText.text(report)) }
      })
  }
}
