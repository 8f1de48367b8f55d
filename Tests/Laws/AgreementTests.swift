import Schedulers
import Support
import Testing

@testable import Serving

@Suite struct `The real engine and the reference engine` {
  @Test(arguments: ReferencePolicy.allCases)
  func `agree on every request, gap, iteration and block`(_ policy: ReferencePolicy) throws {
    let preemptions = try preemptionsWhereAgreeing(on: 0..<300, policy)
    let evicts = ![.requestLevel, .orca, .trtLLM].contains(policy)
    #expect(evicts == (preemptions > 0), "memory was short where it can be")
  }

  @Test(arguments: ReferenceOption.allCases)
  func `agree under every option that changes who is served`(_ option: ReferenceOption) throws {
    let preemptions = try preemptionsWhereAgreeing(on: 0..<150, option)
    #expect(
      (!ReferenceOption.reserving.contains(option)) == (preemptions > 0),
      "memory was short where it can be")
  }

  @Test(arguments: ReferencePolicy.allCases)
  func `agree where clients stop waiting`(_ policy: ReferencePolicy) throws {
    _ = try preemptionsWhereAgreeing(on: 9000..<9150, policy, \.impatient)
  }

  @Test(arguments: ReferenceOption.allCases)
  func `agree where clients stop waiting, under every option`(_ option: ReferenceOption) throws {
    _ = try preemptionsWhereAgreeing(on: 9000..<9060, option, \.impatient)
  }

  /// An image for which there is no room cuts prompts that stay whole otherwise too.
  @Test(arguments: [ReferenceOption.synchronous033, .intervalAlone033, .priority033, .uncut033])
  func `agree where prompts show images`(_ option: ReferenceOption) throws {
    let preemptions = try preemptionsWhereAgreeing(on: 0..<300, option, \.synchronous.showing)
    #expect(preemptions > 0, "memory was short")
  }

  @Test(arguments: ReferenceResearch.allCases)
  func `agree by schedulers of research`(_ scheduler: ReferenceResearch) throws {
    let preemptions = try preemptionsWhereAgreeing(on: 0..<900, scheduler, count: 300, most: 700)
    // S-LoRA's admits by what answers may take.
    #expect((preemptions > 0) != scheduler.rawValue.hasPrefix("vtc"), "memory was short")
  }

  @Test(arguments: [false, true], [false, true])
  func `agree where sequences decode with drafts`(_ byPriority: Bool, _ isAhead: Bool) throws {
    let preemptions = try preemptionsWhereAgreeing(
      on: 0..<400, ReferenceDrafts(byPriority: byPriority, isAhead: isAhead), \.drafting)
    #expect(preemptions > 0, "memory was short")
  }

  @Test(arguments: [false, true])
  func `agree where sequences decode with drafts and clients stop waiting`(
    _ isAhead: Bool
  ) throws {
    _ = try preemptionsWhereAgreeing(
      on: 9000..<9150, ReferenceDrafts(isAhead: isAhead), \.impatient.drafting)
  }

  @Test(arguments: [false, true], [false, true])
  func `agree where engines read prompts from each other`(
    _ isAhead: Bool, _ byPriority: Bool
  ) throws {
    let preemptions = try preemptionsWhereAgreeing(
      on: 0..<400, ReferenceTransfers(isAhead: isAhead, byPriority: byPriority), \.transferring)
    #expect(preemptions > 0, "memory was short")
  }

  @Test func `cover every scheduler in the list`() {
    #expect(ReferencePolicy.allCases.map(\.rawValue) == Schedulers.all.map(\.name))
    let research = Set(ReferenceResearch.allCases.map { $0.rawValue.prefix { $0 != ":" } })
    #expect(research == ["vtc", "sjf", "mlfq", "edf", "priority-classes"])
    // What users add there is held to the laws of all, and needs no twin.
    #expect(research.isSubset(of: Schedulers.research.map { $0.name[...] }))
  }

  /// Serves the seeded cases with both engines and returns how often a request lost its cache.
  /// Where they disagree, the smallest part of the case that shows it tells how.
  ///
  /// - Parameters:
  ///   - count: how many cases there are to be, where some are left out.
  ///   - most: instants of the longest runs that are looked at; schedulers of research may do
  ///     little but take caches from each other for minutes.
  private func preemptionsWhereAgreeing(
    on seeds: Range<Int>, _ policy: any ReferencePlanner,
    _ variant: KeyPath<RandomCase, RandomCase> = \.self, count: Int? = nil,
    most: Int = .max
  ) throws -> Int {
    var (preemptions, compared) = (0, 0)
    defer { #expect(compared >= count ?? 0, "too few cases are short") }
    for seed in seeds where compared < count ?? .max {
      let example = try RandomCase(planner: policy, seed: seed)[keyPath: variant]
      guard let served = try serve(example, within: most) else { continue }
      compared += 1
      preemptions += served.preemptions
      guard served.difference != nil else { continue }
      let small = try shrunk(example, to: \.smaller) { try serve($0)?.difference != nil }
      Issue.record("\(try serve(small)?.difference ?? ""): \(try small.literal)")
      return preemptions
    }
    return preemptions
  }

  /// In what the two engines differ, if they do, and how often a request lost its cache; nil where
  /// there are more than `most` instants.
  private func serve(
    _ example: RandomCase, within most: Int = .max
  ) throws -> (difference: String?, preemptions: Int)? {
    var simulation = try example.simulation()
    var instants = 0
    while try simulation.step() {
      instants += 1
      if instants == most { return nil }
    }
    let timeline = try simulation.run()
    var reference = ReferenceEngine(
      example.trace, rules: example.rules, policy: example.policy, cost: example.cost)
    reference.timeout = example.timeout
    reference.transfers = (example.remotes ?? []).map { .init(remote: $0) }
    guard reference.run() else { return ("the reference engine stalls", 0) }
    // Nothing is kept of single iterations, so that stretches of them are passed over.
    let coasting = try example.simulate(observing: [])
    let gaps = timeline.gaps.sorted().flatMap { Array(repeating: $0.gap, count: $0.weight) }
    let differences = [
      timeline.iterations == reference.iterations ? nil : "other iterations",
      timeline.records == reference.records ? nil : "other requests",
      gaps == reference.gaps ? nil : "other gaps",
      coasting.records == timeline.records && coasting.gaps == timeline.gaps
        && coasting.occupancy == timeline.occupancy && coasting.end == timeline.end
        && coasting.deadlockedSteps == timeline.deadlockedSteps
        ? nil : "others where stretches are passed over",
      timeline.drafts == reference.drafts ? nil : "other drafts",
    ].compactMap(\.self)
    return (differences.first, reference.states.reduce(0) { $0 + $1.preemptions })
  }
}
