import Foundation
import Testing

@testable import servesim

@Suite struct ProgressMeterTests {
  @Test func `nothing is shown in the first second`() {
    var meter = ProgressMeter("replay", parts: 1)
    #expect(meter.update(0.5, part: 0, elapsed: .seconds(1)) == nil)
    let early = meter.hide()
    #expect(!early)
    #expect(meter.update(0.5, part: 0, elapsed: .milliseconds(1001)) != nil)
    let (shown, again) = (meter.hide(), meter.hide())
    #expect(shown && !again)
  }

  @Test func `it is drawn at most ten times a second`() {
    var meter = ProgressMeter("replay", parts: 1)
    let lines = (0..<10_000).compactMap {
      meter.update(Double($0) / 1e4, part: 0, elapsed: .milliseconds($0))
    }
    #expect(lines.count == 90)
  }

  @Test func `percent and time left are those of all parts together`() {
    var meter = ProgressMeter("compare", parts: 2)
    #expect(meter.update(1, part: 0, elapsed: .zero) == nil)
    let line = meter.update(0.5, part: 1, elapsed: .seconds(30))
    let bar = String(repeating: "#", count: 30) + String(repeating: "-", count: 10)
    #expect(line == "compare  75 % [\(bar)] 10 s left")
  }

  @Test(arguments: [-1, 0, 0.001, 0.02, 1, 2, .infinity, .nan] as [Double])
  func `any fraction makes a line that fits a terminal`(fraction: Double) throws {
    var meter = ProgressMeter("synthesize", parts: 1)
    let line = meter.update(fraction, part: 0, elapsed: .seconds(100_000))
    #expect(try #require(line).count < 80)
  }
}

@Suite struct ProgressBarTests {
  @Test func `nothing is written where there is no terminal`() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    do {
      let bar = ProgressBar("replay", on: ends[1])
      usleep(1_050_000)
      bar.update(0.5)
    }
    close(ends[1])
    var byte: UInt8 = 0
    #expect(read(ends[0], &byte, 1) == 0)
  }

  @Test func `threads share a terminal line, which is cleared at the end`() throws {
    let terminal = try #require(Terminal())
    do {
      let bar = ProgressBar("compare", parts: 2, on: terminal.inside)
      DispatchQueue.concurrentPerform(iterations: 2) { part in
        for step in 1...60 {
          usleep(20_000)
          bar.update(Double(step) / 60, part: part)
        }
      }
    }
    let text = terminal.close()
    let lines = text.split(separator: "\r")
    #expect(lines.count >= 2)
    #expect(lines.dropLast().allSatisfy { $0.hasPrefix("compare ") && $0.hasSuffix("\u{1b}[K") })
    #expect(lines.last == "\u{1b}[K")
  }
}

/// A terminal that is read by the test.
private struct Terminal {
  private let outside: Int32
  let inside: Int32

  init?() {
    outside = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var (number, unlocked): (Int32, Int32) = (0, 0)
    let (getNumber, setLock): (UInt, UInt) = (0x8004_5430, 0x4004_5431)
    guard outside >= 0, ioctl(outside, getNumber, &number) == 0,
      ioctl(outside, setLock, &unlocked) == 0
    else { return nil }
    inside = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    if inside < 0 { return nil }
  }

  /// Everything that was written to the terminal.
  func close() -> String {
    _ = fcntl(outside, F_SETFL, O_NONBLOCK)
    var text: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 1 << 12)
    while case let count = read(outside, &bytes, bytes.count), count > 0 {
      text += bytes.prefix(count)
    }
    Glibc.close(inside)
    Glibc.close(outside)
    return String(decoding: text, as: UTF8.self)
  }
}
