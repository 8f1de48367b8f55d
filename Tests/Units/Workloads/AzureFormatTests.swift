import Foundation
import Serving
import Support
import Testing

@testable import Workloads

private let header = "TIMESTAMP,ContextTokens,GeneratedTokens"

private func nanoseconds(_ text: String) throws -> Nanoseconds {
  try CivilTime(Array(text.utf8).span).nanoseconds
}

@Test func `the layout of 2023 is read: CRLF, seven digits, no zone, no last line end`() throws {
  let loaded = try load(
    "\(header)\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:50.9951690,396,109")
  #expect(loaded.formatName == "azure")
  #expect(
    loaded.trace.requests == [
      Request(arrival: 0, promptTokens: 374, outputTokens: 44),
      Request(arrival: 4_314_579_000, promptTokens: 396, outputTokens: 109),
    ])
  #expect(loaded.notes.isEmpty)
}

@Test func `the layout of 2024 is read: an offset, and six digits or none`() throws {
  let loaded = try load(
    "\(header)\n2024-05-10 00:00:00.009930+00:00,2,1\n2024-05-10 00:00:01+00:00,4,3\n")
  #expect(loaded.trace.requests.map(\.arrival) == [0, 990_070_000])
}

@Test func `times count from the earliest row, wherever it stands`() throws {
  let loaded = try load("\(header)\n1700158546680,2,1\n1700158546000,4,3\n1700158546500.25,6,5\n")
  #expect(loaded.trace.requests.map(\.arrival) == [0, 500_250_000, 680_000_000])
  #expect(loaded.notes.count == 1)
}

@Test func `times that were blanked out in some rows are refused with a hint`() {
  let error = refusal("\(header)\n1700158546680,2,1\nXXX,2,1\n")
  #expect(isAbout(error, line: 3, column: "TIMESTAMP", says: "XXX"))
  #expect(error?.remedy.contains("to all of them") == true)
}

@Test(arguments: [
  ("2023-02-29 00:00:00", "day 29 of month 2 in 2023"), ("2024-04-31 00:00:00", "day 31"),
  ("2100-02-29 00:00:00", "day 29 of month 2 in 2100"), ("2023-13-01 00:00:00", "month 13"),
  ("2023-00-01 00:00:00", "month 0"), ("2023-01-00 00:00:00", "day 0"),
  ("2023-01-01 24:00:00", "hour 24"), ("2023-01-01 00:60:00", "minute 60"),
  ("2023-01-01 00:00:60", "second 60"), ("1969-12-31 23:59:59", "the year 1969"),
  ("9999-01-01 00:00:00", "the year 9999"), ("1970-01-01 00:00:00+00:01", "before 1970"),
  ("2023-01-01 00:00:00+24:00", "an offset of a day"), ("-5", "before 1970"),
  ("99999999999999999999", "after 2199"),
])
func `a time that was never on calendar and clock is refused`(time: String, words: String) {
  let error = refusal("\(header)\n2023-01-01 00:00:00,1,1\n\(time),1,1\n")
  #expect(isAbout(error, line: 3, column: "TIMESTAMP", says: "cannot be: \(words)"))
}

@Test(arguments: [
  "yesterday", "2023-11-16", "2023-11-16 18:15", "2023-11-16 18:15:46 CET", "2023-1-16 18:15:46",
  "2023-11-16 18:15:46.12+1", "2023-11-16_18:15:46", "2023/11/16 18:15:46", "nan", "inf",
  "2023-11-16 18:15:46Zx", "2023-11-16 18:15:4", "2023-11-16 18:15:46.", "2023-", "18:15:46",
])
func `a text that is no time is refused`(time: String) {
  let error = refusal("\(header)\n\(time),1,1\n")
  #expect(isAbout(error, line: 2, column: "TIMESTAMP", says: "is not a time"))
}

