import Formats
import Testing

private func given(_ text: String) -> GivenValue { GivenValue(source: "--limit", text: text) }

@Suite struct GivenValueTests {
  @Test(arguments: [("0", 0), ("-7", -7), ("+7", 7), ("9223372036854775807", Int.max)])
  func `a whole number is read`(text: String, value: Int) throws {
    #expect(try given(text).int() == value)
  }

  @Test(arguments: [
    "", " 1", "1 ", "1x", "1.0", "1e3", "0x10", "-", "--1", "1_000", "1,000", "\u{661}", "nan",
    "9223372036854775808", "\u{ff11}",
  ])
  func `what is no whole number is refused`(text: String) {
    #expect(throws: InputError.self) { try given(text).int() }
  }

  @Test func `a whole number outside its bounds is told which are right`() {
    let low = #expect(throws: InputError.self) { try given("0").int(min: 1) }
    #expect(
      low?.description == "--limit: 0 is too small; give a whole number of at least 1")
    let high = #expect(throws: InputError.self) { try given("9").int(min: 1, max: 8) }
    #expect(high?.remedy == "give a whole number of at least 1 and at most 8")
    let only = #expect(throws: InputError.self) { try given("9").int(max: 8) }
    #expect(only?.remedy == "give a whole number of at most 8")
  }

  @Test(arguments: [
    ("0", 0.0), ("1.5", 1.5), (".5", 0.5), ("5.", 5), ("-2.5e-3", -0.0025), ("1E+2", 100),
  ])
  func `a number is read`(text: String, value: Double) throws {
    #expect(try given(text).double() == value)
  }

  @Test(arguments: [
    "", ".", "e5", "1e", "1e+", "nan", "NaN", "inf", "-inf", "infinity", "1e999", "-1e999", "0x1p3",
    "1,5", "1.5.", "1.5x", " 1", "1 ", "1e5e5", "1_0", "--1", "1e1.5",
  ])
  func `what is no finite number is refused`(text: String) {
    #expect(throws: InputError.self) { try given(text).double() }
  }

  @Test func `an exclusive bound refuses the bound itself`() throws {
    #expect(try given("0").double(min: 0) == 0)
    let error = #expect(throws: InputError.self) {
      try given("0").double(min: 0, max: 0.5, exclusive: true)
    }
    #expect(error?.remedy == "give a number above 0 and at most 0.5")
    #expect(throws: InputError.self) { try given("0.6").double(max: 0.5) }
    #expect(try given("0.5").double(max: 0.5) == 0.5)
  }

  @Test func `a number too small to be held is not above zero`() {
    #expect(throws: InputError.self) { try given("1e-999").double(min: 0, exclusive: true) }
  }

  @Test func `a choice is one of the names, or the nearest is offered`() throws {
    #expect(try given("poisson").choice(of: ["trace", "poisson"]) == "poisson")
    let error = #expect(throws: InputError.self) {
      try given("poison").choice(of: ["trace", "poisson"])
    }
    #expect(error?.remedy == "did you mean poisson? give one of trace, poisson")
  }

  @Test func `a list has no empty piece`() throws {
    #expect(try given("a,b").list() == ["a", "b"])
    for text in ["", ",", "a,", ",a", "a,,b"] {
      #expect(throws: InputError.self) { try given(text).list() }
    }
  }
}
