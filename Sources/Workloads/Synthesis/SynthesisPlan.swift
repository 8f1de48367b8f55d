import Formats
import Serving

/// What a user asks of a synthesis: a preset, and what of it is otherwise.
public struct SynthesisPlan: Sendable {
  public var preset = SynthesisPreset.standard
  /// How many requests there are.
  public var requests = 2000
  /// Requests a second, on average; the preset's own where nil.
  public var rate: Double?
  private var arrivals: ArrivalProcess?
  private var burstiness: Double?
  private var prompts: NamedLengthLaw?
  private var outputs: NamedLengthLaw?
  private var correlation: Double?
  private var prefixes: [SharedPrefix]?
  private var turns: NamedLengthLaw?
  private var gaps: NamedLengthLaw?
  private var resets: Double?
  private var blockTokens: Int?
  /// The requests of a trace whose lengths are drawn, prompt and output together; nil for laws.
  public var pairs: [Request]?
  /// The beginning of every random number stream.
  public var seed = 0

  /// What `given` has of the settings, by name.
  public init(_ given: (String) -> GivenValue?) throws(InputError) {
    try Self.settings.set(in: &self, from: given)
  }

  /// The requests that are asked for; options that would have no effect are a mistake.
  public func synthesis() throws(InputError) -> Synthesis {
    var synthesis = preset.synthesis
    if let rate { synthesis.rate = rate }
    if let arrivals, burstiness != nil { throw ArrivalProcess.namedTwice(arrivals) }
    if let process = arrivals ?? burstiness.map(ArrivalProcess.burstiness) {
      guard process.isDrawn else {
        throw InputError(
          Self.arrivalsSetting.option, problem: "there is no trace whose arrivals could be kept",
          remedy: "name a process that draws them")
      }
      synthesis.arrivals = process
      synthesis.ownRate = nil
    }
    synthesis.lengths = try lengths(of: synthesis.lengths)
    if let prefixes {
      synthesis.prefixes = prefixes
      synthesis.countsPrefixes = false
    }
    if let blockTokens { synthesis.blockTokens = blockTokens }
    try setSessions(in: &synthesis)
    return synthesis
  }

  private func lengths(of lengths: Synthesis.Lengths) throws(InputError) -> Synthesis.Lengths {
    if let pairs {
      if let law = prompts ?? outputs {
        throw InputError(
          Self.promptSetting.option, problem: "lengths are drawn from a trace and by \(law.name)",
          remedy: "leave out one of both")
      }
      guard let correlation else { return .pairs(pairs) }
      return .laws(
        prompt: EmpiricalLength(pairs.map(\.promptTokens)),
        output: EmpiricalLength(pairs.map(\.outputTokens)), correlation: correlation)
    }
    guard case .laws(let prompt, let output, let own) = lengths else { return lengths }
    return .laws(
      prompt: prompts?.law ?? prompt, output: outputs?.law ?? output,
      correlation: correlation ?? own)
  }

  private func setSessions(in synthesis: inout Synthesis) throws(InputError) {
    if let turns {
      synthesis.sessions = SessionModel(
        turns: turns.law,
        gaps: gaps?.law ?? LognormalLength(median: 30, sigma: 1, least: 0, greatest: 3600))
      synthesis.ownRate = nil
    } else if let gaps {
      guard synthesis.sessions != nil else {
        throw InputError(
          Self.gapSetting.option, problem: "there are no sessions",
          remedy: "give \(Self.turnsSetting.option) too, or leave it out")
      }
      synthesis.sessions?.gaps = gaps.law
    }
    guard let resets else { return }
    guard synthesis.sessions != nil else {
      throw InputError(
        Self.resetsSetting.option, problem: "there are no sessions",
        remedy: "give \(Self.turnsSetting.option) too, or leave it out")
    }
    synthesis.sessions?.resets = resets
  }
}

