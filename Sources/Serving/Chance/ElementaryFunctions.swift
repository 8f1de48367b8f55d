/// The natural logarithm of `x`, from operations that are rounded alike on every machine.
///
/// `x` is a power of two times a factor near 1, whose logarithm is twice the inverse hyperbolic
/// tangent of a small number: a short series.
public func naturalLogarithm(_ x: Double) -> Double {
  precondition(x >= 0, "only positive numbers have a logarithm")
  if x == 0 || x == .infinity { return x == 0 ? -.infinity : x }
  var power = Double(x.exponent)
  var factor = x.significand
  if factor > 2.0.squareRoot() {
    factor *= 0.5
    power += 1
  }
  let ratio = (factor - 1) / (factor + 1)
  let square = ratio * ratio
  var sum = 1.0 / 23
  sum = sum * square + 1.0 / 21
  sum = sum * square + 1.0 / 19
  sum = sum * square + 1.0 / 17
  sum = sum * square + 1.0 / 15
  sum = sum * square + 1.0 / 13
  sum = sum * square + 1.0 / 11
  sum = sum * square + 1.0 / 9
  sum = sum * square + 1.0 / 7
  sum = sum * square + 1.0 / 5
  sum = sum * square + 1.0 / 3
  sum *= square
  return power * ln2High + (power * ln2Low + 2 * ratio * sum + 2 * ratio)
}

/// e to the power of `x`, from operations that are rounded alike on every machine; infinite
/// above 709 and 0 below -708.
///
/// `x` is a whole number of ln 2 and a small rest, whose exponential is a short series.
public func naturalPower(_ x: Double) -> Double {
  if x > 709 { return .infinity }
  if x < -708 { return 0 }
  let power = (x * 1.4426950408889634).rounded()
  let rest = x - power * ln2High - power * ln2Low
  var sum = 1.0 / 87_178_291_200
  sum = sum * rest + 1.0 / 6_227_020_800
  sum = sum * rest + 1.0 / 479_001_600
  sum = sum * rest + 1.0 / 39_916_800
  sum = sum * rest + 1.0 / 3_628_800
  sum = sum * rest + 1.0 / 362_880
  sum = sum * rest + 1.0 / 40_320
  sum = sum * rest + 1.0 / 5_040
  sum = sum * rest + 1.0 / 720
  sum = sum * rest + 1.0 / 120
  sum = sum * rest + 1.0 / 24
  sum = sum * rest + 1.0 / 6
  sum = sum * rest + 1.0 / 2
  sum = sum * rest * rest + rest + 1
  return sum * Double(bitPattern: UInt64(1023 + Int(power)) << 52)
}

/// ln 2 in two parts, of which the first has so few bits that small multiples are exact.
private let ln2High = 0x1.62e42feep-1
private let ln2Low = 0x1.a39ef35793c76p-33
