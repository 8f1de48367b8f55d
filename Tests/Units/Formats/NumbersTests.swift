import Testing

@testable import Formats

@Suite struct NumbersTests {
  @Test func `amounts have the prefix that suits them, and nothing has none`() {
    #expect(
      [0, 5, 999.4, 999.6, 12_345, 2.5e9, 3e18].map { Numbers.prefixed($0, "B") }
        == ["", "5.00 B", "999 B", "1.00 kB", "12.3 kB", "2.50 GB", "3000 PB"])
    #expect(Numbers.prefixed(1.5e12, "") == "1.50 T")
  }

  @Test(arguments: [
    (0.0, "0"), (0.001234, "0.00123"), (0.12345, "0.123"), (0.9996, "1.00"), (1.005, "1.00"),
    (9.994, "9.99"), (9.996, "10.0"), (99.96, "100"), (123.4, "123"), (12345.6, "12346"),
    (-3.14159, "-3.14"),
  ])
  func `three digits are significant and whole numbers stay whole`(value: Double, text: String) {
    #expect(Numbers.significant(value) == text)
  }

  @Test(arguments: [
    (0.0, "0 s"), (0.000_012_34, "12.3 us"), (0.000_999_7, "1.00 ms"), (0.0123, "12.3 ms"),
    (0.9994, "999 ms"), (0.9996, "1.00 s"), (81.25, "81.3 s"), (3600.4, "3600 s"),
  ])
  func `a time has the unit that suits it`(seconds: Double, text: String) {
    #expect(Numbers.duration(seconds) == text)
  }

  @Test func `thousands are parted by commas`() {
    #expect(Numbers.grouped(0) == "0")
    #expect(Numbers.grouped(999) == "999")
    #expect(Numbers.grouped(1_000) == "1,000")
    #expect(Numbers.grouped(-1_234_567) == "-1,234,567")
  }

  @Test func `decimals are fixed and zero has no sign`() {
    #expect(Numbers.fixed(2.5, decimals: 2) == "2.50")
    #expect(Numbers.fixed(0.05, decimals: 2) == "0.05")
    #expect(Numbers.fixed(-0.001, decimals: 2) == "0.00")
    #expect(Numbers.fixed(.nan, decimals: 2) == "-")
  }

  @Test func `a share that is not the whole is never printed as one`() {
    #expect(Numbers.percent(1) == "100.0 %" && Numbers.percent(0.9994) == "99.9 %")
    #expect(Numbers.percent(0.9996) == "99.96 %")
    #expect(Numbers.percent(19_365.0 / 19_366) == "99.99 %")
    #expect(Numbers.percent(0.99998, decimals: 2) == "99.998 %")
    #expect(Numbers.percent(1.0.nextDown) == "99.999999 %")
  }
}
