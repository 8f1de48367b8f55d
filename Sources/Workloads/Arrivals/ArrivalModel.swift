import Serving

/// Arrivals whose rate wanders slowly, as that of a service does over an hour.
///
/// The logarithm of the rate is an Ornstein-Uhlenbeck process, held constant in short slots; in
/// units of the rate of the moment, gaps are Gamma-distributed.
public struct ArrivalModel: Sendable, Equatable {
  /// Where the parameters come from.
  public var source: String
  /// Requests a second at which the other times hold; at another rate they stretch with it.
  public var rate: Double
  /// The shape of the Gamma distribution of gaps; 1 makes them exponential.
  public var gapShape: Double
  /// The variance of the rate's logarithm.
  public var rateVariance: Double
  /// The time in which the rate forgets where it was.
  public var memorySeconds: Double
  /// The time for which the rate is constant.
  public var slotSeconds: Double

  public init(
    source: String, rate: Double, gapShape: Double, rateVariance: Double, memorySeconds: Double,
    slotSeconds: Double
  ) {
    precondition(rate > 0 && gapShape > 0 && slotSeconds > 0, "arrivals come at a rate, in slots")
    precondition(rateVariance >= 0 && memorySeconds > 0, "the rate wanders with a memory")
    self.source = source
    self.rate = rate
    self.gapShape = gapShape
    self.rateVariance = rateVariance
    self.memorySeconds = memorySeconds
    self.slotSeconds = slotSeconds
  }

  /// The arrivals of `count` requests in seconds, the first after one gap.
  func seconds(count: Int, seed: UInt64) -> [Double] {
    var gaps = RandomStream(seed: seed, named: "arrival gaps")
    var level = RateLevel(of: self, seed: seed)
    var now = 0.0
    var slotEnd = slotSeconds
    return (0..<count).map { _ in
      var gap = gaps.gamma(shape: gapShape) / gapShape / rate
      while gap > (slotEnd - now) * level.factor {
        gap -= (slotEnd - now) * level.factor
        now = slotEnd
        slotEnd += slotSeconds
        level.advance()
      }
      now += gap / level.factor
      return now
    }
  }
}

/// The rate of the moment, relative to the mean.
private struct RateLevel {
  private(set) var factor = 1.0
  private var score: Double
  private var steps: RandomStream
  private let persistence: Double
  private let innovation: Double
  private let deviation: Double

  init(of model: ArrivalModel, seed: UInt64) {
    steps = RandomStream(seed: seed, named: "arrival rate")
    persistence = naturalPower(-model.slotSeconds / model.memorySeconds)
    innovation = (1 - persistence * persistence).squareRoot()
    deviation = model.rateVariance.squareRoot()
    score = steps.normal()
    setFactor()
  }

  mutating func advance() {
    score = persistence * score + innovation * steps.normal()
    setFactor()
  }

  private mutating func setFactor() {
    factor = naturalPower(deviation * score - deviation * deviation / 2)
  }
}
