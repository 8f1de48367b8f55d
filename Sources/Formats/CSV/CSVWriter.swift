/// Writes rows of comma-separated values (RFC 4180, with plain line feeds) as bytes.
///
/// Rows are handed on in pieces, so that a file of any length takes little memory.
public struct CSVWriter {
  /// Where the bytes go; it may be called any number of times.
  public typealias Sink = ([UInt8]) throws -> Void

  private static let pieceBytes = 1 << 16
  private var bytes: [UInt8] = []
  private var isRowEmpty = true

  public init() { bytes.reserveCapacity(Self.pieceBytes * 2) }

  /// Adds a field of text, in quotation marks if it needs them.
  ///
  /// A text that a spreadsheet would take for a formula, because it begins with `=`, `+`, `-` or
  /// `@` and is no number, has an apostrophe before it; what would act on a terminal is written as
  /// Swift would write it.
  public mutating func add(_ text: String) {
    separate()
    let text = Plain.text(text, keepsLines: true)
    if text.utf8.count > 1, Self.formulas.contains(text.utf8.first!), Double(text) == nil {
      return append("'" + text)
    }
    append(text)
  }

  private static let formulas = "=+-@".utf8

  private mutating func append(_ text: String) {
    guard text.utf8.contains(where: Self.isSpecial) else {
      bytes.append(contentsOf: text.utf8)
      return
    }
    bytes.append(Self.quote)
    for byte in text.utf8 {
      if byte == Self.quote { bytes.append(Self.quote) }
      bytes.append(byte)
    }
    bytes.append(Self.quote)
  }

  /// Adds a whole number.
  public mutating func add(_ number: Int) {
    separate()
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    append(number.magnitude, atLeast: 1)
  }

  /// Adds a number in as few digits as read back to the same one, or nothing if it is not finite.
  public mutating func add(_ number: Double) {
    separate()
    if number.isFinite { bytes.append(contentsOf: number.description.utf8) }
  }

  /// Adds a time in seconds with all its nine decimals, or nothing where there is none.
  public mutating func add(seconds time: Int?) {
    separate()
    guard let time else { return }
    if time < 0 { bytes.append(UInt8(ascii: "-")) }
    let (seconds, nanoseconds) = time.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    append(seconds, atLeast: 1)
    bytes.append(UInt8(ascii: "."))
    append(nanoseconds, atLeast: 9)
  }

  /// Ends the row, and hands on what there is if it is enough.
  public mutating func endRow(_ sink: Sink) rethrows {
    bytes.append(UInt8(ascii: "\n"))
    isRowEmpty = true
    if bytes.count >= Self.pieceBytes { try flush(sink) }
  }

  /// Hands on what there is.
  public mutating func flush(_ sink: Sink) rethrows {
    if !bytes.isEmpty { try sink(bytes) }
    bytes.removeAll(keepingCapacity: true)
  }

  private static var quote: UInt8 { UInt8(ascii: "\"") }

  /// Whether a field that holds `byte` has to be quoted.
  private static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case quote, UInt8(ascii: ","), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
    default: false
    }
  }

  private mutating func separate() {
    if !isRowEmpty { bytes.append(UInt8(ascii: ",")) }
    isRowEmpty = false
  }

  /// Appends `number` with zeros before it up to `digits`.
  private mutating func append(_ number: UInt, atLeast digits: Int) {
    var power: UInt = 1
    var count = 1
    while count < digits || number / power >= 10 {
      power *= 10
      count += 1
    }
    while power > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / power % 10))
      power /= 10
    }
  }
}
