/// Which expert of a layer stands in each slot of its GPUs.
public struct ExpertPlacement: Sendable, Equatable {
  /// The expert of each slot, GPU after GPU; those that stand in several share their tokens.
  public let slots: [Int]
  /// GPUs, or groups of them, each with equally many slots.
  public let ranks: Int

  /// `experts` in their order, whole on their rank, without copies.
  public init(inOrder experts: Int, ranks: Int) {
    precondition(ranks > 0 && experts % ranks == 0, "ranks have equally many experts")
    slots = Array(0..<experts)
    self.ranks = ranks
  }

  /// DeepSeek's expert-parallel load balancer (EPLB, github deepseek-ai/EPLB `eplb.py`): experts of
  /// these `loads` in as many `slots`, such that no rank has much more to do than others.
  ///
  /// Where `groups` of experts divide by `nodes`, a group stays on one node: groups are packed to
  /// nodes, copies made within each, and these packed to its ranks. Otherwise nodes do not count.
  public init(balancing loads: [Double], slots: Int, groups: Int = 1, nodes: Int = 1, ranks: Int) {
    precondition(slots >= loads.count, "every expert has a slot")
    precondition(groups > 0 && loads.count % groups == 0, "groups have equally many experts")
    precondition(nodes > 0 && ranks % nodes == 0 && slots % ranks == 0, "ranks are alike")
    self.ranks = ranks
    let (groups, nodes) = groups % nodes == 0 ? (groups, nodes) : (1, 1)
    let size = loads.count / groups
    let ofGroups = (0..<groups).map { group in
      loads[group * size..<(group + 1) * size].reduce(0, +)
    }
    self.slots = Self.packed(ofGroups, in: nodes).flatMap { node in
      let experts = node.flatMap { $0 * size..<($0 + 1) * size }
      return Self.balanced(experts.map { loads[$0] }, slots / nodes, ranks / nodes).map {
        experts[$0]
      }
    }
  }

  /// The items of each of `packs`, equally many: the heaviest first, each to the lightest pack that
  /// has room; of equal ones the first.
  static func packed(_ weights: [Double], in packs: Int) -> [[Int]] {
    let most = weights.count / packs
    if most == 1 { return weights.indices.map { [$0] } }
    let order = weights.indices.sorted {
      weights[$0] == weights[$1] ? $0 < $1 : weights[$0] > weights[$1]
    }
    var items = [[Int]](repeating: [], count: packs)
    var sums = [Double](repeating: 0, count: packs)
    for item in order {
      var lightest = -1
      for pack in 0..<packs where items[pack].count < most {
        if lightest < 0 || sums[pack] < sums[lightest] { lightest = pack }
      }
      items[lightest].append(item)
      sums[lightest] += weights[item]
    }
    return items
  }

  /// The experts of a node in so many `slots` of its `ranks`, rank after rank: one more copy is of
  /// that which has the most to do a copy, until all slots are taken.
  private static func balanced(_ loads: [Double], _ slots: Int, _ ranks: Int) -> [Int] {
    var copies = [Int](repeating: 1, count: loads.count)
    var list = Array(loads.indices)
    while list.count < slots {
      var busiest = 0
      for expert in loads.indices
      where loads[expert] / Double(copies[expert]) > loads[busiest] / Double(copies[busiest]) {
        busiest = expert
      }
      list.append(busiest)
      copies[busiest] += 1
    }
    let weights = list.map { loads[$0] / Double(copies[$0]) }
    return packed(weights, in: ranks).flatMap { $0.map { list[$0] } }
  }

  /// How many slots each of `experts` stands in.
  func copies(of experts: Int) -> [Int] {
    slots.reduce(into: [Int](repeating: 0, count: experts)) { $0[$1] += 1 }
  }

  /// The rank of each slot.
  func rank(of slot: Int) -> Int { slot / (slots.count / ranks) }

  /// What each rank has to do where experts have these `loads`, and their copies share them.
  public func loads(_ loads: [Double]) -> [Double] {
    let copies = copies(of: loads.count)
    return slots.enumerated().reduce(into: [Double](repeating: 0, count: ranks)) { sums, slot in
      sums[rank(of: slot.offset)] += loads[slot.element] / Double(copies[slot.element])
    }
  }
}
