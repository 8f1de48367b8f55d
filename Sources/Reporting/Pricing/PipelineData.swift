import Formats
import Studies

/// A pipeline as JSON for programs to read.
///
///     {"settings": {name: text, …},
///      "batch": {"tokens", "decodes", "context_tokens"},
///      "plan": text,
///      "times": [{"name", "layer_seconds", "iteration_seconds", "tokens_per_second_per_gpu"}],
///      "optimum_tokens_per_second_per_gpu": number,
///      "queues": [{"name", "alone_seconds", "idle_share", "peak_share"}],
///      "layers": [{"count", "period_seconds", "operations": [{"name", "queue", "nano_batch",
///                  "first_token", "end_token", "share", "alone_seconds", "seconds"}]}]}
public enum PipelineData {
  /// The report as JSON.
  public static func json(_ report: PipelineReport) -> String {
    JSONValue.object([
      .init("settings", CostData.settings(report.settings)),
      .init(
        "batch",
        .object([
          .init("tokens", .integer(report.tokens)),
          .init("decodes", .integer(report.decodes)),
          .init("context_tokens", .number(report.context)),
        ])),
      .init("plan", .string(report.plan)),
      .init("times", .array(report.times.map(time))),
      .init("optimum_tokens_per_second_per_gpu", .number(report.optimum)),
      .init("queues", .array(report.uses.map(use))),
      .init("layers", .array(report.layers.map(layer))),
    ]).text()
  }

  private static func time(_ time: PipelineReport.Time) -> JSONValue {
    .object([
      .init("name", .string(time.name)),
      .init("layer_seconds", .number(time.layerSeconds)),
      .init("iteration_seconds", .number(time.iterationSeconds)),
      .init("tokens_per_second_per_gpu", .number(time.tokensPerSecond)),
    ])
  }

  private static func use(_ use: PipelineReport.Use) -> JSONValue {
    .object([
      .init("name", .string(use.queue)),
      .init("alone_seconds", .number(use.aloneSeconds)),
      .init("idle_share", .number(use.idle)),
      .init("peak_share", .number(use.peak)),
    ])
  }

  private static func layer(_ layer: PipelineReport.Layer) -> JSONValue {
    .object([
      .init("count", .integer(layer.count)),
      .init("period_seconds", .number(layer.seconds)),
      .init("operations", .array(layer.operations.map(operation))),
    ])
  }

  private static func operation(_ operation: PipelineReport.Operation) -> JSONValue {
    .object([
      .init("name", .string(operation.name)),
      .init("queue", .string(operation.queue)),
      .init("nano_batch", .integer(operation.nanoBatch)),
      .init("first_token", .integer(operation.tokens.lowerBound)),
      .init("end_token", .integer(operation.tokens.upperBound)),
      .init("share", .number(operation.share)),
      .init("alone_seconds", .number(operation.aloneSeconds)),
      .init("seconds", .number(operation.seconds)),
    ])
  }
}
