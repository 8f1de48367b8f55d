import Formats
import Metrics
import Studies

/// How far predicted times are from measured ones, as tables and JSON.
public enum CalibrationReport {
  /// One row an operation and format.
  public static func table(_ score: CalibrationScore) -> Table {
    var table = Table([
      Table.Column("operation", isNumeric: false), Table.Column("format", isNumeric: false),
      Table.Column("rows"), Table.Column("median", group: "error", unit: "%"),
      Table.Column("p90", group: "error", unit: "%"),
      Table.Column("worst", group: "error", unit: "%"), Table.Column("bias", unit: "%"),
    ])
    for row in score.rows {
      table.append([
        Table.Cell(row.operation.rawValue), Table.Cell(row.format.rawValue),
        Table.Cell(String(row.count)), percent(row.median), percent(row.percentile90),
        percent(row.worst), percent(row.bias),
      ])
    }
    return table
  }

  /// Errors are shares of the measured times.
  public static func json(_ score: CalibrationScore) -> JSONValue {
    let rows = score.rows.map { row in
      JSONValue.object([
        .init("operation", .string(row.operation.rawValue)),
        .init("format", .string(row.format.rawValue)), .init("rows", .integer(row.count)),
        .init("median_error", .number(row.median)),
        .init("p90_error", .number(row.percentile90)),
        .init("worst_error", .number(row.worst)), .init("bias", .number(row.bias)),
      ])
    }
    return .object([
      .init("operations", .array(rows)), .init("unscored", .integer(score.unscored)),
    ])
  }

  /// Predicted against measured times, a colour an operation.
  public static func chart(_ score: CalibrationScore, _ gpu: String) -> Chart {
    var series: [CalibrationChart.Series] = []
    for row in score.rows {
      let pairs = row.times.map {
        CalibrationChart.Pair(measuredSeconds: $0.measured, predictedSeconds: $0.predicted)
      }
      let name = row.operation.rawValue.replacing("_", with: " ")
      if let last = series.last, last.name == name {
        series[series.count - 1] = CalibrationChart.Series(name, last.pairs + pairs)
      } else {
        series.append(CalibrationChart.Series(name, pairs))
      }
    }
    let rows = score.rows.reduce(0) { $0 + $1.count }
    return CalibrationChart(
      "Predicted and measured kernel times: \(gpu)",
      subtitle: "\(Numbers.grouped(rows)) kernels that the tables were not fitted to", series
    ).chart
  }

  private static func percent(_ share: Double) -> Table.Cell {
    Table.Cell(Numbers.fixed(100 * share, decimals: 2), value: share)
  }
}
