/// The rule by which replicas are ordered and given back.
///
/// It sees what an autoscaler reads off the replicas' metrics and the router's, at regular times.
public protocol Scaler: Sendable {
  /// From one decision to the next; more than zero.
  var period: Nanoseconds { get }
  /// How many replicas are to be ordered in all from now on, those that start among them; the
  /// limits are kept by who asks.
  mutating func replicas(for view: FleetView) -> Int
}

/// What a scaler sees.
public struct FleetView: Sendable, Equatable {
  /// The present.
  public var time: Nanoseconds
  /// What the replicas that serve say of themselves.
  public var serving: [ReplicaReport]
  /// Replicas that are ordered and do not serve yet, or are being repaired.
  public var starting: Int
  /// Requests that wait because no replica serves.
  public var held: Int
  /// Requests that have come in so far.
  public var arrived: Int

  /// What is to be seen at `time`.
  public init(
    at time: Nanoseconds, serving: [ReplicaReport], starting: Int = 0, held: Int = 0,
    arrived: Int = 0
  ) {
    self.time = time
    self.serving = serving
    self.starting = starting
    self.held = held
    self.arrived = arrived
  }

  /// Replicas that are ordered.
  public var ordered: Int { serving.count + starting }

  /// The sum of a figure over the replicas that serve.
  public func total(_ figure: (ReplicaReport) -> Double) -> Double {
    serving.reduce(0) { $0 + figure($1) }
  }
}

/// The rule by which requests are let in or turned away as they come.
public protocol Admission: Sendable {
  /// Whether it goes by what replicas say of themselves.
  var readsReports: Bool { get }
  /// Whether `request` is let in, which has just come in.
  ///
  /// - Parameters:
  ///   - priority: how urgent it is, smaller first.
  ///   - reports: what the replicas that take requests say of themselves, now.
  mutating func admits(
    _ request: RoutedRequest, priority: Int, _ reports: [ReplicaReport]
  ) -> Bool
}

extension Admission {
  /// It does not.
  public var readsReports: Bool { false }
}
