import Testing

@testable import Costs

@Suite struct OverlapTableTests {
  /// Numbers between 0 and 1, by Knuth's generator.
  private struct Numbers {
    var state: UInt64 = 12345

    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / 0x1p53
    }
  }

  @Test(arguments: Ablation.published)
  func `half of 1,000 random batches are within 0.2 % of direct evaluation, and all within 1 %`(
    workload: Ablation
  ) throws {
    let published = try Published()
    let plan = published.search.best(for: published.batch(workload))
    let table = OverlapTable(
      of: plan, tokens: 2048, search: published.search, longest: 4096, prefill: 0.5e-3)
    var numbers = Numbers()
    var errors: [Double] = []
    while errors.count < 1000 {
      let decodes = Int(numbers.next() * 2049)
      let context = numbers.next() * 4096
      let prefill = numbers.next() * 0.5e-3
      // More tokens than that no cache of eight A100 holds.
      if Double(decodes) * context > 1.6e6 { continue }
      let direct = published.search.layerSeconds(
        plan,
        DenseBatch(
          tokens: 2048, decodes: decodes, context: context,
          prefillAttention: StepCost(seconds: prefill)))
      let found = table.seconds(decodes: decodes, context: context, prefillSeconds: prefill)
      errors.append(abs(found / direct - 1))
    }
    errors.sort()
    #expect(errors[500] <= 0.002)
    #expect(errors[999] <= 0.01)
  }
}
