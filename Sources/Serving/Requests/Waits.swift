/// Which requests of a trace wait for others, row by row: the next turn of a session, what joins
/// branches.
///
/// One that waits is sent a delay after the last of those has ended; one that waits for none comes
/// at its own arrival. A request has ended with its last token, and as well when it is refused or
/// its client gives it up for good, so that what waits for it goes on.
public struct Waits: Sendable, Equatable {
  private var earlier: [Int32] = []
  /// Where the list of each request ends.
  private var ends: [Int] = []
  /// By row; negative where nothing says it.
  private var delays: [Nanoseconds] = []
  /// Whether the trace says when those who wait were sent; where it does not, their arrivals are
  /// those that they would have if answers took no time.
  public var areRecorded = true

  /// Nobody yet.
  public init() {}

  /// Adds a request that waits for the requests in `rows`, which are earlier ones.
  ///
  /// - Parameter delay: the time from the end of the last of them; nil where nothing says it.
  public mutating func append(after rows: [Int] = [], delay: Nanoseconds? = 0) {
    earlier += rows.map(Int32.init)
    ends.append(earlier.count)
    delays.append(rows.isEmpty ? 0 : delay ?? -1)
  }

  /// Requests of the trace.
  public var count: Int { ends.count }

  /// The rows that the request in `row` waits for.
  public subscript(row: Int) -> ArraySlice<Int32> {
    earlier[(row == 0 ? 0 : ends[row - 1])..<ends[row]]
  }

  /// The time from the last of their ends to the request in `row`; nil where nothing says it.
  public func delay(of row: Int) -> Nanoseconds? { delays[row] < 0 ? nil : delays[row] }

  /// Requests that wait, and those of them of which nothing says how long.
  public var waiting: Int { (0..<count).count { !self[$0].isEmpty } }
  public var unknown: Int { delays.count { $0 < 0 } }

  /// The same with `time` in place of every delay.
  public func delayed(by time: Nanoseconds) -> Waits {
    var waits = self
    for row in delays.indices where !self[row].isEmpty { waits.delays[row] = time }
    return waits
  }

  /// The same with every delay longer by `time`.
  public func prolonged(by time: Nanoseconds) -> Waits {
    var waits = self
    for row in delays.indices where !self[row].isEmpty && delays[row] >= 0 {
      waits.delays[row] += time
    }
    return waits
  }

  /// When each request is sent if answers take no time and those that wait for none come at
  /// `arrivals`, which are of all rows.
  public func times(_ arrivals: [Nanoseconds]) -> [Nanoseconds] {
    var times = arrivals
    for row in 0..<count {
      guard let last = self[row].map({ times[Int($0)] }).max() else { continue }
      times[row] = last + (delay(of: row) ?? 0)
    }
    return times
  }

  /// The entries of `rows`, in that order, without those that are waited for and left out; nil
  /// where a row is taken twice, so that nobody can say which of both is waited for.
  func rows(at rows: [Int]) -> Waits? {
    var places = Array(repeating: -1, count: count)
    for (place, row) in rows.enumerated() {
      if places[row] >= 0 { return nil }
      places[row] = place
    }
    var taken = Waits()
    taken.areRecorded = areRecorded
    for row in rows {
      taken.append(
        after: self[row].map { places[Int($0)] }.filter { $0 >= 0 }, delay: delay(of: row))
    }
    return taken
  }
}
