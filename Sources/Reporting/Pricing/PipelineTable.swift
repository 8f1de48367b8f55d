import Formats
import Studies

/// A pipeline as tables for a person: how long an iteration takes, what each queue does, and what
/// runs when.
public enum PipelineTable {
  /// The tables as text, under what was set.
  public static func text(_ report: PipelineReport) -> String {
    let settings = report.settings.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    let operations = report.layers.map { TextTable.text(self.operations($0)) }
    return "\(settings)\n\(batch(report))\n\(report.plan)\n\n"
      + TextTable.text(times(report)) + "\n" + TextTable.text(uses(report)) + "\n"
      + operations.joined(separator: "\n")
        + """

        R is what an operation holds of the GPU beside products. The bound is the longest of the
        three queues' sums, of operations that are not split. The optimum is two operations a
        parameter and token, at \(Numbers.significant(report.productRate / 1e12)) TFLOP/s: \
        \(Numbers.rate(report.optimum)) tokens a second on each GPU.

        """
  }

  /// One row a way to run an iteration.
  public static func times(_ report: PipelineReport) -> Table {
    let first = report.times[0].iterationSeconds
    return Table(
      [
        Table.Column("", isNumeric: false), Table.Column("per layer"),
        Table.Column("per iteration"),
        Table.Column("tokens/s/GPU"), Table.Column("speed-up"), Table.Column("of the optimum"),
      ],
      rows: report.times.map { time in
        [
          time.name, Numbers.duration(time.layerSeconds),
          Numbers.duration(time.iterationSeconds), Numbers.rate(time.tokensPerSecond),
          Numbers.fixed(first / time.iterationSeconds, decimals: 3),
          Numbers.percent(time.tokensPerSecond / report.optimum),
        ].map { Table.Cell($0) }
      })
  }

  /// One row a queue.
  public static func uses(_ report: PipelineReport) -> Table {
    Table(
      [
        Table.Column("", isNumeric: false), Table.Column("alone"), Table.Column("idle"),
        Table.Column("share of peak"),
      ],
      rows: report.uses.map { use in
        [
          use.queue, Numbers.duration(use.aloneSeconds), Numbers.percent(use.idle),
          Numbers.percent(use.peak),
        ].map { Table.Cell($0) }
      })
  }

  /// One row an operation of a layer, in the order in which they are started.
  public static func operations(_ layer: PipelineReport.Layer) -> Table {
    let rows = layer.operations.map { operation -> [Table.Cell] in
      let speed = operation.seconds > 0 ? operation.aloneSeconds / operation.seconds : 1
      return [
        operation.name, operation.queue,
        "\(operation.tokens.lowerBound)-\(operation.tokens.upperBound)",
        operation.share > 0 ? Numbers.fixed(operation.share, decimals: 1) : "",
        Numbers.duration(operation.aloneSeconds), Numbers.duration(operation.seconds),
        Numbers.percent(speed),
      ].map { Table.Cell($0) }
    }
    return Table(
      [
        Table.Column("operation", isNumeric: false), Table.Column("queue", isNumeric: false),
        Table.Column("tokens"), Table.Column("R"), Table.Column("alone"),
        Table.Column("in the pipeline"), Table.Column("speed"),
      ], rows: rows)
  }

  private static func batch(_ report: PipelineReport) -> String {
    "\(Numbers.grouped(report.tokens)) tokens an iteration: "
      + "\(Numbers.grouped(report.decodes)) decodes with "
      + "\(Numbers.grouped(Int(report.context.rounded()))) cached tokens each, "
      + "\(Numbers.grouped(report.tokens - report.decodes)) tokens of prompts"
  }
}
