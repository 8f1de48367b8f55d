import Formats
import Foundation

/// How the values of an axis are spread along it.
public enum ChartScale: Sendable, Equatable {
  case linear
  case log10
  /// Shares below one by how little is left: 90 %, 99 % and 99.9 % are as far from each other.
  case tail

  /// How the ticks of an axis are labelled.
  public enum Labels: Sendable, Equatable {
    case number
    /// Values are seconds, and labels have the unit that suits them.
    case duration
    /// Values are shares.
    case percent

    func text(_ value: Double) -> String {
      switch self {
      case .number: return Numbers.trimmed(value)
      case .percent: return "\(Numbers.trimmed(value * 100)) %"
      case .duration:
        for (unit, scale) in [("us", 1e6), ("ms", 1e3)] where value.magnitude * scale < 999.5 {
          return value == 0 ? "0 s" : "\(Numbers.trimmed(value * scale)) \(unit)"
        }
        return "\(Numbers.trimmed(value)) s"
      }
    }
  }

  /// Where `value` lies, in a measure that is even along the axis.
  func position(_ value: Double) -> Double {
    switch self {
    case .linear: value
    case .log10: value > 0 ? Foundation.log10(value) : -.infinity
    case .tail: value < 1 ? -Foundation.log10(1 - value) : .infinity
    }
  }

  /// A range with round ends that holds `values`.
  func range(of values: [Double]) -> ClosedRange<Double> {
    let shown = self == .log10 ? values.filter { $0 > 0 } : values
    let (least, greatest) = (shown.min() ?? 0, shown.max() ?? 0)
    switch self {
    case .linear: return linearRange(least, greatest)
    case .log10: return logarithmicRange(least, greatest)
    case .tail: return 0...0.999
    }
  }

  /// The values in `range` that are labelled.
  func ticks(in range: ClosedRange<Double>) -> [Double] {
    switch self {
    case .linear: return multiples(of: Self.step(range.upperBound - range.lowerBound), in: range)
    case .log10:
      let all = Self.roundNumbers(in: range, digits: [1, 2, 5])
      let decades = Self.roundNumbers(in: range, digits: [1])
      return all.count <= 10 || decades.count < 2 ? all : decades
    case .tail: return [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999].filter(range.contains)
    }
  }

  private func linearRange(_ least: Double, _ greatest: Double) -> ClosedRange<Double> {
    let low = least >= 0 && least < greatest * 0.4 ? 0 : least
    let high = greatest > low ? greatest : low + 1
    let step = Self.step(high - low)
    return (low / step).rounded(.down) * step...(high / step).rounded(.up) * step
  }

  private func logarithmicRange(_ least: Double, _ greatest: Double) -> ClosedRange<Double> {
    guard least > 0 else { return 0.1...1 }
    let near = Self.roundNumbers(in: least / 10...greatest * 10, digits: [1, 2, 5])
    let low = near.last { $0 <= least } ?? least
    let high = near.first { $0 >= greatest && $0 > low } ?? greatest
    return low...high
  }

  private func multiples(of step: Double, in range: ClosedRange<Double>) -> [Double] {
    let first = Int((range.lowerBound / step).rounded(.up))
    let last = Int((range.upperBound / step + 1e-9).rounded(.down))
    return first > last ? [] : (first...last).map { Double($0) * step }
  }

  /// The distance of about five to ten ticks over `span`: 1, 2 or 5 times a power of ten.
  private static func step(_ span: Double) -> Double {
    let decade = power(Int(Foundation.log10(span / 5).rounded(.down)))
    return [1, 2, 5, 10].map { $0 * decade }.first { span / $0 <= 8 } ?? decade * 10
  }

  private static func roundNumbers(
    in range: ClosedRange<Double>, digits: [Double]
  ) -> [Double] {
    let first = Int(Foundation.log10(range.lowerBound).rounded(.down)) - 1
    let last = Int(Foundation.log10(range.upperBound).rounded(.up))
    return (first...last).flatMap { exponent in digits.map { $0 * power(exponent) } }
      .filter(range.contains)
  }

  /// A power of ten, as exact as a `Double` holds it.
  private static func power(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? 0 }
}
