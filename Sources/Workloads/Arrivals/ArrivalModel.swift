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

  /// The law of these arrivals, at the model's own rate.
  var law: ArrivalLaw {
    ArrivalLaw(
      gaps: GammaGaps(shape: gapShape),
      course: WanderingCourse(
        variance: rateVariance, memorySeconds: memorySeconds, slotSeconds: slotSeconds))
  }

  /// The arrivals of `count` requests in seconds, the first after one gap.
  func seconds(count: Int, seed: UInt64) -> [Double] {
    law.seconds(count: count, rate: rate, seed: seed)
  }
}

/// A rate whose logarithm is an Ornstein-Uhlenbeck process, constant in slots, with the mean 1.
struct WanderingCourse: RateCourse {
  /// The variance of the rate's logarithm.
  var variance: Double
  /// The time in which the rate forgets where it was.
  var memorySeconds: Double
  /// The time for which it is constant.
  var slotSeconds: Double

  func started(rate: Double, seed: UInt64) -> any RateClock {
    var steps = RandomStream(seed: seed, named: "arrival rate")
    let persistence = naturalPower(-slotSeconds / memorySeconds)
    let innovation = (1 - persistence * persistence).squareRoot()
    let deviation = variance.squareRoot()
    var score = steps.normal()
    var isFirst = true
    return StretchClock {
      if !isFirst { score = persistence * score + innovation * steps.normal() }
      isFirst = false
      return (slotSeconds, naturalPower(deviation * score - deviation * deviation / 2))
    }
  }
}
