import Formats
import Serving

extension CSVReader {
  /// The hashes of a prompt's blocks: 64-bit numbers with spaces between, maybe none.
  func hashes(_ column: Column) throws(InputError) -> [UInt64] {
    var hashes: [UInt64] = []
    let range = range(of: column)
    let lengthOfLongest = 20
    hashes.reserveCapacity((range.count + lengthOfLongest) / (lengthOfLongest + 1))
    var next = range.lowerBound
    while next < range.upperBound {
      if bytes[next].isBlank {
        next += 1
        continue
      }
      var end = next
      while end < range.upperBound && !bytes[end].isBlank { end += 1 }
      let text = bytes.span.extracting(next..<end)
      guard let hash = hash(text) else {
        throw error(
          in: column, "\(Formats.excerpt(of: text)) is not a 64-bit number",
          "whole numbers, decimal or 0x and hexadecimal, with spaces between")
      }
      hashes.append(hash)
      next = end
    }
    return hashes
  }

  /// A number from -2^63 to 2^64 - 1; a negative one stands for the same bits.
  private func hash(_ text: Span<UInt8>) -> UInt64? {
    if text.count > 2 && text[0] == .zero && text[1].lowercased == UInt8(ascii: "x") {
      return hexadecimal(text.extracting(2..<text.count))
    }
    guard text[0] == .minus else { return decimal(text) }
    guard let magnitude = decimal(text.extracting(1..<text.count)), magnitude <= 1 << 63 else {
      return nil
    }
    return 0 &- magnitude
  }

  private func hexadecimal(_ text: Span<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for index in text.indices {
      guard let digit = text[index].hexadecimalDigit, value >> 60 == 0 else { return nil }
      value = value << 4 | digit
    }
    return value
  }

  private func decimal(_ text: Span<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for index in text.indices {
      guard let digit = text[index].digit else { return nil }
      let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isStillTooLarge) = tens.addingReportingOverflow(UInt64(digit))
      if isTooLarge || isStillTooLarge { return nil }
      value = sum
    }
    return text.isEmpty ? nil : value
  }
}
