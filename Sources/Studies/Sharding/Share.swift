/// The part of a study's work that one of several processes does: every so-manieth piece.
public struct Share: Sendable, Equatable {
  /// Which of the shares it is, from 1 on, and how many there are.
  public let place: Int
  public let count: Int

  /// The share `place` of `count`.
  public init(_ place: Int, of count: Int) {
    precondition(place >= 1 && place <= count, "a share is one of those that there are")
    self.place = place
    self.count = count
  }

  /// All of the work.
  public static let whole = Share(1, of: 1)

  /// Whether the piece of work at `index`, from 0 on, belongs to it.
  public func has(_ index: Int) -> Bool { index % count == place - 1 }
}
