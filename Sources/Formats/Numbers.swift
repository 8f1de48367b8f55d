/// Numbers as text, the same in every locale.
public enum Numbers {
  /// `value` rounded to `decimals` digits after the point; a value that is not finite is `-`.
  public static func fixed(_ value: Double, decimals: Int) -> String {
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 0x1p62 else { return value.isFinite ? value.description : "-" }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return decimals == 0
      ? sign + padded : "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }

  /// `value` rounded to three significant digits, or to a whole number if it has more.
  public static func significant(_ value: Double) -> String {
    var decimals = 2
    var bound = 9.995
    while decimals > 0 && value.magnitude >= bound {
      decimals -= 1
      bound *= 10
    }
    bound = 0.9995
    while decimals < 9 && value != 0 && value.magnitude < bound {
      decimals += 1
      bound /= 10
    }
    return value == 0 ? "0" : fixed(value, decimals: decimals)
  }

  /// `count` with a comma between thousands.
  public static func grouped(_ count: Int) -> String {
    let digits = String(count.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (count < 0 ? "-" : "") + text
  }

  /// A time to three significant digits, in the unit that suits it.
  public static func duration(_ seconds: Double) -> String {
    for (unit, scale) in [("us", 1e6), ("ms", 1e3)] where seconds.magnitude * scale < 999.5 {
      return seconds == 0 ? "0 s" : "\(significant(seconds * scale)) \(unit)"
    }
    return "\(significant(seconds)) s"
  }

  /// An amount of `unit` to three significant digits, with the prefix that suits it; nothing for
  /// none.
  public static func prefixed(_ value: Double, _ unit: String) -> String {
    guard value.isFinite, value > 0 else { return "" }
    let prefixes = ["", "k", "M", "G", "T", "P"]
    var (scaled, index) = (value, 0)
    while scaled >= 999.5 && index < prefixes.count - 1 {
      scaled /= 1000
      index += 1
    }
    let suffix = prefixes[index] + unit
    return significant(scaled) + (suffix.isEmpty ? "" : " " + suffix)
  }

  /// `value` with as many decimals as it needs, nine at most, and commas between thousands.
  public static func trimmed(_ value: Double) -> String {
    guard value.magnitude < 1e9 else { return value.description }
    let parts = fixed(value.magnitude, decimals: 9).split(separator: ".")
    let decimals = parts[1].reversed().drop { $0 == "0" }.reversed()
    let whole = grouped(Int(parts[0]) ?? 0)
    let sign = value < 0 && (whole != "0" || !decimals.isEmpty) ? "-" : ""
    return sign + whole + (decimals.isEmpty ? "" : "." + String(decimals))
  }

  /// A share as a percentage with one decimal, or with as many more as tell it from the whole.
  public static func percent(_ share: Double) -> String { percent(share, decimals: 1) }

  /// The same with so many decimals at least.
  public static func percent(_ share: Double, decimals: Int) -> String {
    let texts = (decimals...max(decimals, 6)).lazy.map { fixed(share * 100, decimals: $0) }
    let text = texts.first { share >= 1 || !$0.hasPrefix("100.") } ?? "99.999999"
    return "\(text) %"
  }

  /// A rate: three significant digits, and commas between thousands.
  public static func rate(_ perSecond: Double) -> String {
    perSecond.magnitude >= 999.5 && perSecond.magnitude < 0x1p62
      ? grouped(Int(perSecond.rounded())) : significant(perSecond)
  }
}
