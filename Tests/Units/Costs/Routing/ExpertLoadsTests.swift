import Foundation
import Serving
import Testing

@testable import Costs

/// DeepSeek-V3's routed experts on so many ranks.
private func deepSeek(
  ranks: Int, _ popularity: ExpertPopularity = .even, redundant: Int = 0, rebalanced: Bool = false
) -> Mixture {
  var mixture = Mixture(experts: 256, perToken: 8, intermediate: 2048)
  (mixture.ranks, mixture.popularity) = (ranks, popularity)
  (mixture.redundant, mixture.isRebalanced) = (redundant, rebalanced)
  return mixture
}

private let sizes = [1, 2, 3, 8, 30, 100, 511, 512, 513, 2000, 16384]

@Suite struct `The busiest rank` {
  @Test(arguments: [2, 8, 32, 64], [ExpertPopularity.even, .zipf(0.8), .powerLaw(1.2)])
  func `has the mean load or more, and never more experts than it holds`(
    _ ranks: Int, _ popularity: ExpertPopularity
  ) {
    let mixture = deepSeek(ranks: ranks, popularity)
    var last = (pairs: 0.0, distinct: 0.0)
    for tokens in sizes {
      let busiest = mixture.busiest(for: tokens)
      #expect(busiest.pairs >= Double(tokens * 8) / Double(ranks))
      #expect(busiest.distinct <= min(busiest.pairs, Double(256 / ranks)) + 1e-9)
      #expect(busiest.pairs >= last.pairs && busiest.distinct >= last.distinct)
      last = busiest
    }
  }

  /// Of two ranks the greater of n k draws is the mean and, by the normal law, sqrt(2 / pi)
  /// deviations, where a token draws k of E experts without putting one back.
  @Test func `exceeds the mean of two by what chance has it`() {
    let tokens = 512.0
    let deviation = (tokens * 8 * 0.25 * (256 - 8) / 255).squareRoot()
    let expected = deviation * (2 / Double.pi).squareRoot()
    let excess = deepSeek(ranks: 2).busiest(for: 512).pairs - tokens * 4
    // 64 draws of a half-normal number: a standard error of 0.6 / 8 of a deviation.
    #expect(abs(excess - expected) < 3 * 0.6 / 8 * deviation)
  }

  @Test func `nears the mean as tokens grow where choices are even`() {
    let mixture = deepSeek(ranks: 32)
    let shares = [32, 512, 16384].map { mixture.balancedness(for: $0) ?? 0 }
    #expect(shares == shares.sorted() && shares[2] > 0.95 && shares[2] < 1)
    #expect(deepSeek(ranks: 1).balancedness(for: 5) == nil)
  }

  /// One expert of 32 ranks that three tokens in ten go through, one choice each: its rank has at
  /// least 0.3 of the pairs, where the mean is 1/32.
  @Test func `has 9.6 times the mean where one hot expert takes three tokens in ten`() {
    var mixture = Mixture(experts: 64, perToken: 1, intermediate: 8)
    mixture.ranks = 32
    mixture.popularity = .counts([[30] + Array(repeating: 70.0 / 63, count: 63)], source: "hand")
    let excess = 1 / (mixture.balancedness(for: 16384) ?? 1)
    #expect(excess > 9.6 && excess < 10.3)
  }

  @Test func `is worse off with a skew, and relieved by EPLB, the more the more copies there are`()
    throws
  {
    let law = ExpertPopularity.powerLaw(1.2)
    let even = try #require(deepSeek(ranks: 32).balancedness(for: 4096))
    let skewed = try #require(deepSeek(ranks: 32, law).balancedness(for: 4096))
    let placed = try #require(
      deepSeek(ranks: 32, law, rebalanced: true).balancedness(for: 4096))
    let copied = try #require(
      deepSeek(ranks: 32, law, redundant: 32, rebalanced: true).balancedness(for: 4096))
    #expect(skewed < placed && placed < copied && copied < even * 1.001 && skewed < 0.7 * copied)
  }

  @Test func `is the same whenever it is asked for`() {
    let mixture = deepSeek(ranks: 8, .zipf(1))
    #expect(ExpertLoads(of: mixture) == ExpertLoads(of: mixture))
  }
}

@Suite struct `Popularity of experts` {
  @Test(arguments: ["even", "zipf:1.1", "power-law:1.2"])
  func `is read as it is written`(_ text: String) throws {
    let popularity = try ExpertPopularity(named: text, source: "--expert-popularity")
    #expect("\(popularity)" == text)
    let shares = try #require(popularity.shares(of: 64).first)
    #expect(agree(shares.reduce(0, +), 1) && shares == shares.sorted(by: >))
  }

  @Test func `is counted layer by layer, rows in any order, and 0 where there is none`() throws {
    let table = "tokens,expert,layer\n3,1,0\n1,0,0\n5,1,2\n"
    let popularity = try ExpertPopularity(table: Array(table.utf8), source: "counts.csv")
    #expect(popularity.shares(of: 2) == [[0.25, 0.75], [0, 1]])
    #expect(throws: Never.self) { try popularity.check(experts: 2, of: "m") }
    #expect(throws: (any Error).self) { try popularity.check(experts: 3, of: "m") }
  }

  @Test(arguments: [
    "zipf:x", "zipf:-1", "power-law:11", "uneven", "layer,expert,tokens\n0,0,-1\n",
    "layer,expert,tokens\n0.5,0,1\n", "layer,expert,tokens\n", "layer,expert,tokens\n0,0,0\n",
  ])
  func `that makes no sense is refused`(_ text: String) {
    #expect(throws: (any Error).self) {
      if text.contains("\n") {
        _ = try ExpertPopularity(table: Array(text.utf8), source: "counts.csv")
      } else {
        _ = try ExpertPopularity(named: text, source: "--expert-popularity")
      }
    }
  }
}
