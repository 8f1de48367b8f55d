import Formats
import Foundation
import Serving

/// A figure of a GPU's file: where it stands, and what it may be.
struct GPUFigure {
  /// The key, with those that it stands in, such as `flops_per_second.bf16`.
  var key: String
  var value: Double
  var unit: Unit

  init(_ key: String, _ value: Double, _ unit: Unit) {
    self.key = key
    self.value = value
    self.unit = unit
  }

  /// What a figure counts.
  enum Unit {
    case memoryBytes, memoryRate, hostRate, linkRate, flops
    case multiprocessors, gpus, share, launch, collective
  }

  /// Throws unless the figure is in its range, which is wide of all hardware that there is.
  func check(in source: String) throws(InputError) {
    guard value > 0, value.isFinite else {
      throw InputError(
        source, column: key, problem: "\(key) is not positive",
        remedy: "give the data sheet's figure, or a measured one, in \(unit.name)")
    }
    if unit.range.contains(value) { return }
    let (low, high) = (unit.range.lowerBound, unit.range.upperBound)
    let range = "\(Self.text(low)) to \(Self.text(high))"
    throw InputError(
      source, column: key, problem: "\(key) is \(Self.text(value)), and may be \(range)",
      remedy: guess ?? "give it in \(unit.name)")
  }

  /// What the figure is in the unit that it was probably given in.
  private var guess: String? {
    for (name, factor) in unit.others where unit.range.contains(value * factor) {
      return "if it is in \(name), give \(unit.name): \(Self.text(value * factor))"
    }
    return nil
  }

  /// Six digits at most, as a user would type them: 79, 0.79, 3.35e12.
  static func text(_ value: Double) -> String {
    let short = GPUFile.rounded(value)
    guard short.isNormal else { return value.description }
    if short >= 1e-4 && short < 1e6 {
      return short.rounded() == short ? String(Int(short)) : String(short)
    }
    let exponent = Int(floor(log10(short)))
    let digits = GPUFile.rounded(short / pow(10, Double(exponent)))
    let mantissa = digits.rounded() == digits ? String(Int(digits)) : String(digits)
    return "\(mantissa)e\(exponent)"
  }
}

extension GPUFigure.Unit {
  /// What the figure may be.
  var range: ClosedRange<Double> {
    switch self {
    case .memoryBytes: 1e9...1e13
    case .memoryRate: 1e10...1e14
    case .hostRate: 1e8...1e13
    case .linkRate: 1e7...1e14
    case .flops: 1e11...1e18
    case .multiprocessors: 1...4096
    case .gpus: 1...1_000_000
    case .share: 1e-4...1
    case .launch: 1e-9...1e-2
    case .collective: 1e-9...1
    }
  }

  /// The unit that it is to be given in.
  var name: String {
    switch self {
    case .memoryBytes: "bytes"
    case .memoryRate, .hostRate, .linkRate: "bytes per second"
    case .flops: "operations per second"
    case .multiprocessors: "multiprocessors"
    case .gpus: "GPUs"
    case .share: "shares of 1"
    case .launch, .collective: "seconds"
    }
  }

  /// Units that such figures are given in elsewhere, and how many of this unit each is.
  var others: [(name: String, factor: Double)] {
    switch self {
    case .memoryBytes: [("GB", 1e9), ("MB", 1e6), ("TB", 1e12)]
    case .memoryRate, .hostRate, .linkRate: [("GB/s", 1e9), ("TB/s", 1e12), ("MB/s", 1e6)]
    case .flops: [("TFLOP/s", 1e12), ("PFLOP/s", 1e15), ("GFLOP/s", 1e9)]
    case .multiprocessors, .gpus: []
    case .share: [("per cent", 0.01)]
    case .launch, .collective: [("microseconds", 1e-6), ("nanoseconds", 1e-9)]
    }
  }
}

extension GPUFile {
  /// The figures, by the keys of the file.
  var figures: [GPUFigure] {
    let peaks = flopsPerSecond
    let shares = efficiencies
    var figures = [
      GPUFigure("memory_bytes", Double(memoryBytes), .memoryBytes),
      GPUFigure("memory_bytes_per_second", memoryBytesPerSecond, .memoryRate),
      GPUFigure("host_bytes_per_second", hostBytesPerSecond, .hostRate),
      GPUFigure("multiprocessors", multiprocessors, .multiprocessors),
      GPUFigure("efficiencies.matrix_compute", shares.matrixCompute, .share),
      GPUFigure("efficiencies.matrix_memory", shares.matrixMemory, .share),
      GPUFigure("efficiencies.prefill_attention", shares.prefillAttention, .share),
      GPUFigure("efficiencies.decode_attention", shares.decodeAttention, .share),
      GPUFigure("efficiencies.elementwise", shares.elementwise, .share),
      GPUFigure("efficiencies.collective", shares.collective, .share),
      GPUFigure("efficiencies.launch_seconds", shares.launchSeconds, .launch),
      GPUFigure("efficiencies.collective_seconds", shares.collectiveSeconds, .collective),
    ]
    let rates: [(String, Double?)] = [
      ("flops_per_second.bf16", peaks.bf16), ("flops_per_second.fp8", peaks.fp8),
      ("flops_per_second.int8", peaks.int8), ("flops_per_second.fp4", peaks.fp4),
      ("sustained_flops_per_second", sustainedFlopsPerSecond),
    ]
    for (key, rate) in rates { if let rate { figures.append(GPUFigure(key, rate, .flops)) } }
    for (index, link) in links.enumerated() {
      figures.append(GPUFigure("links[\(index)].gpus", Double(link.gpus), .gpus))
      figures.append(
        GPUFigure("links[\(index)].bytes_per_second", link.bytesPerSecond, .linkRate))
    }
    return figures
  }

  /// Throws unless every figure is one that a GPU may have.
  func check(in source: String) throws(InputError) {
    try checkText(name, "name", most: 100, in: source)
    try checkText(self.source, "source", most: 10_000, in: source)
    for figure in figures { try figure.check(in: source) }
    if let sustained = sustainedFlopsPerSecond, sustained > flopsPerSecond.bf16 {
      throw InputError(
        source, column: "sustained_flops_per_second",
        problem: "the GPU keeps up more than its peak, flops_per_second.bf16",
        remedy: "give at most \(GPUFigure.text(flopsPerSecond.bf16)), or leave it out")
    }
    if links.isEmpty {
      throw InputError(
        source, column: "links", problem: "the GPU has no link",
        remedy: "give what connects several of it, such as "
          + #"{"kind": "PCIe", "gpus": 8, "bytes_per_second": 3.2e10}"#)
    }
    for (index, link) in links.enumerated()
    where links[..<index].contains(where: { $0.gpus == link.gpus }) {
      throw InputError(
        source, column: "links[\(index)].gpus",
        problem: "two links connect \(link.gpus) GPUs at most",
        remedy: "leave one of them out: a group uses the first that reaches all of it")
    }
  }

  private func checkText(
    _ text: String, _ key: String, most: Int, in source: String
  ) throws(InputError) {
    let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
    if !text.isEmpty && text.unicodeScalars.count <= most && isPrintable { return }
    throw InputError(
      source, column: key, problem: "\(key) is empty, too long or not printable",
      remedy: "give 1 to \(most) letters without control characters")
  }
}
