import Control
import Formats
import Serving

/// What becomes of a fleet's replicas while they serve, as a user says it.
public struct FleetUpkeep: Sendable {
  /// Faults at given times.
  public var spans: [Faults.Span] = []
  /// Mean times of failures at random, in seconds, if there are any.
  public var meanTimes: FaultTimes?
  /// Whether another replica goes on with what was under way; nil where that is not said, and it
  /// does not.
  public var resumes: Bool?
  /// Who orders replicas; nil where their number is fixed.
  public var scaler: PolicyEntry<any Scaler>?
  /// The fewest and the most replicas that it orders at once; nil where they are not given.
  public var fewest: Int?
  public var most: Int?
  /// How long a replica takes to start; nil where that is not given, for no time.
  public var startUp: StartUp?
  /// Who lets requests in; nil where all come in.
  public var admission: PolicyEntry<any Admission>?

  /// Replicas that are always there.
  public init() {}

  /// Whether replicas fail, or are slow.
  public var hasFaults: Bool { !spans.isEmpty || meanTimes != nil }

  /// Whether all replicas serve all the time, at their own pace.
  public var isSteady: Bool { !hasFaults && scaler == nil }

  /// The most replicas that there can be at once, of which `replicas` serve at the beginning.
  func most(from replicas: Int) -> Int {
    scaler == nil ? replicas : max(replicas, most ?? replicas)
  }

  /// What happens to replicas, of which so many serve at the beginning; nil where nothing does.
  ///
  /// - Parameter start: the first arrival, from which faults are timed.
  func upkeep(replicas: Int, seed: UInt64, from start: Nanoseconds) -> Upkeep? {
    if isSteady { return nil }
    var upkeep = Upkeep()
    if hasFaults {
      upkeep.faults = Faults(
        spans.map { span in
          Faults.Span(
            span.kind, of: span.replica, from: start + span.start, to: span.end.map { start + $0 })
        },
        meanTimes: meanTimes.map {
          Faults.MeanTimes(
            toFailure: max(1, Nanoseconds(seconds: $0.toFailure)),
            toRepair: max(1, Nanoseconds(seconds: $0.toRepair)), seed: seed)
        }, resumes: resumes ?? false)
    }
    upkeep.scaling = scaler.map {
      Scaling(
        $0.policy, in: (fewest ?? 1)...most(from: replicas), from: replicas,
        startUp: startUp?.total ?? 0)
    }
    return upkeep
  }

  /// Throws where what was given cannot be of `replicas` replicas of `ranks` ranks under `rules`.
  func check(_ rules: EngineRules, replicas: Int, ranks: Int) throws(InputError) {
    try checkScaling(replicas)
    if resumes != nil && !hasFaults {
      throw Self.idle(Settings.onFailure.option, without: Settings.faults.option)
    }
    if !isSteady && ranks > 1 {
      let option = hasFaults ? Settings.faults.option : Settings.scaler.option
      throw InputError(
        option,
        problem: "ranks of data parallelism in step are one engine, which is not taken apart",
        remedy: "leave it out, or give replicas of one rank")
    }
    if hasFaults && rules.outputs.schedulesAhead {
      throw InputError(
        Settings.faults.option,
        problem: "an engine that schedules ahead has booked what is lost with it",
        remedy: "leave out --async-scheduling, or give a scheduler with async-scheduling=false")
    }
    let most = most(from: replicas)
    if let span = spans.first(where: { $0.replica >= most }) {
      throw InputError(
        Settings.faults.option,
        problem: "there is no replica \(span.replica) of \(most), counted from 0",
        remedy: "give one from 0 to \(most - 1), or more replicas")
    }
  }

