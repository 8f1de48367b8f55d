import Formats
import Serving

/// Why a text is not a point in time.
enum TimeProblem: Error, Equatable {
  case empty
  /// The text is the `XXX` of copies that had their times removed.
  case blankedOut
  case notATime
  /// The text is a number that is no time since 1970 in any unit that is usual.
  case unknownUnit
  /// The part of the text that no calendar or clock shows.
  case impossible(String)
}

/// A point in time, read from a date and a time of day or from a number since 1970.
///
/// `YYYY-MM-DD HH:MM:SS`, with a `T` or a space, any number of fractional digits, and `Z`, an
/// offset such as `+01:00`, or nothing, which means UTC.
struct CivilTime {
  /// Since 1970-01-01 00:00 UTC; not negative.
  private(set) var nanoseconds: Nanoseconds

  init(_ text: Span<UInt8>) throws(TimeProblem) {
    if text.isEmpty { throw .empty }
    if text.isWord("xxx") { throw .blankedOut }
    if text.count > 4 && text[4] == .minus {
      var scanner = TimeScanner()
      let days = try scanner.date(text)
      let time = try scanner.timeOfDay(text)
      nanoseconds = days * 86_400_000_000_000 + time - (try scanner.offset(text))
    } else {
      nanoseconds = try Self.sinceEpoch(text)
    }
    if nanoseconds < 0 { throw .impossible("before 1970") }
  }

  /// The time that is a number of seconds, milliseconds, microseconds or nanoseconds since 1970,
  /// whichever lies from 1973 to 2199: the units are a thousand apart, so no other does.
  private static func sinceEpoch(_ text: Span<UInt8>) throws(TimeProblem) -> Nanoseconds {
    let end = daysSinceEpoch(year: 2200, month: 1, day: 1) * 86_400_000_000_000
    do throws(NumberProblem) {
      let whole = try DecimalNumber(text, places: 0).units
      guard let places = places(of: whole) else {
        if whole >= end { throw .overflow }
        throw .fractional
      }
      return try DecimalNumber(text, places: places).units
    } catch {
      switch error {
      case .overflow: throw .impossible("after 2199")
      case .negative: throw .impossible("before 1970")
      case .fractional: throw .unknownUnit
      default: throw .notATime
      }
    }
  }

  /// The digits of a second behind the point of a time since 1970 in nanoseconds, less those of
  /// its unit; nil where it is too small for any unit, or lies between two.
  private static func places(of number: Int) -> Int? {
    let (first, last) = (100_000_000, daysSinceEpoch(year: 2200, month: 1, day: 1) * 86_400)
    var scale = 1
    for places in [9, 6, 3, 0] {
      if number >= first * scale && number < last * scale { return places }
      scale *= 1000
    }
    return nil
  }

  /// Days from 1970-01-01 to a day of the Gregorian calendar.
  ///
  /// Years are counted from March, so that the leap day is the last of its year.
  static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
    let marchYear = month > 2 ? year : year - 1
    let monthsSinceMarch = (month + 9) % 12
    let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
    let daysBeforeMonth = (153 * monthsSinceMarch + 2) / 5
    let daysFromYearZeroTo1970 = 719_468
    return marchYear * 365 + leapDays + daysBeforeMonth + day - 1 - daysFromYearZeroTo1970
  }

  /// Days in a month of the Gregorian calendar.
  static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// Reads points in time one after the other, of which most have the minute of the one before.
struct CivilTimes {
  /// The text of a time up to its minute, sixteen bytes, and the start of that minute.
  private var minute = SIMD2<UInt64>.zero
  private var start: Nanoseconds = 0

  /// The nanoseconds since 1970 that `CivilTime` makes of `text`.
  @inline(__always)
  mutating func nanoseconds(_ text: Span<UInt8>) throws(TimeProblem) -> Nanoseconds {
    guard let part = Self.partOfMinute(text) else { return try CivilTime(text).nanoseconds }
    let minute = text.withUnsafeBytes { $0.loadUnaligned(as: SIMD2<UInt64>.self) }
    if minute == self.minute { return start + part }
    let whole = try CivilTime(text).nanoseconds
    (self.minute, start) = (minute, whole - part)
    return whole
  }

