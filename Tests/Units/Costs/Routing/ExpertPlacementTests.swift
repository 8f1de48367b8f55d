import Serving
import Testing

@testable import Costs

/// The two layers of the README of github deepseek-ai/EPLB.
private let published: [(loads: [Double], slots: [Int])] = [
  (
    [90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86],
    [5, 6, 5, 7, 8, 4, 3, 4, 10, 9, 10, 2, 0, 1, 11, 1]
  ),
  (
    [20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27],
    [7, 10, 6, 8, 6, 11, 8, 9, 2, 4, 5, 1, 5, 0, 3, 1]
  ),
]

@Suite struct `EPLB` {
  @Test(arguments: 0..<2)
  func `places both layers of its README as published`(_ layer: Int) {
    let placement = ExpertPlacement(
      balancing: published[layer].loads, slots: 16, groups: 4, nodes: 2, ranks: 8)
    #expect(placement.slots == published[layer].slots)
  }

  @Test func `keeps each group of experts on one node where groups divide by nodes`() {
    let placement = ExpertPlacement(
      balancing: published[0].loads, slots: 16, groups: 4, nodes: 2, ranks: 8)
    let nodes = [placement.slots[..<8], placement.slots[8...]].map { Set($0.map { $0 / 3 }) }
    #expect(nodes[0].isDisjoint(with: nodes[1]) && nodes.allSatisfy { $0.count == 2 })
  }

  /// Graham's bound for the longest job first: 4/3 of the best, which is no less than the mean and
  /// than the largest job.
  @Test func `packs random loads within four thirds of the least possible`() {
    var stream = RandomStream(seed: 1, named: "loads")
    for _ in 0..<100 {
      let jobs = (0..<48).map { _ in stream.exponential() }
      let packs = ExpertPlacement.packed(jobs, in: 8)
      #expect(packs.allSatisfy { $0.count == 6 })
      #expect(packs.flatMap { $0 }.sorted() == Array(0..<48))
      let most = packs.map { $0.reduce(0) { $0 + jobs[$1] } }.max() ?? 0
      let least = max(jobs.reduce(0, +) / 8, jobs.max() ?? 0)
      #expect(most <= 4.0 / 3 * least)
    }
  }

  @Test func `conserves all loads, gives every expert a slot, and never does worse than in order`()
  {
    var stream = RandomStream(seed: 2, named: "loads")
    for ranks in [2, 4, 8, 16] {
      for redundant in [0, 16, 32] {
        let loads = (0..<64).map { _ in stream.lognormal(median: 1, sigma: 1.5) }
        let placement = ExpertPlacement(balancing: loads, slots: 64 + redundant, ranks: ranks)
        let balanced = placement.loads(loads)
        #expect(placement.copies(of: 64).allSatisfy { $0 >= 1 })
        #expect(agree(balanced.reduce(0, +), loads.reduce(0, +)))
        let inOrder = ExpertPlacement(inOrder: 64, ranks: ranks).loads(loads)
        #expect((balanced.max() ?? 0) <= (inOrder.max() ?? 0) * (1 + 1e-12))
      }
    }
  }
}
