import Serving

extension LengthModel {
  /// Lengths whose logarithms are normal, with this mean and standard deviation, in tokens, up to
  /// three deviations of the logarithm on either side.
  public static func lognormal(mean: Double, deviation: Double, source: String) -> LengthModel {
    let ratio = deviation / mean
    let variance = naturalLogarithm(1 + ratio * ratio)
    let middle = naturalLogarithm(mean) - variance / 2
    let reach = 3 * variance.squareRoot()
    // The share of a normal distribution up to three deviations above its mean.
    let share = 0.998_650_101_968_369_9
    return LengthModel(
      source: source,
      quantiles: [
        Quantile(1 - share, max(1, naturalPower(middle - reach))),
        Quantile(share, max(1, naturalPower(middle + reach))),
      ])
  }
}
