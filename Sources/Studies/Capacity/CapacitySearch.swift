/// The search for the highest rate that keeps an objective: doubling or halving until one rate
/// keeps it and a higher one does not, then halving the bracket between the two.
///
/// It takes for granted that what fails at one rate fails at higher ones; where that is not so, it
/// finds one of the rates at which keeping ends.
public struct CapacitySearch: Sendable {
  /// Two rates with the capacity between them, in requests a second.
  public struct Bracket: Sendable, Equatable {
    /// The highest rate found that keeps the objective; zero where none does.
    public var kept: Double
    /// The lowest rate found that does not; nil where all that were tried do.
    public var missed: Double?
    /// Rates that were tried.
    public var tries: Int

    /// What the capacity lies in; without an end where every rate that was tried keeps the
    /// objective.
    public var range: ClosedRange<Double> { kept...(missed ?? .infinity) }

    public init(kept: Double, missed: Double?, tries: Int) {
      self.kept = kept
      self.missed = missed
      self.tries = tries
    }
  }

  /// The width of the bracket at the end, as a share of its upper end.
  public var precision = 0.02
  /// The highest rate that is tried, in requests a second; nil for none.
  public var most: Double?
  /// How far from the guess a rate is tried, as a power of two.
  static let mostDoublings = 10

  public init() {}

  /// The bracket around the capacity, from a first `guess` of it.
  public func bracket(
    guess: Double, keeps: (Double) throws -> Bool
  ) rethrows -> Bracket {
    precondition(guess > 0 && precision > 0, "a search starts somewhere and ends")
    var bracket = Bracket(kept: 0, missed: nil, tries: 0)
    let most = most ?? .infinity
    var rate = min(guess, most)
    for _ in 0...Self.mostDoublings where bracket.kept == 0 || bracket.missed == nil {
      bracket.tries += 1
      if try keeps(rate) {
        bracket.kept = rate
        if rate >= most { return bracket }
        rate = min(rate * 2, most)
      } else {
        bracket.missed = rate
        rate /= 2
      }
    }
    guard bracket.kept > 0, var missed = bracket.missed else { return bracket }
    while missed - bracket.kept > precision * missed {
      let middle = (bracket.kept + missed) / 2
      bracket.tries += 1
      if try keeps(middle) { bracket.kept = middle } else { missed = middle }
    }
    bracket.missed = missed
    return bracket
  }
}
