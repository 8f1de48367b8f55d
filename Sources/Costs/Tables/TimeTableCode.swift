/// Octaves as text, two characters each: base64 digits of a number of 12 bits that counts 256ths of
/// an octave from -8 octaves on.
///
/// A value is rounded by at most 0.14 %.
enum TimeTableCode {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The text for `octaves`; what lies beyond 8 octaves either way is taken to be 8.
  static func text(_ octaves: [Double]) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 * octaves.count)
    for value in octaves {
      let steps = min(max((value * 256).rounded() + 2048, 0), 4095)
      bytes.append(digits[Int(steps) >> 6])
      bytes.append(digits[Int(steps) & 63])
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The octaves that `text` stands for, or nil if it is no such text.
  static func octaves(_ text: String) -> [Double]? {
    let values = table
    let bytes = Array(text.utf8)
    guard bytes.count.isMultiple(of: 2) else { return nil }
    var octaves: [Double] = []
    octaves.reserveCapacity(bytes.count / 2)
    for index in stride(from: 0, to: bytes.count, by: 2) {
      let high = values[Int(bytes[index])]
      let low = values[Int(bytes[index + 1])]
      guard high >= 0 && low >= 0 else { return nil }
      octaves.append(Double(high << 6 + low - 2048) / 256)
    }
    return octaves
  }

  /// The value of each byte as a digit; -1 for those that are none.
  private static let table: [Int] = {
    var values = [Int](repeating: -1, count: 256)
    for (value, digit) in digits.enumerated() { values[Int(digit)] = value }
    return values
  }()
}
