import Formats
import Serving

extension Trace {
  /// Requests a second between the first arrival and the last, of those that wait for no others
  /// and one a prompt; nil where no time passes.
  public var meanRate: Double? {
    if columns.samples > 1 { return firstSamples.meanRate }
    if columns.waits != nil { return unwaiting.meanRate }
    guard let first = requests.first?.arrival, let last = requests.last?.arrival, last > first
    else { return nil }
    return Double(count - 1) / (last - first).seconds
  }

  /// The rows of the requests that wait for no others.
  var rowsUnwaiting: [Int] {
    guard let waits = columns.waits else { return Array(requests.indices) }
    return requests.indices.filter { waits[$0].isEmpty }
  }

  /// One request a prompt.
  var firstSamples: Trace {
    let rows = requests.indices.filter { $0.isMultiple(of: columns.samples) }
    var taken = columns.rows(at: rows)
    taken.samples = 1
    return Trace(requests: rows.map { requests[$0] }, columns: taken)
  }

  /// Those requests.
  var unwaiting: Trace { Trace(requests: rowsUnwaiting.map { requests[$0] }) }

  /// The same requests with the times between them stretched alike, so that `rate` requests a
  /// second arrive on average; the first arrival stays where it is.
  public func stretched(toMeanRate rate: Double) throws(InputError) -> Trace {
    guard let first = requests.first?.arrival, let last = requests.last?.arrival, last > first
    else {
      throw InputError(
        "arrivals", problem: "all requests arrive at one instant, so there is nothing to stretch",
        remedy: "draw arrivals anew, with the process \(ArrivalProcess.poisson.name)")
    }
    let spanBefore = Int128(last - first)
    let span = try nanoseconds(Double(count - 1), atRate: rate)
    if span > EngineRange.time.upperBound - first { throw tooLate(rate) }
    return arriving(
      at: requests.map { request in
        let doubled = Int128(request.arrival - first) * Int128(span) * 2
        return first + Nanoseconds((doubled + spanBefore) / (spanBefore * 2))
      })
  }

  /// The same requests in the same order, arriving at random: a Poisson process of `rate`
  /// requests per second, on average, of which the first comes after one gap.
  public func poisson(rate: Double, seed: UInt64) throws(InputError) -> Trace {
    try ArrivalProcess.poisson.arrivals(of: self, rate: rate, seed: seed)
  }
}

/// The time in which `requests` requests arrive, at `rate` a second.
func nanoseconds(_ requests: Double, atRate rate: Double) throws(InputError) -> Nanoseconds {
  guard rate > 0 && rate < .infinity else {
    throw InputError(
      "arrivals", problem: "\(rate) requests per second is no rate",
      remedy: "a number greater than 0")
  }
  let time = (requests / rate * 1e9).rounded()
  guard time <= Double(EngineRange.time.upperBound) else { throw tooLate(rate) }
  return Nanoseconds(time)
}

func tooLate(_ rate: Double) -> InputError {
  InputError(
    "arrivals",
    problem: "at \(rate) requests per second the last arrives later than "
      + "\(Int(EngineRange.time.upperBound.seconds)) s",
    remedy: "a higher rate or fewer requests")
}
