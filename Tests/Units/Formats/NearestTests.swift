import Testing

@testable import Formats
@testable import Serving

@Suite struct `A name that nobody has` {
  @Test func `is shown in so far as fits a line, and what there is follows`() {
    let short = InputError.unknown("model", "xyz", among: ["a", "b"], in: "--model")
    #expect(short.problem == "there is no model \"xyz\"" && short.remedy == "there are a, b")
    let long = String(repeating: "é", count: 5000)
    let error = InputError.unknown("model", long, among: ["a", "b"], in: "--model")
    #expect(error.problem == "there is no model \"\(long.prefix(60))…\"")
    #expect(error.remedy == "there are a, b")
  }
}
