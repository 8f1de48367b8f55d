/// Terms of one kind, which stay where they are made: an array's elements would be copied to be
/// asked, at a greater cost than that of what they are asked.
struct TermList<Term: ~Copyable & Sendable>: ~Copyable, Sendable {
  private nonisolated(unsafe) let terms: UnsafeMutableBufferPointer<Term>

  /// The terms that `make` makes of `sources`.
  init<Source>(_ sources: [Source], _ make: (Source) -> Term?) {
    let places = UnsafeMutableBufferPointer<Term>.allocate(capacity: sources.count)
    var count = 0
    for source in sources {
      guard let term = make(source) else { continue }
      places.initializeElement(at: count, to: term)
      count += 1
    }
    terms = places.extracting(..<count)
  }

  deinit {
    terms.deinitialize().deallocate()
  }

  /// What `seconds` makes of all terms together.
  @inline(__always)
  func sum(_ seconds: (borrowing Term) -> Double) -> Double {
    var sum = 0.0
    for index in terms.indices { sum += seconds(terms[index]) }
    return sum
  }

  /// What `value` makes of the first term that it makes something of.
  func first<Value>(_ value: (borrowing Term) -> Value?) -> Value? {
    for index in terms.indices {
      if let value = value(terms[index]) { return value }
    }
    return nil
  }

  /// Whether `condition` holds for every term.
  func allSatisfy(_ condition: (borrowing Term) -> Bool) -> Bool {
    terms.indices.allSatisfy { condition(terms[$0]) }
  }
}