  /// The seconds of a text that ends with them, up to nine digits of a fraction, and `+00:00` or
  /// nothing.
  @inline(__always)
  private static func partOfMinute(_ text: Span<UInt8>) -> Nanoseconds? {
    let (seconds, point) = (17, 19)
    let end = endsInUTC(text) ? text.count - utc.utf8CodeUnitCount : text.count
    guard end == point || end > point + 1 && end <= point + 10, text[seconds - 1] == .colon,
      let tens = text[seconds].digit, let ones = text[seconds + 1].digit, tens < 6
    else { return nil }
    var units = 10 * tens + ones
    if end > point {
      guard text[point] == .point else { return nil }
      for index in point + 1..<end {
        guard let digit = text[index].digit else { return nil }
        units = 10 * units + digit
      }
    }
    for _ in max(0, end - point - 1)..<9 { units *= 10 }
    return units
  }

  private static let utc: StaticString = "+00:00"

  @inline(__always)
  private static func endsInUTC(_ text: Span<UInt8>) -> Bool {
    let start = text.count - utc.utf8CodeUnitCount
    return start > 0 && text[start] == .plus && text.extracting(start..<text.count).isWord(utc)
  }
}

/// Reads the parts of a point in time one after the other.
private struct TimeScanner {
  private var position = 0

  /// Days since 1970-01-01.
  mutating func date(_ text: Span<UInt8>) throws(TimeProblem) -> Int {
    let year = try number(4, text)
    try skip(.minus, text)
    let month = try number(2, text)
    try skip(.minus, text)
    let day = try number(2, text)
    guard (1970...2199).contains(year) else { throw .impossible("the year \(year)") }
    guard (1...12).contains(month) else { throw .impossible("month \(month)") }
    guard day >= 1 && day <= CivilTime.days(inMonth: month, of: year) else {
      throw .impossible("day \(day) of month \(month) in \(year)")
    }
    return CivilTime.daysSinceEpoch(year: year, month: month, day: day)
  }

  /// Nanoseconds since midnight.
  mutating func timeOfDay(_ text: Span<UInt8>) throws(TimeProblem) -> Nanoseconds {
    guard position < text.count else { throw .notATime }
    guard text[position] == .space || text[position].lowercased == UInt8(ascii: "t") else {
      throw .notATime
    }
    position += 1
    let hour = try number(2, text)
    try skip(.colon, text)
    let minute = try number(2, text)
    try skip(.colon, text)
    let second = try number(2, text)
    guard hour < 24 else { throw .impossible("hour \(hour)") }
    guard minute < 60 else { throw .impossible("minute \(minute)") }
    guard second < 60 else { throw .impossible("second \(second)") }
    return (hour * 3600 + minute * 60 + second) * 1_000_000_000 + (try fraction(text))
  }

  /// The zone's distance from UTC.
  mutating func offset(_ text: Span<UInt8>) throws(TimeProblem) -> Nanoseconds {
    guard position < text.count else { return 0 }
    let mark = text[position]
    position += 1
    if mark.lowercased == UInt8(ascii: "z") && position == text.count { return 0 }
    guard mark == .plus || mark == .minus else { throw .notATime }
    let hours = try number(2, text)
    if position < text.count && text[position] == .colon { position += 1 }
    let minutes = position < text.count ? try number(2, text) : 0
    guard position == text.count else { throw .notATime }
    guard hours < 24 && minutes < 60 else { throw .impossible("an offset of a day or more") }
    return (mark == .minus ? -1 : 1) * (hours * 60 + minutes) * 60_000_000_000
  }

  /// The fraction of a second, if there is one; halves of a nanosecond are rounded up.
  private mutating func fraction(_ text: Span<UInt8>) throws(TimeProblem) -> Nanoseconds {
    guard position < text.count && text[position] == .point else { return 0 }
    let start = position
    position += 1
    while position < text.count && text[position].digit != nil { position += 1 }
    let digits = text.extracting(start..<position)
    do { return try DecimalNumber(digits, places: 9).units } catch { throw .notATime }
  }

  private mutating func number(_ digits: Int, _ text: Span<UInt8>) throws(TimeProblem) -> Int {
    guard position + digits <= text.count else { throw .notATime }
    var value = 0
    for _ in 0..<digits {
      guard let digit = text[position].digit else { throw .notATime }
      value = value * 10 + digit
      position += 1
    }
    return value
  }

  private mutating func skip(_ mark: UInt8, _ text: Span<UInt8>) throws(TimeProblem) {
    guard position < text.count && text[position] == mark else { throw .notATime }
    position += 1
  }
}
