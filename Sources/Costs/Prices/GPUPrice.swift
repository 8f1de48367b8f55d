import Formats

/// What one GPU costs to rent for an hour, in US dollars, and who said so when.
public struct GPUPrice: Sendable, Equatable {
  /// The GPU's name.
  public let gpu: String
  /// Dollars an hour: the lowest and the highest that are quoted, often the same.
  public let range: ClosedRange<Double>
  /// When it was quoted: a day, a month or a year; nil where the user gave it.
  public let date: String?
  /// What is offered, and where it is quoted.
  public let offer: String
  public let source: String

  /// The price that is reckoned with, in dollars an hour: the middle of what is quoted.
  public var dollarsPerHour: Double { (range.lowerBound + range.upperBound) / 2 }

  /// Who quotes it when.
  public var words: String { "\(offer); \(source)" + (date.map { ", \($0)" } ?? "") }

  /// The price that a user gave.
  public init(_ gpu: String, dollarsPerHour: Double) {
    self.gpu = gpu
    range = dollarsPerHour...dollarsPerHour
    (date, offer, source) = (nil, "as given", "--price")
  }

  private init?(_ json: JSONValue) {
    guard case .string(let gpu)? = json["gpu"], case .string(let date)? = json["date"],
      case .string(let offer)? = json["offer"], case .string(let source)? = json["source"],
      case .array(let ends)? = json["dollars_per_hour"], ends.count == 2,
      let low = ends[0].real, let high = ends[1].real, low > 0, low <= high
    else { return nil }
    (self.gpu, self.date, self.offer, self.source) = (gpu, date, offer, source)
    range = low...high
  }

  /// The prices that are known, by the names of GPUs: the file `Sources/Costs/Data/Prices`,
  /// compiled in. Each is what its source quotes at its date, and no forecast.
  public static let known: [GPUPrice] = {
    guard let json = try? JSONValue(EmbeddedData.bytes("Prices", "gpus")),
      case .array(let rows)? = json["prices"]
    else { preconditionFailure("the prices are well-formed") }
    return rows.map { row in
      guard let price = GPUPrice(row) else { preconditionFailure("a price is well-formed") }
      return price
    }
  }()
}

extension GivenValue {
  /// The prices that the text gives, as `h100-sxm=2.95,l40s=1.6`, in dollars an hour.
  public func prices() throws(InputError) -> [GPUPrice] {
    var prices: [GPUPrice] = []
    for piece in try list() {
      let parts = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw mistake("\(quoted(piece)) is no price", "give GPU=DOLLARS, as in h100-sxm=2.95")
      }
      let name = String(parts[0])
      if prices.contains(where: { $0.gpu == name }) {
        throw mistake("\(quoted(name)) has two prices", "give one")
      }
      let dollars = GivenValue(source: source, text: String(parts[1]))
      prices.append(
        GPUPrice(name, dollarsPerHour: try dollars.double(min: 0, max: 1e6, exclusive: true)))
    }
    return prices
  }
}
