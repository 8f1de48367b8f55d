/// A run that could not go on to its end: there are no figures of it, and reports say so in its
/// row.
public struct StoppedRun: Sendable, Equatable {
  /// The scheduler's name with its options.
  public var scheduler: String
  /// In the order in which reports show them; no name twice.
  public var settings: [Run.Setting]
  /// Why it could not go on, in a sentence without its end.
  public var reason: String

  public init(scheduler: String, settings: [Run.Setting] = [], reason: String) {
    self.scheduler = scheduler
    self.settings = settings
    self.reason = reason
  }
}