  private func checkScaling(_ replicas: Int) throws(InputError) {
    guard scaler != nil else {
      let idle =
        fewest != nil
        ? Settings.fewest : most != nil ? Settings.most : startUp != nil ? Settings.startUp : nil
      guard let idle else { return }
      throw Self.idle(idle.option, without: Settings.scaler.option)
    }
    guard let most else {
      throw InputError(
        Settings.scaler.option, problem: "it is not said how many replicas there may be",
        remedy: "give \(Settings.most.option) too")
    }
    if replicas > most || replicas < fewest ?? 1 {
      throw InputError(
        Settings.most.option,
        problem: "\(replicas) replicas at the beginning are not from \(fewest ?? 1) to \(most)",
        remedy: "give --replicas, the fewest and the most so that they are in order")
    }
  }

  private static func idle(_ option: String, without other: String) -> InputError {
    InputError(
      option, problem: "it says nothing without \(other)",
      remedy: "give \(other) too, or leave it out")
  }
}

/// Mean times of failures at random, in seconds.
public struct FaultTimes: Sendable, Equatable {
  /// From a repair to the next failure.
  public var toFailure: Double
  /// From a failure to its repair.
  public var toRepair: Double
}

/// What a user can set of replicas that fail, come and go, and of who is let in.
extension FleetUpkeep {
  /// The settings one by one.
  public enum Settings {
    /// What fails.
    public static let faults = Setting<FleetUpkeep>(
      "faults", .text("FAULTS"),
      "what is wrong with replicas and when, with ; between: down:replica=1,at=60,for=120, or for "
        + "good without for; slow:replica=0,at=30,for=60,factor=2; random:mtbf=3600,mttr=300, for "
        + "each replica at exponential times; seconds from the first arrival, replicas from 0",
      shown: { $0.hasFaults ? FaultNotation.text($0) : nil },
      set: { (root, given) throws(InputError) in try FaultNotation.set(given, in: &root) })

    /// What becomes of requests under way.
    static let onFailure = Setting<FleetUpkeep>.choice(
      "on-failure", standard: "lost",
      "what becomes of requests on a replica that goes down: lost, unless clients send them again; "
        + "or resumed by another, which computes prompt and answer so far anew",
      ["lost": { $0.resumes = false }, "resumed": { $0.resumes = true }])

    /// Who orders replicas.
    public static let scaler = Setting<FleetUpkeep>(
      "scaler", .words(Scalers.all.map(\.name)), standard: "none",
      "who orders and gives back replicas: one of "
        + Scalers.all.map(\.name).joined(separator: ", ")
        + "; with its options as NAME:option=value (servesim list scalers)",
      shown: { $0.scaler?.name },
      set: { (root, given) throws(InputError) in
        root.scaler = try Scalers.all.named(given, "scaler")
      })

    static let fewest = Setting<FleetUpkeep>.count(
      "min-replicas", \.fewest, in: EngineRange.replicas, standard: "1",
      "the fewest replicas that the scaler leaves")

    static let most = Setting<FleetUpkeep>.count(
      "max-replicas", \.most, in: EngineRange.replicas,
      "the most replicas that the scaler orders")

    static let startUp = Setting<FleetUpkeep>(
      "start-up", .text("SECONDS"), standard: "0",
      "time from the order of a replica to its first request, which is paid for: seconds, or in "
        + "parts as node=90,weights=20 of \(StartUp.parts.joined(separator: ", "))",
      printed: "start_up_seconds", shown: { $0.startUp?.words },
      set: { (root, given) throws(InputError) in root.startUp = try StartUp(given) })

    static let admission = Setting<FleetUpkeep>(
      "admission", .words(Admissions.all.map(\.name)), standard: "none",
      "who is let in as requests come, the others being turned away: one of "
        + Admissions.all.map(\.name).joined(separator: ", ")
        + "; with its options as NAME:option=value (servesim list admission)",
      shown: { $0.admission?.name },
      set: { (root, given) throws(InputError) in
        root.admission = try Admissions.all.named(given, "rule of admission")
      })

    static let all = [faults, onFailure, scaler, fewest, most, startUp, admission]
  }
}
