import Metrics
import Serving
import Studies
import Workloads

/// How much more Sarathi-Serve serves than others within limits of TBT and of scheduling delay
/// (Agrawal et al., OSDI 2024).
enum SarathiCapacity {
  /// What a text or a bar's label says of it.
  private struct Claim: Sendable {
    var setup: SarathiSetup
    var length = SarathiLengths.chat
    var limit: SarathiSetup.Limit
    var against: SarathiSetup.System
    var published: Double
    /// Where the other system runs, if elsewhere.
    var elsewhere: SarathiSetup?
  }

  /// What the abstract and sections 5.1 to 5.3 say. Where they do not name the limit, it is the one
  /// whose bar in Figures 10 and 11 has that height.
  static let stated = ReproductionEntry(
    "sarathi-capacity", "how much more Sarathi-Serve serves than Orca and vLLM",
    source: "Sarathi-Serve (OSDI 2024), abstract and section 5"
  ) { jobs in
    let (mistral, yi) = (try SarathiSetup.mistral(), try SarathiSetup.yi())
    let (llama, falcon) = (try SarathiSetup.llama(), try SarathiSetup.falcon())
    return try rows(
      [
        Claim(setup: mistral, limit: .strict, against: .vllm, published: 3.5),
        Claim(setup: yi, limit: .strict, against: .orca, published: 4.0),
        Claim(setup: yi, limit: .strict, against: .vllm, published: 3.7),
        Claim(setup: yi, limit: .relaxed, against: .vllm, published: 1.65),
        Claim(setup: llama, limit: .relaxed, against: .orca, published: 6.3),
        Claim(setup: llama, limit: .strict, against: .vllm, published: 4.3),
        Claim(setup: falcon, limit: .relaxed, against: .orca, published: 5.6),
        Claim(setup: falcon, limit: .strict, against: .vllm, published: 3.6),
        Claim(setup: falcon, limit: .relaxed, against: .vllm, published: 1.48),
        Claim(
          setup: falcon, limit: .strict, against: .vllm, published: 4.3,
          elsewhere: try SarathiSetup.falconAcrossServers()),
      ], jobs: jobs)
  }

  /// The labels on the bars of Figures 10 and 11, as readers noted them: which bar a label of the
  /// papers' data set belongs to is taken from the order of the others.
  static let labelled = ReproductionEntry(
    "sarathi-bars", "how much more Sarathi-Serve serves than Orca, by the labels of the bars",
    source: "Sarathi-Serve (OSDI 2024), Figures 10 and 11, at second hand"
  ) { jobs in
    let bars: [(SarathiSetup, chat: [Double], arxiv: [Double])] = [
      (try SarathiSetup.mistral(), [2.78, 2.15], [1.82, 1.97]),
      (try SarathiSetup.yi(), [4.00, 2.44], [1.69, 1.94]),
      (try SarathiSetup.llama(), [5.54, 6.31], [4.60, 3.00]),
      (try SarathiSetup.falcon(), [4.69, 5.62], [4.20, 2.75]),
    ]
    let claims = bars.flatMap { setup, chat, arxiv in
      [(SarathiLengths.chat, chat), (.arxiv, arxiv)].flatMap { length, labels in
        zip([SarathiSetup.Limit.strict, .relaxed], labels).map { limit, label in
          Claim(setup: setup, length: length, limit: limit, against: .orca, published: label)
        }
      }
    }
    return try rows(claims, jobs: jobs)
  }

  private static func rows(_ claims: [Claim], jobs: Int) throws -> [Reproduction.Row] {
    try parallelMap(claims, jobs: jobs) { _, claim in
      let ours = try capacity(.sarathi, claim.setup, claim)
      let theirs = try capacity(claim.against, claim.elsewhere ?? claim.setup, claim)
      return Reproduction.Row(
        system: "sarathi over \(claim.against.rawValue)" + (claim.elsewhere == nil ? "" : " TP8"),
        workload: "\(claim.setup.model.name) \(claim.length) \(claim.limit)",
        metric: "capacity_ratio", published: claim.published, ours: ours / theirs)
    }
  }

  /// The highest rate of `system` within the limits of `claim`, in requests a second.
  private static func capacity(
    _ system: SarathiSetup.System, _ setup: SarathiSetup, _ claim: Claim
  ) throws -> Double {
    let scheduler = setup.scheduler(system, claim.limit, length: claim.length.maxTokens)
    return try setup.capacity(
      of: scheduler, claim.length, tbtSeconds: setup.seconds(claim.limit))
  }
}
