import Foundation
import Serving
import Testing

@testable import Costs
@testable import Studies

/// What is made of `rows`, a fifth of which is held out.
private func calibration(
  _ rows: [Costs.Measurement], of gpu: GPU = bareGPU, holdout: Double = 0.2, seed: UInt64 = 1,
  jobs: Int = 2
) -> Calibration {
  Calibration(of: gpu, from: rows, source: "a law", holdout: holdout, seed: seed, jobs: jobs)
}

@Suite struct `A calibration` {
  /// A table stores 256ths of an octave.
  @Test func `finds a factor that all kernels have in common`() {
    let rows = measurements(1400, seed: 1) { 1.3 * $0.estimate(on: bareGPU) }
    let result = calibration(rows)
    let kinds = Set(result.heldOut.rows.map(\.operation))
    #expect(kinds == Set(MeasuredOperation.allCases))
    for row in result.fitted.rows + result.heldOut.rows {
      #expect(row.worst < 0.005, "\(row.operation) \(row.format)")
    }
    #expect(result.fitted.unscored == 0 && result.heldOut.unscored == 0)
  }

  /// Overheads and efficiencies that change with the size, as those of kernels do.
  @Test func `finds a law that it was not told`() throws {
    let rows = measurements(600, of: [.normalization, .sendReceive, .allReduce], seed: 2) {
      let work = $0.estimate(on: bareGPU)
      return 4e-6 + work * (1 + 0.5 / (1 + $0.point[0]))
    }
    for row in calibration(rows).heldOut.rows {
      #expect(row.median < 0.005 && row.percentile90 < 0.02, "\(row.operation)")
    }
  }

  @Test func `is hardly misled by rows that are wrong`() throws {
    var rows = measurements(600, of: [.gemm, .allReduce], seed: 3) {
      1.3 * $0.estimate(on: bareGPU)
    }
    for index in rows.indices where index % 20 < 2 { rows[index].seconds *= 9 }
    for row in calibration(rows).heldOut.rows { #expect(row.median < 0.01, "\(row.operation)") }
  }

  /// Of 3,000 rows a fifth is 600; four standard deviations are 88.
  @Test func `holds out the share that it was asked to`() {
    let rows = measurements(3000, of: [.normalization], seed: 4) { $0.estimate(on: bareGPU) }
    let result = calibration(rows)
    let (fitted, heldOut) = (result.fitted.rows[0].count, result.heldOut.rows[0].count)
    #expect(fitted + heldOut == 3000 && abs(heldOut - 600) < 88)
    #expect(result.gpu.tables.all[0].measurements == fitted)
    let all = calibration(rows, holdout: 0)
    #expect(all.fitted.rows[0].count == 3000 && all.heldOut.rows.isEmpty)
  }

  @Test func `holds out the same rows for the same seed, and others for another`() {
    let rows = measurements(900, of: [.normalization, .gemm], seed: 5) {
      $0.estimate(on: bareGPU) * (1 + 0.1 * sin($0.point[0] * 20))
    }
    let one = calibration(rows, seed: 7)
    #expect(calibration(rows, seed: 7).heldOut == one.heldOut)
    #expect(calibration(rows, seed: 8).heldOut != one.heldOut)
  }

  @Test func `gives the same bytes on one thread and on many`() {
    let rows = measurements(1400, seed: 6) { $0.estimate(on: bareGPU) * (1 + 0.01 * $0.point[0]) }
    let texts = [1, 2, 8].map { calibration(rows, jobs: $0).gpu.json }
    let areSame = texts[0] == texts[1] && texts[0] == texts[2]
    #expect(areSame)
  }

  @Test func `changes only the tables that were measured`() throws {
    let h100 = try GPUs.named("h100-sxm")
    let rows = measurements(300, of: [.allReduce], seed: 7) { 3 * $0.estimate(on: h100) }
    let result = calibration(rows, of: h100, holdout: 0)
    let tables = zip(result.gpu.tables.all, h100.tables.all)
    #expect(result.gpu.tables.all.count == h100.tables.all.count)
    for (new, old) in tables {
      let isMeasured = new.operation == .allReduce && new.variant == 0
      let isSame = new == old
      #expect(isSame == !isMeasured)
    }
    #expect(result.fitted.rows[0].worst < 0.005)
  }

  @Test func `writes what it can read`() throws {
    let rows = measurements(1400, seed: 8) { 1.3 * $0.estimate(on: bareGPU) }
    let result = calibration(rows, holdout: 0)
    let back = try GPU(json: Array(result.gpu.json.utf8), source: "my.json")
    #expect(back.tables.all.map(\.operation) == result.gpu.tables.all.map(\.operation))
    for row in CalibrationScore(of: rows, on: back).rows { #expect(row.worst < 0.005) }
  }

  @Test func `of rows in formats that nobody knows is none, and counts them`() {
    var rows = measurements(20, of: [.gemm], seed: 9) { $0.estimate(on: bareGPU) }
    for index in rows.indices { rows[index].format = "int3" }
    let result = calibration(rows, holdout: 0)
    #expect(result.gpu.tables.all.isEmpty && result.fitted.rows.isEmpty)
    #expect(result.fitted.unscored == 20)
    #expect(calibration([], holdout: 0).fitted == CalibrationScore(of: [], on: bareGPU))
  }
}
