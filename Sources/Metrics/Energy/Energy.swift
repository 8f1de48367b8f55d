import Formats

/// The electrical energy of a run: of its GPUs, without the rest of their servers, cooling, or the
/// time in which they start.
public struct Energy: Sendable, Equatable {
  /// Joules of all GPUs while batches ran.
  public var activeJoules: Double
  /// Joules of GPUs whose replica had nothing to do; nil where it is not known what they draw then.
  public var idleJoules: Double?
  /// Tokens that were emitted.
  public var outputTokens: Int
  /// Watts of each GPU while batches ran.
  public var watts: Double
  /// What the watts rest on, in words.
  public var basis: String

  /// The energy of a run with `metrics`.
  ///
  /// - Parameters:
  ///   - gpus: GPUs of one replica.
  ///   - replicas: how many there were.
  ///   - watts: of each GPU while batches ran.
  ///   - idleWatts: of each GPU of an idle replica; nil where that is not known.
  ///   - basis: what the watts rest on, in words.
  public init(
    _ metrics: RunMetrics, gpus: Int, replicas: Int, watts: Double, idleWatts: Double?,
    basis: String
  ) {
    let busy = metrics.batches.busySeconds
    let idle = max(0, metrics.batches.spanSeconds * Double(replicas) - busy)
    activeJoules = watts * Double(gpus) * busy
    idleJoules = idleWatts.map { $0 * Double(gpus) * idle }
    outputTokens = metrics.requests.outputTokens
    (self.watts, self.basis) = (watts, basis)
  }

  /// An energy that is known.
  public init(
    activeJoules: Double, idleJoules: Double?, outputTokens: Int, watts: Double, basis: String
  ) {
    (self.activeJoules, self.idleJoules) = (activeJoules, idleJoules)
    (self.outputTokens, self.watts, self.basis) = (outputTokens, watts, basis)
  }

  /// Joules of an output token while batches ran, as ML.ENERGY counts them; nil without tokens.
  public var activeJoulesPerToken: Double? { perToken(activeJoules) }

  /// Joules of an output token with the time in which replicas had nothing to do; nil where that is
  /// not known.
  public var joulesPerToken: Double? { idleJoules.flatMap { perToken(activeJoules + $0) } }

  private func perToken(_ joules: Double) -> Double? {
    outputTokens > 0 ? joules / Double(outputTokens) : nil
  }

  /// What several runs took together, with the watts of the first; nil where there are none.
  public init?(_ runs: [Energy]) {
    guard let first = runs.first else { return nil }
    let idle = runs.compactMap(\.idleJoules)
    self.init(
      activeJoules: runs.reduce(0) { $0 + $1.activeJoules },
      idleJoules: idle.count == runs.count ? idle.reduce(0, +) : nil,
      outputTokens: runs.reduce(0) { $0 + $1.outputTokens }, watts: first.watts,
      basis: first.basis)
  }

  /// The figures by name.
  public var values: [NamedValue] {
    [
      NamedValue("energy", "watts_per_gpu", unit: "W", .real(watts)),
      NamedValue(
        "energy", "active_joules_per_output_token", unit: "J",
        NamedValue.Value(activeJoulesPerToken)),
      NamedValue("energy", "joules_per_output_token", unit: "J", NamedValue.Value(joulesPerToken)),
      NamedValue("energy", "active_joules", unit: "J", .real(activeJoules)),
      NamedValue("energy", "idle_joules", unit: "J", NamedValue.Value(idleJoules)),
    ]
  }
}

extension Energy {
  /// The energy as a JSON object.
  public var json: JSONValue {
    let figures: [JSONValue.Member] = values.map { .init($0.name, $0.value.json) }
    return .object(
      figures + [
        .init("output_tokens", .integer(outputTokens)), .init("basis", .string(basis)),
      ])
  }

  /// The energy that `json` is, as it is written; nil where it is anything else.
  public init?(json: JSONValue) {
    guard let active = json["active_joules"]?.real, let watts = json["watts_per_gpu"]?.real,
      let tokens = json["output_tokens"]?.whole, case .string(let basis)? = json["basis"]
    else { return nil }
    self.init(
      activeJoules: active, idleJoules: json["idle_joules"]?.real, outputTokens: tokens,
      watts: watts, basis: basis)
  }
}
