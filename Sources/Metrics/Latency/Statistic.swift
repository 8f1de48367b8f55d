/// What many latencies are summed up by.
public enum Statistic: Sendable, Hashable {
  case mean
  /// The value that this many per cent of the samples do not exceed, 0 to 100.
  case percentile(Double)
  case max

  /// The statistics that every report shows.
  public static let standard: [Statistic] = [
    .mean, .percentile(50), .percentile(90), .percentile(95), .percentile(99), .max,
  ]

  /// `mean`, `max`, or `p` and the percentage.
  public var name: String {
    switch self {
    case .mean: "mean"
    case .max: "max"
    case .percentile(let share):
      share == share.rounded() ? "p\(Int(share))" : "p\(share)"
    }
  }

  /// The statistic of this name: `mean`, `max`, `p99`, `p99.9`.
  public init?(name: some StringProtocol) {
    switch name {
    case "mean": self = .mean
    case "max": self = .max
    default:
      guard name.first == "p", let share = Double(plain: name.dropFirst()), share <= 100 else {
        return nil
      }
      self = .percentile(share)
    }
  }
}

extension Double {
  /// A number of digits with at most one point and nothing else.
  init?(plain text: some StringProtocol) {
    let isPlain = text.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 }
    guard isPlain, text.first != ".", text.last != "." else { return nil }
    self.init(String(text))
  }
}
