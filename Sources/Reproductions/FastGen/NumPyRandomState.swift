import Serving
import Studies

/// The random numbers that scripts in Python draw by `numpy.random`, number for number, so that
/// what they sent can be sent again.
///
/// MT19937 (Matsumoto and Nishimura, ACM TOMACS 8, 1998), seeded and turned into normal numbers as
/// NumPy's `RandomState` does, which its project keeps as it is for ever.
public struct NumPyRandomState: Sendable {
  private var words: [UInt32]
  private var next = Self.count
  /// The second of two normal numbers that were drawn together.
  private var spare: Double?

  private static let count = 624

  /// As after `numpy.random.seed(seed)`.
  public init(seed: UInt32) {
    words = [seed]
    for index in 1..<Self.count {
      let last = words[index - 1]
      words.append(1_812_433_253 &* (last ^ last >> 30) &+ UInt32(index))
    }
  }

  /// `numpy.random.normal(mean, deviation)`.
  public mutating func normal(mean: Double = 0, deviation: Double = 1) -> Double {
    mean + deviation * standardNormal()
  }

  /// Marsaglia's polar method.
  private mutating func standardNormal() -> Double {
    if let spare {
      self.spare = nil
      return spare
    }
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let square = x * x + y * y
      if square >= 1 || square == 0 { continue }
      let factor = (-2 * naturalLogarithm(square) / square).squareRoot()
      spare = factor * x
      return factor * y
    }
  }

  /// From 0 up to but not 1, in 53 bits.
  private mutating func uniform() -> Double {
    let high = Double(word() >> 5)
    let low = Double(word() >> 6)
    return (high * 0x1p26 + low) * 0x1p-53
  }

  private mutating func word() -> UInt32 {
    if next == Self.count { twist() }
    var bits = words[next]
    next += 1
    bits ^= bits >> 11
    bits ^= bits << 7 & 0x9D2C_5680
    bits ^= bits << 15 & 0xEFC6_0000
    return bits ^ bits >> 18
  }

  private mutating func twist() {
    for index in words.indices {
      let mixed =
        words[index] & 0x8000_0000 | words[(index + 1) % Self.count] & 0x7FFF_FFFF
      let odd: UInt32 = mixed & 1 == 1 ? 0x9908_B0DF : 0
      words[index] = words[(index + 397) % Self.count] ^ mixed >> 1 ^ odd
    }
    next = 0
  }
}
