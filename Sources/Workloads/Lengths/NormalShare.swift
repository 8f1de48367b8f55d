import Serving

/// The probability that a standard normal variable is at most `score`, below 1.
///
/// Hart's algorithm as West has it (Wilmott Magazine, 2005), good to 15 digits, from operations
/// that are rounded alike on every machine.
func normalShare(_ score: Double) -> Double {
  let distance = abs(score)
  if distance > 37 { return score > 0 ? 1 - 0x1p-53 : 0 }
  let bell = naturalPower(-distance * distance / 2)
  let tail: Double
  if distance < 7.07106781186547 {
    var numerator = 3.52624965998911e-02
    for coefficient in [
      0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
      220.206867912376,
    ] { numerator = numerator * distance + coefficient }
    var denominator = 8.83883476483184e-02
    for coefficient in [
      1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
      793.826512519948, 440.413735824752,
    ] { denominator = denominator * distance + coefficient }
    tail = bell * numerator / denominator
  } else {
    var fraction = distance + 0.65
    for term in [4.0, 3, 2, 1] { fraction = distance + term / fraction }
    tail = bell / fraction / 2.506628274631
  }
  return score > 0 ? min(1 - tail, 1 - 0x1p-53) : tail
}
