import Formats
import Serving

/// The processes of arrivals by their names, each with its options.
extension ArrivalProcess {
  /// A part of a process: a law of gaps, a course of the rate, or what is done to all times.
  private struct Form: Sendable {
    var name: String
    /// Its options, with what holds where they are left out, and what it is.
    var options: String
    var summary: String
    /// Adds it to a law; throws for a mistake in its options.
    var add: @Sendable (inout Parts, inout NamedOptions) throws(InputError) -> Void

    /// The form as it is written, and what it is.
    var words: String { name + (options.isEmpty ? "" : ":\(options)") + ", \(summary)" }
  }

  /// What the parts of a process come to.
  private struct Parts {
    var gaps: (any GapLaw)?
    var law = ArrivalLaw(gaps: ExponentialGaps())

    mutating func set(_ gaps: any GapLaw, _ options: NamedOptions) throws(InputError) {
      if self.gaps != nil {
        throw options.mistake("gaps have two laws", "name one, with + and courses of the rate")
      }
      self.gaps = gaps
      law.gaps = gaps
    }

    mutating func set(_ course: any RateCourse, _ options: NamedOptions) throws(InputError) {
      if law.course != nil {
        throw options.mistake("the rate has two courses", "name one")
      }
      law.course = course
    }
  }

  private static let forms =
    gapForms + courseForms + [
      Form(
        name: "grid", options: "seconds", summary: "as a clock shows them that ticks so seldom"
      ) { (parts, options) throws(InputError) in
        parts.law.gridSeconds = try options.number("seconds", in: 1e-6...1e6)
      },
      Form(
        name: "exact", options: "", summary: "stretched, so that the last is at count / rate"
      ) { (parts, _) throws(InputError) in parts.law.isExact = true },
    ]

  private static let gapForms = [
    Form(name: "constant", options: "", summary: "even gaps") {
      (parts, options) throws(InputError) in try parts.set(ConstantGaps(), options)
    },
    Form(name: "poisson", options: "", summary: "exponential gaps") {
      (parts, options) throws(InputError) in try parts.set(ExponentialGaps(), options)
    },
    Form(name: "gamma", options: "shape", summary: "gaps with a CV of 1/sqrt(shape)") {
      (parts, options) throws(InputError) in
      try parts.set(GammaGaps(shape: options.number("shape", in: 1e-3...1e6)), options)
    },
    Form(name: "weibull", options: "shape", summary: "gaps, burstier below 1") {
      (parts, options) throws(InputError) in
      try parts.set(WeibullGaps(shape: options.number("shape", in: 0.05...1e3)), options)
    },
  ]

  private static let courseForms = [
    Form(
      name: "ramp", options: "from=1,to,seconds,growth=linear",
      summary: "from one multiple of the rate to another; growth=exponential by equal factors"
    ) { (parts, options) throws(InputError) in
      let growth = try options.value("growth")?.choice(of: ["linear", "exponential"])
      let from = try options.number("from", in: 1e-6...1e6, or: 1)
      try parts.set(
        RampCourse(
          from: from, to: options.number("to", in: 1e-6...1e6),
          seconds: options.number("seconds", in: 1e-3...1e9), isExponential: growth == "exponential"
        ),
        options)
    },
    Form(
      name: "diurnal", options: "period=86400,peak-to-trough=3", summary: "a sine, lowest at first"
    ) { (parts, options) throws(InputError) in
      let period = try options.number("period", in: 1e-3...1e9, or: 86_400)
      try parts.set(
        DiurnalCourse(
          period: period, peakToTrough: options.number("peak-to-trough", in: 1...1e6, or: 3)),
        options)
    },
    Form(
      name: "spikes", options: "every,seconds,times=5", summary: "a higher rate now and then"
    ) { (parts, options) throws(InputError) in
      let every = try options.number("every", in: 1e-3...1e9)
      let seconds = try options.number("seconds", in: 1e-3...every)
      try parts.set(
        SpikesCourse(
          every: every, seconds: seconds, times: options.number("times", in: 1...1e6, or: 5)),
        options)
    },
    Form(
      name: "markov", options: "times=5,share=0.2,seconds=60",
      summary: "two rates in turn at random, the higher for so many seconds on average"
    ) { (parts, options) throws(InputError) in
      let times = try options.number("times", in: 1...1e6, or: 5)
      let share = try options.number("share", in: 0.001...0.999, or: 0.2)
      try parts.set(
        MarkovCourse(
          times: times, share: share, seconds: options.number("seconds", in: 1e-3...1e9, or: 60)),
        options)
    },
    Form(
      name: "hawkes", options: "branching=0.5,seconds=10",
      summary: "each arrival brings about others, which decays"
    ) { (parts, options) throws(InputError) in
      let branching = try options.number("branching", in: 0...0.99, or: 0.5)
      try parts.set(
        SelfExcitingCourse(
          branching: branching, seconds: options.number("seconds", in: 1e-3...1e9, or: 10)),
        options)
    },
    Form(
      name: "wandering", options: "variance=0.06,memory=300,slot=10",
      summary: "a rate whose logarithm drifts about its mean"
    ) { (parts, options) throws(InputError) in
      let variance = try options.number("variance", in: 0...100, or: 0.06)
      let memory = try options.number("memory", in: 1e-3...1e9, or: 300)
      try parts.set(
        WanderingCourse(
          variance: variance, memorySeconds: memory,
          slotSeconds: options.number("slot", in: 1e-3...1e9, or: 10)), options)
    },
  ]

  /// The processes that draw arrivals, for help.
  public static let drawnHelp: String = {
    func list(_ forms: [Form]) -> String { forms.map(\.words).joined(separator: "; ") }
    let times = list(Array(forms.suffix(2)))
    return "\(list(gapForms)); with + a course of the rate: \(list(courseForms)); and \(times)"
  }()

  /// What can be named, for help.
  public static let help =
    "trace: the trace's own arrivals, stretched to the rate if there is one; or drawn anew, at the "
    + "rate or else the trace's own mean: " + drawnHelp

  /// The process that is named, with its options.
  public init(_ given: GivenValue) throws(InputError) {
    let text = try given.string()
    if text == Self.trace.name {
      self = .trace
      return
    }
    var parts = Parts()
    for piece in text.split(separator: "+", omittingEmptySubsequences: false) {
      var options = try NamedOptions(String(piece), in: given)
      guard let form = Self.forms.first(where: { $0.name == options.name }) else {
        throw .unknown(
          "process of arrivals", options.name, among: [Self.trace.name] + Self.forms.map(\.name),
          in: given.source)
      }
      try form.add(&parts, &options)
      try options.finish()
    }
    self.init(name: text, law: parts.law)
  }
}
