import Support
import Testing

@testable import Costs

@Suite struct TimeTableCodeTests {
  /// 2,048 steps are 32 times 64, so the digit `g`; 256 more are four digits on; none is `A`.
  @Test func `octaves are digits of 64`() {
    let octaves: [Double] = [0, 1, -8, 0x1p-8]
    #expect(TimeTableCode.text(octaves) == "gAkAAAgB")
    #expect(TimeTableCode.octaves("gAkAAAgB//") == octaves + [8 - 0x1p-8])
    #expect(TimeTableCode.text([]) == "" && TimeTableCode.octaves("") == [])
  }

  @Test func `a value comes back within half a step`() throws {
    var random = SeededNumbers(state: 51)
    let values = (0..<5000).map { _ in Double.random(in: -8...7.995, using: &random) }
    let back = try #require(TimeTableCode.octaves(TimeTableCode.text(values)))
    #expect(back.count == values.count)
    for (value, other) in zip(values, back) { #expect(abs(value - other) <= 0.5 / 256) }
    #expect(TimeTableCode.octaves(TimeTableCode.text(back)) == back)
  }

  @Test func `what is beyond eight octaves is eight`() {
    #expect(TimeTableCode.octaves(TimeTableCode.text([-90, 90])) == [-8, 2047.0 / 256])
  }

  @Test(arguments: ["g", "gAk", "g!", "=A", "g ", "é", "gA\n\n"])
  func `other text stands for nothing`(text: String) {
    #expect(TimeTableCode.octaves(text) == nil)
  }
}
