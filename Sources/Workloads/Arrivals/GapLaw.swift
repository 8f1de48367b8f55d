import Serving

/// How the gaps between arrivals are spread, at one arrival a second.
public protocol GapLaw: Sendable {
  /// The name of the stream that it draws from.
  var stream: String { get }
  /// The next gap, with the mean 1.
  func gap(_ random: inout RandomStream) -> Double
}

/// Gaps that are all alike.
struct ConstantGaps: GapLaw {
  let stream = "arrival gaps"

  func gap(_ random: inout RandomStream) -> Double { 1 }
}

/// Exponential gaps, which make a Poisson process at a constant rate.
struct ExponentialGaps: GapLaw {
  let stream = "poisson arrivals"

  func gap(_ random: inout RandomStream) -> Double { random.exponential() }
}

/// Gamma-distributed gaps of `shape`, which vLLM's benchmark calls burstiness: their coefficient of
/// variation is one over its square root.
struct GammaGaps: GapLaw {
  var shape: Double
  let stream = "arrival gaps"

  func gap(_ random: inout RandomStream) -> Double { random.gamma(shape: shape) / shape }
}

/// Weibull-distributed gaps of `shape`, below 1 burstier than exponential ones.
struct WeibullGaps: GapLaw {
  var shape: Double
  /// The mean of gaps of scale 1: the gamma function at 1 + 1 / shape.
  private let mean: Double
  let stream = "arrival gaps"

  init(shape: Double) {
    self.shape = shape
    mean = naturalPower(logarithmOfGamma(1 + 1 / shape))
  }

  func gap(_ random: inout RandomStream) -> Double {
    naturalPower(naturalLogarithm(random.exponential()) / shape) / mean
  }
}

/// The natural logarithm of the gamma function at `x`, above 0 (Lanczos, with the coefficients of
/// Godfrey for g = 7; good to 15 digits).
func logarithmOfGamma(_ x: Double) -> Double {
  let coefficients = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  var sum = 0.99999999999980993
  for (index, coefficient) in coefficients.enumerated() {
    sum += coefficient / (x + Double(index))
  }
  let base = x + 6.5
  let halfLogarithmOfTwoPi = 0.91893853320467274
  return halfLogarithmOfTwoPi + (x - 0.5) * naturalLogarithm(base) - base + naturalLogarithm(sum)
}
