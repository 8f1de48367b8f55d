/// The rule by which a replica fills its next batch.
public protocol Scheduler: Sendable {
  /// Fills the next batch of `replica`, which has work and no batch in flight.
  ///
  /// The replica keeps budget, batch size and cache within their limits. A plan that leaves the
  /// batch empty is asked again at once if it changed anything, and is a stall otherwise.
  mutating func plan(_ replica: inout Replica)

  /// Whether a plan that decodes all sequences and computes no prompt, though its queue may not be
  /// empty, is followed by plans of the same, until somebody comes or goes or a decode finds no
  /// block: such plans need not be asked for. False unless a scheduler says so.
  var repeatsDecodes: Bool { get }
}

extension Scheduler {
  public var repeatsDecodes: Bool { false }
}
