import Formats
import Foundation

/// How often tokens choose each expert of a layer.
public enum ExpertPopularity: Sendable, Equatable {
  /// Each as often as any other.
  case even
  /// The expert of rank i in proportion to i^-s.
  case zipf(Double)
  /// Weights spread as a power law of that exponent has them, from 1 to `longestTail`: the
  /// distribution that aiconfigurator's tables of experts are measured with.
  case powerLaw(Double)
  /// Tokens that went to each expert, layer by layer.
  case counts([[Double]], source: String)

  /// The greatest weight of a power law where the least is 1: aiconfigurator's for 4,096 tokens.
  private static let longestTail = 0.8 * 4096

  /// The share of all choices that each of `experts` has, the same for all layers but where they
  /// were counted; those of a law from the most to the least popular.
  func shares(of experts: Int) -> [[Double]] {
    let weights: [[Double]] =
      switch self {
      case .even: [[Double](repeating: 1, count: experts)]
      case .zipf(let skew): [(1...experts).map { pow(Double($0), -skew) }]
      case .powerLaw(let exponent): [Self.quantiles(of: exponent, experts)]
      case .counts(let layers, _): layers
      }
    return weights.map { layer in
      let sum = layer.reduce(0, +)
      return layer.map { $0 / sum }
    }
  }

  /// The quantiles of a power law, the greatest first.
  private static func quantiles(of exponent: Double, _ count: Int) -> [Double] {
    (0..<count).map { index in
      let place = (Double(count - index) - 0.5) / Double(count)
      if exponent == 1 { return pow(longestTail, place) }
      let power = 1 - exponent
      return pow(1 + (pow(longestTail, power) - 1) * place, 1 / power)
    }
  }

  /// Whether experts stand in the order in which they are counted; laws do not say where.
  var isPlaced: Bool { if case .counts = self { true } else { false } }
}

extension ExpertPopularity {
  /// The popularity that a user names: `even`, `zipf:1.1`, `power-law:1.2`, or the path of a CSV
  /// file with `layer,expert,tokens`.
  public init(named text: String, source: String) throws(InputError) {
    if text == "even" {
      self = .even
      return
    }
    for (prefix, law) in [("zipf:", Self.zipf), ("power-law:", Self.powerLaw)]
    where text.hasPrefix(prefix) {
      guard let number = Double(text.dropFirst(prefix.count)), (0...10).contains(number) else {
        throw InputError(
          source, problem: "\(quoted(text)) has no exponent from 0 to 10",
          remedy: "give \(prefix)1.2, for example")
      }
      self = law(number)
      return
    }
    guard text.hasSuffix(".csv") else {
      throw InputError(
        source, problem: "\(quoted(text)) is no popularity of experts",
        remedy: "give even, zipf:1.1, power-law:1.2, or a CSV file with \(Self.header)")
    }
    try self.init(table: InputFile.read(text), source: text)
  }

  private static let header = "layer,expert,tokens"

  /// The counts of a table of `layer,expert,tokens`, both numbered from 0; an expert of which a
  /// layer has no row had no token.
  init(table bytes: [UInt8], source: String) throws(InputError) {
    var reader = try CSVReader(bytes, source: source, rowMeaning: "an expert of a layer")
    let columns = try (
      reader.column("layer", of: Self.header), reader.column("expert", of: Self.header),
      reader.column("tokens", of: Self.header)
    )
    var layers: [[Double]] = []
    while try reader.nextRow() {
      let layer = try reader.index(columns.0, below: ModelRange.layers.upperBound)
      let expert = try reader.index(columns.1, below: ModelRange.experts.upperBound)
      let tokens = try reader.number(columns.2) ?? 0
      if !(tokens >= 0 && tokens < 1e15) {
        throw reader.error(
          in: columns.2, "\(reader.excerpt(of: columns.2)) is no number of tokens", "give 0 or more"
        )
      }
      while layers.count <= layer { layers.append([]) }
      while layers[layer].count <= expert { layers[layer].append(0) }
      layers[layer][expert] += tokens
    }
    let counted = layers.filter { $0.contains { $0 > 0 } }
    guard !counted.isEmpty else {
      throw InputError(
        source, problem: "no expert has a token", remedy: "give a row for each expert of a layer")
    }
    self = .counts(counted, source: source)
  }

  /// Throws where experts of another number than `experts` were counted.
  public func check(experts: Int, of model: String) throws(InputError) {
    guard case .counts(let layers, let source) = self else { return }
    if let layer = layers.first(where: { $0.count != experts }) {
      throw InputError(
        source, problem: "a layer has \(layer.count) experts, and those of \(model) \(experts)",
        remedy: "give a row for each expert, with 0 tokens where it had none")
    }
  }
}

extension CSVReader {
  /// A whole number from 0 to below `bound`.
  fileprivate func index(_ column: Column, below bound: Int) throws(InputError) -> Int {
    guard let number = try number(column), number >= 0, number < Double(bound),
      number == number.rounded()
    else {
      throw error(
        in: column, "\(excerpt(of: column)) is no number from 0 on",
        "number layers and experts from 0")
    }
    return Int(number)
  }
}

extension ExpertPopularity: CustomStringConvertible {
  /// As a user names it.
  public var description: String {
    switch self {
    case .even: "even"
    case .zipf(let skew): "zipf:\(skew)"
    case .powerLaw(let exponent): "power-law:\(exponent)"
    case .counts(_, let source): source
    }
  }
}
