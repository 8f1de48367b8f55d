import Reporting
import Serving
import Testing

@testable import Costs
@testable import Studies

/// `bareGPU` with a table by which products take as long as they are estimated to.
private var exact: GPU {
  var gpu = bareGPU
  gpu.tables = KernelTables([
    KernelTable(
      operation: .gemm, format: .bf16, variant: 0, source: "by hand", measurements: 1,
      times: TimeTable(grid: Grid(axes: [[0], [0], [0]]), octaves: [0]))
  ])
  return gpu
}

/// Products for which `exact` is off by `errors`.
private func products(_ errors: [Double], format: String = "bf16") -> [Costs.Measurement] {
  errors.enumerated().map { index, error in
    let rows = Double(index + 1)
    let kernel = Kernel.gemm(rows: rows, outputs: 4096, inputs: 4096, .bf16)
    return Costs.Measurement(
      .gemm, format: format, sizes: [.m: rows, .n: 4096, .k: 4096],
      seconds: kernel.estimate(on: exact) / (1 + error))
  }
}

@Suite struct `A score` {
  /// Sizes 0, 0.05, 0.1, 0.2 and 0.3: the third; six tenths of the way from the fourth to the
  /// fifth; the last. Their sum with signs is 0.25.
  @Test func `has the median, the 90th percentile, the worst and the bias`() throws {
    let score = CalibrationScore(of: products([0.1, -0.2, 0.05, 0, 0.3]), on: exact)
    let row = try #require(score.rows.first)
    #expect(score.rows.count == 1 && row.operation == .gemm && row.format == .bf16)
    #expect(row.count == 5 && row.times.count == 5)
    for (figure, expected) in [
      (row.median, 0.1), (row.percentile90, 0.26), (row.worst, 0.3), (row.bias, 0.05),
    ] {
      #expect(abs(figure - expected) < 1e-12)
    }
  }

  @Test func `of one measurement is that one's error`() throws {
    let row = try #require(CalibrationScore(of: products([-0.25]), on: exact).rows.first)
    for figure in [row.median, row.percentile90, row.worst, -row.bias] {
      #expect(abs(figure - 0.25) < 1e-12)
    }
  }

  @Test func `counts what it can say nothing of`() {
    let rows =
      products([0.1]) + products([0, 0], format: "int3")
      + measurements(3, of: [.allReduce], seed: 1) { _ in 1 }
    let score = CalibrationScore(of: rows, on: exact)
    #expect(score.rows.map(\.count) == [1] && score.unscored == 5)
  }

  @Test func `does not depend on the order of measurements`() {
    let rows = measurements(500, of: [.gemm, .normalization, .attentionPrefill], seed: 2) {
      1.5 * $0.estimate(on: bareGPU)
    }
    let fitted = Calibration(
      of: bareGPU, from: rows, source: "a law", holdout: 0, seed: 0, jobs: 1
    ).gpu
    let (one, other) = (
      CalibrationScore(of: rows, on: fitted), CalibrationScore(of: rows.reversed(), on: fitted)
    )
    for (a, b) in zip(one.rows, other.rows) {
      #expect(a.operation == b.operation && a.format == b.format && a.count == b.count)
      #expect(a.median == b.median && a.worst == b.worst)
    }
  }

  @Test(arguments: ["h100-sxm", "a40", "b200-sxm"])
  func `of a GPU on what it predicts itself is zero`(name: String) throws {
    let gpu = try GPUs.named(name)
    let rows = measurements(2000, seed: 3) { gpu.tables.seconds($0, on: gpu) }
    let score = CalibrationScore(of: rows, on: gpu)
    #expect(score.unscored == 0 && score.rows.count >= 19)
    for row in score.rows { #expect(row.worst < 1e-12 && abs(row.bias) < 1e-12) }
  }

  @Test func `is shown in per cent and written in shares`() {
    let score = CalibrationScore(of: products([0.1, -0.2, 0.05, 0, 0.3]), on: exact)
    let text = TextTable.text(CalibrationReport.table(score))
    for words in ["gemm", "bf16", "10.00", "26.00", "30.00", "5.00"] {
      #expect(text.contains(words))
    }
    let json = CalibrationReport.json(score).text()
    #expect(json.contains("\"operation\": \"gemm\"") && json.contains("\"unscored\": 0"))
  }
}
