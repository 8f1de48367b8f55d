import Metrics
import Testing

/// Published figures: the sources are in `reference/data/checks.csv` of the team's files.
@Suite struct `The money` {
  /// LMSYS on LongCat-Flash, 2025-09: 804 tokens/s a GPU, $0.70 a million of output.
  @Test func `of LongCat's output is 0.70 dollars a million at 2 dollars a GPU hour`() throws {
    let money = Money(gpus: 1, dollarsPerGPUHour: 2)
    let dollars = try #require(money.dollarsPerMillion(tokensPerSecond: 804))
    #expect((0.66...0.72).contains(dollars))
    // As many GPUs more make as many tokens more.
    let many = Money(gpus: 128, dollarsPerGPUHour: 2)
    let alike = try #require(many.dollarsPerMillion(tokensPerSecond: 804 * 128))
    #expect(abs(alike - dollars) < 1e-12)
  }

  /// LMSYS, large-scale EP, 2025-05: 22,282 tokens/s a node of 8 decode, $0.20 a million of output.
  /// Kimi K2, 2025-07: 288,000 tokens/s on 96 H200 of 128, $0.21, which is of those 96 alone.
  @Test(arguments: [(8.0, 2.0, 22_282.0, 0.20), (96, 2.3, 288_000, 0.21)])
  func `of output alone pays for the GPUs that decode`(
    gpus: Double, price: Double, rate: Double, published: Double
  ) throws {
    let money = Money(gpus: gpus, dollarsPerGPUHour: price)
    let dollars = try #require(money.dollarsPerMillion(tokensPerSecond: rate))
    #expect(abs(dollars - published) < 0.005)
  }

  /// DeepSeek's day, open-infra-index day 6: 226.75 nodes of 8, $2 a GPU hour, 608 G input tokens,
  /// 342 G of them from the cache, 168 G output tokens; $87,072, $562,027 and 545 %.
  @Test func `of DeepSeek's day is 87,072 dollars and earns 545 per cent`() {
    let cost = Money(gpus: 226.75 * 8, dollarsPerGPUHour: 2).dollarsPerHour * 24
    #expect(cost == 87_072)
    let income = TokenPrices(input: 0.55, cachedInput: 0.14, output: 2.19)
      .income(input: (608 - 342) * 1e9, cachedInput: 342e9, output: 168e9)
    // The tokens are published in whole thousands of millions.
    #expect(abs(income - 562_027) / 562_027 < 0.001)
    #expect((TokenPrices.margin(income: 562_027, cost: cost) * 100).rounded() == 545)
  }

  @Test func `of tokens that never come is unknown`() {
    #expect(Money(gpus: 1, dollarsPerGPUHour: 1).dollarsPerMillion(tokensPerSecond: 0) == nil)
    #expect(TokenPrices(input: 3, output: 15).cachedInput == 3)
  }
}