extension SynthesisPlan {
  private static func law(
    _ name: String, _ path: WritableKeyPath<SynthesisPlan, NamedLengthLaw?> & Sendable,
    standard: String? = nil, _ help: String
  ) -> Setting<SynthesisPlan> {
    Setting(
      name, .text("LAW"), standard: standard, help,
      set: { (plan, given) throws(InputError) in
        plan[keyPath: path] = try NamedLengthLaw(given)
      })
  }

  private static func share(
    _ name: String, _ path: WritableKeyPath<SynthesisPlan, Double?> & Sendable,
    _ range: ClosedRange<Double>, _ help: String
  ) -> Setting<SynthesisPlan> {
    Setting(
      name, .number(range, "R"), help,
      set: { (plan, given) throws(InputError) in
        plan[keyPath: path] = try given.double(min: range.lowerBound, max: range.upperBound)
      })
  }

  private static let presetSetting = Setting<SynthesisPlan>(
    "preset", .words(SynthesisPreset.all.map(\.name)), standard: SynthesisPreset.standard.name,
    "what is not set otherwise: "
      + SynthesisPreset.all.map { "\($0.name), \($0.summary)" }.joined(separator: "; "),
    set: { (plan, given) throws(InputError) in
      let name = try given.choice(of: SynthesisPreset.all.map(\.name))
      plan.preset = SynthesisPreset.all.first { $0.name == name } ?? .standard
    })

  private static let requestsSetting = Setting<SynthesisPlan>.count(
    "requests", \.requests, in: Synthesis.counts, standard: "2000", "requests in the trace")

  private static let rateSetting: Setting<SynthesisPlan> = ArrivalProcess.rateSetting(
    \.rate, standard: "the preset's",
    "requests a second, on average; of sessions, that of their starts times their turns")

  static let arrivalsSetting: Setting<SynthesisPlan> = ArrivalProcess.setting(
    \.arrivals, standard: "the preset's", ArrivalProcess.drawnHelp)

  private static let burstinessSetting: Setting<SynthesisPlan> =
    ArrivalProcess.burstinessSetting(\.burstiness)

  static let promptSetting = law(
    "prompt-tokens", \.prompts, standard: "the preset's",
    "lengths of prompts, behind their prefixes; in sessions, what each turn adds: a number or "
      + NamedLengthLaw.help)

  private static let outputSetting = law(
    "output-tokens", \.outputs, standard: "the preset's", "lengths of outputs, likewise")

  private static let correlationSetting = share(
    "correlation", \.correlation, -1...1,
    "how prompts and outputs go together, as the correlation of their scores (a Gaussian copula)")

  private static let prefixSetting = Setting<SynthesisPlan>(
    "prefix", .text("LAYERS"), "what prompts begin with alike: " + SharedPrefix.help,
    set: { (plan, given) throws(InputError) in plan.prefixes = try SharedPrefix.layers(given) })

  static let turnsSetting = law(
    "turns", \.turns, "turns of a session, each of which begins with all that was said before")

  static let gapSetting = law(
    "turn-gap", \.gaps, standard: "lognormal:median=30,sigma=1,max=3600",
    "seconds from one turn's arrival to the next's")

  static let resetsSetting = share(
    "resets", \.resets, 0...1,
    "probability that a turn shares nothing but the prefixes with those before")

  private static let blockSetting = Setting<SynthesisPlan>.count(
    "block-size", \.blockTokens, in: EngineRange.blockTokens, standard: "16",
    "tokens in a block of the hashes, which there are where prompts share anything")

  private static let seedSetting = Setting<SynthesisPlan>.count(
    "seed", \.seed, in: 0...Int.max, standard: "0",
    "beginning of the random numbers; the same seed gives the same bytes")

  /// Those that the command that makes a trace again tells in any case.
  public static let alwaysTold = [requestsSetting, rateSetting, seedSetting].map(\.name)

  /// All of them, in the order in which help shows them.
  public static let settings = [
    presetSetting, requestsSetting, arrivalsSetting, burstinessSetting, rateSetting, promptSetting,
    outputSetting, correlationSetting, prefixSetting, turnsSetting, gapSetting, resetsSetting,
    blockSetting, seedSetting,
  ].under("Workload")
}
