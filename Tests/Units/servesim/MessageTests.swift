import Reporting
import Serving
import Testing

@testable import Formats
@testable import servesim

@Suite struct MessageTests {
  @Test func `a message is one line, whatever the user typed`() {
    let evil = "a\nb\r\u{1b}[31m\u{0}\u{85}\u{2028}\u{202e}c"
    let line = errorLine(for: InputError(evil, problem: evil, remedy: evil))
    #expect(line?.hasPrefix("servesim: a\\nb\\r\\u{1B}[31m") == true)
    #expect(line?.dropLast().unicodeScalars.allSatisfy { (32..<127).contains($0.value) } == true)
    #expect(line?.last == "\n")
  }

  @Test func `what is printed moves, hides and colours nothing but by its lines`() {
    #expect(
      Plain.text("a\u{1b}[31m\u{202e}\r\nb\t", keepsLines: true) == "a\\u{1B}[31m\\u{202E}\\r\nb\\t"
    )
    #expect(Plain.text("é─推論\n", keepsLines: true) == "é─推論\n")
  }

  @Test func `words of any script are left as they are`() {
    #expect(quoted("données/推論.csv") == "\"données/推論.csv\"")
  }

  @Test func `a long text loses its middle`() {
    let text = String(repeating: "a", count: 5000) + "end"
    #expect(abridged(text).count <= 60)
    #expect(abridged(text).hasSuffix("aend"))
    let line = errorLine(for: InputError("a", problem: text, remedy: "do this"))
    #expect((line?.count ?? 0) < 700)
    #expect(line?.hasSuffix("; do this\n") == true)
  }

  @Test func `a mistake, a failure and a reader who leaves have codes of their own`() {
    #expect(ExitCode(after: InputError("a", problem: "b", remedy: "c")).rawValue == 2)
    #expect(ExitCode(after: Failure("stalled")).rawValue == 1)
    #expect(ExitCode(after: BrokenPipe()).rawValue == 0)
    #expect(errorLine(for: BrokenPipe()) == nil)
  }
}
