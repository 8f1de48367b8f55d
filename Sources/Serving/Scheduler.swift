/// The rule by which a replica fills its next batch.
public protocol Scheduler: Sendable {
  /// Fills the next batch of `replica`, which has work and no batch in flight.
  ///
  /// The replica keeps budget, batch size and cache within their limits. A plan that leaves the
  /// batch empty is asked again at once if it changed anything, and is a stall otherwise.
  mutating func plan(_ replica: inout Replica)
}
