import Testing
import Workloads

@testable import Reproductions

@Suite struct `NumPy's random numbers` {
  /// `np.random.seed(42); np.random.randn(8)`, as NumPy's users know them.
  @Test func `come out again number for number`() {
    var random = NumPyRandomState(seed: 42)
    let known = [
      0.4967141530112327, -0.13826430117118466, 0.6476885381006925, 1.5230298564080254,
      -0.23415337472333597, -0.23413695694918055, 1.5792128155073915, 0.7674347291529088,
    ]
    for number in known { #expect(abs(random.normal() - number) < 1e-15) }
  }

  @Test func `are spread as normal numbers are, beyond the generator's first words`() {
    var random = NumPyRandomState(seed: 7)
    let count = 20_000
    let numbers = (0..<count).map { _ in random.normal(mean: 5, deviation: 2) }
    let mean = numbers.reduce(0, +) / Double(count)
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    #expect(abs(mean - 5) < 4 * 2 / Double(count).squareRoot())
    #expect(abs(variance - 4) < 4 * 4 * (2 / Double(count)).squareRoot())
  }
}
