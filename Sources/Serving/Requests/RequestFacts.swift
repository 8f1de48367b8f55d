/// What engines know of the requests of a trace besides their tokens and priorities, by row.
struct RequestFacts: Sendable {
  /// The numbers of clients, counted from 0 as they first come; empty where the trace names none.
  private(set) var clients: [Int32] = []
  /// Those of LoRA adapters, from 1; 0 for a request without one. Empty where the trace has none.
  private(set) var adapters: [Int32] = []
  /// The names of clients, by number.
  private(set) var clientNames: [String] = []
  /// Tokens that are predicted for each answer; empty where nobody asks.
  private(set) var predictions: [Int] = []

  init(_ trace: Trace, _ rules: EngineRules) {
    var known: Set<String> = []
    clientNames = trace.columns.clients?.filter { known.insert($0).inserted } ?? []
    if let prediction = rules.outputs.prediction {
      predictions = trace.requests.enumerated().map {
        prediction.tokens(for: $1.outputTokens, row: $0)
      }
    }
    clients = trace.columns.clients.map { Self.numbers($0, from: 0) } ?? []
    adapters = trace.columns.adapters.map { Self.numbers($0, from: 1, besides: "") } ?? []
  }

  /// A number for each of `names`, from `first` on as they first come, and 0 for `none`.
  private static func numbers(
    _ names: [String], from first: Int32, besides none: String? = nil
  ) -> [Int32] {
    var known: [String: Int32] = none.map { [$0: 0] } ?? [:]
    var next = first
    return names.map { name in
      if let number = known[name] { return number }
      known[name] = next
      next += 1
      return next - 1
    }
  }
}

extension Replica {
  /// The number of the client whose request `sequence` is, counted from 0 as they first come in the
  /// trace; 0 where that names none.
  public func client(of sequence: SequenceID) -> Int {
    facts.clients.isEmpty ? 0 : Int(facts.clients[sequences[sequence].request.index])
  }

  /// The name of the client of that number; empty where the trace names none.
  public func clientName(_ client: Int) -> String {
    client < facts.clientNames.count ? facts.clientNames[client] : ""
  }

  /// Tokens that were predicted for the answer of `sequence` when it came, where the engine's rules
  /// say how well.
  public func predictedTokens(of sequence: SequenceID) -> Int {
    precondition(!facts.predictions.isEmpty, "the rules say how lengths are predicted")
    return facts.predictions[sequences[sequence].request.index]
  }

  /// When `sequence` came.
  public func arrival(of sequence: SequenceID) -> Nanoseconds { sequences[sequence].arrival }

  /// The number of its LoRA adapter; 0 where it has none.
  func adapter(of sequence: SequenceID) -> Int {
    facts.adapters.isEmpty ? 0 : Int(facts.adapters[sequences[sequence].request.index])
  }
}
