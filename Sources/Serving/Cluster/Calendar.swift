/// What is to happen of its own accord, and when.
///
/// At one instant transfers end, then steps, replicas fail or are ready, clients stop waiting, send
/// again what they gave up, timers fire, requests of the trace arrive, and then the replicas to
/// which something happened plan; of equals the lower goes first.
struct Calendar: Sendable {
  /// By replica: when its next step ends, or its first stage is free for one.
  var steps: MinimumTree<Nanoseconds>
  /// By client: when it sends the next request of the trace.
  var timers: MinimumTree<Nanoseconds>
  /// When the next request of the trace arrives, if those who send them do not wait.
  var arrival = Simulation.never
  /// When the next client may stop waiting for an answer, or sends a request again.
  var timeOut = Simulation.never
  /// When the next transfer between engines ends.
  var transfer = Simulation.never
  /// When a replica next fails, is repaired or ready, or the scaler is asked.
  var change = Simulation.never

  init(replicas: Int, clients: Clients?) {
    steps = MinimumTree(Simulation.never, count: replicas)
    timers = MinimumTree(Simulation.never, count: clients?.count ?? 0)
    guard let clients else { return }
    for client in 0..<clients.count {
      timers[client] = clients.starts?[client] ?? client * clients.stagger
    }
  }

  /// The last request of the trace is sent: none comes any more.
  mutating func endRequests() {
    arrival = Simulation.never
    timers = MinimumTree(Simulation.never, count: 0)
  }

  /// When the next request comes.
  @inline(__always)
  var nextRequest: Nanoseconds { min(timers.least, arrival) }

  /// When somebody does something next: a client that sends a request or stops waiting, or who
  /// looks after the replicas.
  @inline(__always)
  var nextCall: Nanoseconds { min(nextRequest, timeOut, change) }
}
