import Costs
import Foundation
import Support
import Testing

private let source = Repository.shared.appending(path: "reference/data/mlenergy_v3_llm.csv")

/// A configuration that ML.ENERGY measured.
private struct Measured {
  var model: String
  var gpu: String
  var gpus: Int
  var bits: Int
  var isDense: Bool
  var sequences: Double
  var tokensPerSecond: Double
  var watts: Double
  var joulesPerToken: Double
  /// What it has in common with the others of its series.
  var series: String

  init(_ row: [String: String]) throws {
    func text(_ name: String) throws -> String { try #require(row[name]) }
    func number(_ name: String) throws -> Double { try #require(Double(text(name))) }
    let names = [
      "H100": "h100-sxm", "B200": "b200-sxm", "meta-llama/Llama-3.1-8B-Instruct": "llama-3.1-8b",
      "meta-llama/Llama-3.1-70B-Instruct": "llama-3.1-70b",
      "meta-llama/Llama-3.1-405B-Instruct-FP8": "llama-3.1-405b",
    ]
    model = try names[text("model")] ?? text("model")
    gpu = try #require(try names[text("gpu")])
    gpus = Int(try number("num_gpus"))
    bits = try text("weight_precision") == "bfloat16" ? 16 : 8
    isDense = try text("architecture") == "Dense Transformer"
    sequences = try number("avg_batch_size")
    tokensPerSecond = try number("output_tokens_per_second")
    watts = try number("power_watts_per_gpu")
    joulesPerToken = try number("energy_joules_per_output_token")
    series = try [
      "model", "weight_precision", "task", "gpu", "num_gpus", "tensor_parallel", "expert_parallel",
      "data_parallel",
    ].map(text).joined(separator: " ")
  }

  static func all() throws -> [Measured] {
    try CSVTable(String(contentsOf: source, encoding: .utf8)).rows.map(Measured.init)
  }

  /// By how much joules of an output token are off where the GPUs draw what `power` says.
  func error(of power: ServingPower) -> Double {
    let joules = power.watts(sequences: sequences) * Double(gpus) / tokensPerSecond
    return abs(joules / joulesPerToken - 1)
  }
}

private func power(_ points: [(Double, Double)]) -> ServingPower {
  ServingPower(
    points.map { .init(sequences: $0.0, watts: $0.1) }, meanError: 0, worstError: 0,
    measured: "", source: "")
}

@Suite struct `The power of GPUs that serve` {
  @Test func `lies between two measurements by the logarithm of the sequences`() {
    let curve = power([(64, 600), (8, 300)])
    // Half of the way from 8 to 64 in doublings, three of them.
    #expect(abs(curve.watts(sequences: 8 * 8.0.squareRoot()) - 450) < 1e-9)
    #expect(abs(curve.watts(sequences: 16) - 400) < 1e-9)
    #expect(curve.watts(sequences: 8) == 300 && curve.watts(sequences: 64) == 600)
    #expect(curve.watts(sequences: 1) == 300 && curve.watts(sequences: 1e6) == 600)
    #expect(curve.range == 8...64)
  }

  @Test func `is known of what was measured, fitted for models like that, and else unknown`() {
    let measured = ServingPower.known(
      "llama-3-8b", bits: 16, isDense: true, gpu: "h100-sxm", gpus: 1)
    #expect(measured?.watts(sequences: 64) == 610.3 && measured?.idleWatts == 101...125)
    // 376 W and 33 W for each doubling of the sequences of a GPU.
    let fitted = ServingPower.known("any", bits: 16, isDense: true, gpu: "h100-sxm", gpus: 2)
    #expect(fitted.map { abs($0.watts(sequences: 64) - (376 + 33 * 5)) < 0.1 } == true)
    #expect(fitted?.measured.contains("fit") == true && fitted?.gpus == 2)
    for (bits, isDense, gpu) in [
      (8, true, "h100-sxm"), (16, false, "h100-sxm"), (16, true, "l40s"),
    ] {
      #expect(ServingPower.known("any", bits: bits, isDense: isDense, gpu: gpu, gpus: 1) == nil)
    }
    let other = ServingPower.known(
      "llama-3.1-70b", bits: 16, isDense: true, gpu: "b200-sxm", gpus: 2)
    #expect(other != nil && other?.idleWatts == nil)
  }

  /// ML.ENERGY v3 (leaderboard 0cd52da). What is compiled in are few of its rows, so the others
  /// between them are kept out.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: source.path), "needs ../shared"))
  func `gives ML.ENERGY's joules of rows that were left out, as far off as is said`() throws {
    var errors: [Double] = []
    var worst: [String: (error: Double, said: Double)] = [:]
    for row in try Measured.all() {
      let known = ServingPower.known(
        row.model, bits: row.bits, isDense: row.isDense, gpu: row.gpu, gpus: row.gpus)
      guard let known, row.model.hasPrefix("llama-3.1"), known.range.contains(row.sequences) else {
        continue
      }
      let isFit = known.measured.contains("fit")
      let isKept = known.points.contains { abs($0.sequences / row.sequences - 1) < 0.02 }
      let error = row.error(of: known)
      if isKept, !isFit {
        #expect(error < 0.002, "a row that is compiled in: \(row)")
      } else if !isFit {
        errors.append(error)
        worst[row.series] = (max(worst[row.series]?.error ?? 0, error), known.worstError)
      }
    }
    #expect(errors.count >= 20 && worst.count == 4)
    #expect(errors.count { $0 <= 0.06 } >= errors.count - 1, "within 6 % but for one")
    #expect(errors.reduce(0, +) / Double(errors.count) < 0.03)
    for (series, found) in worst {
      #expect(found.error <= found.said && found.said < found.error + 0.01, "\(series)")
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: source.path), "needs ../shared"))
  func `gives most joules of all series within 6 % from the neighbours of each row`() throws {
    let series = Dictionary(grouping: try Measured.all(), by: \.series).values
    var errors: [Double] = []
    for rows in series {
      let sorted = rows.sorted { $0.sequences < $1.sequences }
      for place in sorted.indices.dropFirst().dropLast() {
        let others = sorted.indices.filter { $0 != place }.map {
          (sorted[$0].sequences, sorted[$0].watts)
        }
        errors.append(sorted[place].error(of: power(others)))
      }
    }
    errors.sort()
    #expect(errors.count > 400)
    #expect(errors[errors.count / 2] < 0.02)
    #expect(Double(errors.count { $0 <= 0.06 }) >= 0.85 * Double(errors.count))
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: source.path), "needs ../shared"))
  func `of dense models on H100 is fitted as far off as is said`() throws {
    let fit = try #require(
      ServingPower.known("any", bits: 16, isDense: true, gpu: "h100-sxm", gpus: 1))
    let errors = try Measured.all().filter {
      $0.isDense && $0.bits == 16 && $0.gpu == "h100-sxm"
    }.map { row -> Double in
      let known = ServingPower.known(
        "any", bits: 16, isDense: true, gpu: row.gpu, gpus: row.gpus)
      return known.map { abs($0.watts(sequences: row.sequences) / row.watts - 1) } ?? 1
    }
    #expect(errors.count == 93)
    #expect(abs(errors.reduce(0, +) / 93 - fit.meanError) < 0.001)
    #expect((errors.max() ?? 1) <= fit.worstError)
  }
}