@Test(arguments: [
  ("1970-01-01 00:00:00", 0), ("1970-01-01T00:00:01Z", 1_000_000_000),
  ("2000-02-29 12:00:00", 951_825_600_000_000_000),
  ("2000-03-01 00:00:00.5", 951_868_800_500_000_000),
  ("2023-11-16 18:15:46.6805900", 1_700_158_546_680_590_000),
  ("1700158546680.59", 1_700_158_546_680_590_000),
  ("2023-11-16T19:45:46.680590000+01:30", 1_700_158_546_680_590_000),
  ("2023-11-16 11:15:46.68059-0700", 1_700_158_546_680_590_000),
  ("2023-11-16 11:15:46.680590-07", 1_700_158_546_680_590_000),
  ("1970-01-01 00:00:00.0000000005", 1), ("1970-01-01 00:00:59.9999999999", 60_000_000_000),
  ("2199-12-31 23:59:59", 7_258_118_399_000_000_000),
  ("1700158546.68059", 1_700_158_546_680_590_000),
  ("1700158546680590", 1_700_158_546_680_590_000),
  ("1700158546680590000", 1_700_158_546_680_590_000), ("1e9", 1_000_000_000_000_000_000),
  ("100000000", 100_000_000_000_000_000), ("7258118399", 7_258_118_399_000_000_000),
])
func `a time is nanoseconds since 1970`(text: String, expected: Int) throws {
  #expect(try nanoseconds(text) == expected)
}

@Test(arguments: ["0", "1.5", "99999999", "7258118400", "99999999999", "7258118400000"])
func `a number that is no time since 1970 in any unit is refused`(time: String) {
  let error = refusal("\(header)\n1700158546,1,1\n\(time),1,1\n")
  #expect(isAbout(error, line: 3, column: "TIMESTAMP", says: "is no time since 1970 in any unit"))
  #expect(error?.remedy.contains("arrival_s") == true)
}

@Test func `a unit changes no arrival`() throws {
  let seconds = ["1700158546", "1700158547.5", "1700158549.000000001"]
  let expected = [0, 1_500_000_000, 3_000_000_001]
  for scale in [0, 3, 6, 9] {
    let rows = seconds.map { text in
      let parts = (text + (text.contains(".") ? "" : ".")).split(
        separator: ".", omittingEmptySubsequences: false)
      let digits = parts[0] + parts[1].padding(toLength: 9, withPad: "0", startingAt: 0)
      return "\(digits.dropLast(9 - scale)).\(digits.suffix(9 - scale)),1,1"
    }
    let trace = try load("\(header)\n" + rows.joined(separator: "\n")).trace
    #expect(trace.requests.map(\.arrival) == expected)
  }
}

@Test func `times one after the other are what each is by itself`() {
  var random = SeededNumbers(state: 11)
  var times = CivilTimes()
  for _ in 0..<20_000 {
    func pick(_ words: [String]) -> String { words[Int.random(in: words.indices, using: &random)] }
    let minute = pick([
      "2023-11-16 18:15", "2023-11-16T18:16", "2023-13-16 18:15", "202-11-16 18:15",
    ])
    let second = pick([":46", ":00", ":59", ":60", ":6", "46", ""])
    let fraction = pick(["", ".", ".6805900", ".123456789", ".1234567895", ".5", ".x", ",5"])
    let zone = pick(["", "+00:00", "Z", "+01:00", "-00:00", "+00:0", "+00:00 "])
    let text = Array((minute + second + fraction + zone).utf8)
    let alone = Result { () throws(TimeProblem) in try CivilTime(text.span).nanoseconds }
    let next = Result { () throws(TimeProblem) in try times.nanoseconds(text.span) }
    #expect(alone == next, "\(minute)\(second)\(fraction)\(zone)")
  }
}

@Test func `every day from 1970 to 2199 follows the one before`() {
  var day = 0
  for year in 1970...2199 {
    for month in 1...12 {
      for dayOfMonth in 1...CivilTime.days(inMonth: month, of: year) {
        #expect(
          CivilTime.daysSinceEpoch(year: year, month: month, day: dayOfMonth) == day)
        day += 1
      }
    }
  }
  #expect(day == 84_006)
}
