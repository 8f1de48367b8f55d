import Metrics
import Serving

/// The conversations of a trace.
public struct SessionStatistics: Sendable, Equatable {
  /// Requests of each session.
  public var requests: LengthStatistics
  /// From the first request of each to its last, in nanoseconds.
  public var spans: LengthStatistics
  /// From a request to the next of the same session, in nanoseconds; nil where each has one.
  public var gaps: LengthStatistics?
  /// Requests that belong to none.
  public var outside: Int

  /// The sessions of `trace`; nil where its source names none.
  public init?(_ trace: Trace) {
    guard let names = trace.columns.sessions else { return nil }
    var numbers: [String: Int] = [:]
    var (counts, firsts, lasts, gaps): ([Int], [Nanoseconds], [Nanoseconds], [Int]) = (
      [], [], [], []
    )
    var outside = 0
    for (name, request) in zip(names, trace.requests) {
      if name.isEmpty {
        outside += 1
      } else if let number = numbers[name] {
        gaps.append(request.arrival - lasts[number])
        counts[number] += 1
        lasts[number] = request.arrival
      } else {
        numbers[name] = counts.count
        counts.append(1)
        firsts.append(request.arrival)
        lasts.append(request.arrival)
      }
    }
    guard let requests = LengthStatistics(counts),
      let spans = LengthStatistics(zip(lasts, firsts).map { $0 - $1 })
    else { return nil }
    (self.requests, self.spans, self.outside) = (requests, spans, outside)
    self.gaps = LengthStatistics(gaps)
  }

  /// The figures by name, times in seconds.
  public var values: [NamedValue] {
    func seconds(_ section: String, _ statistics: LengthStatistics) -> [NamedValue] {
      statistics.values(section).map { value in
        guard value.name != "variation" else { return value }
        let nanoseconds: Double =
          switch value.value {
          case .count(let count): Double(count)
          case .real(let real): real
          case .missing: 0
          }
        return NamedValue(
          section, value.name + "_s", unit: "s", .real(nanoseconds / 1e9))
      }
    }
    return [
      NamedValue("sessions", "count", .count(requests.count)),
      NamedValue("sessions", "requests_outside", .count(outside)),
    ] + requests.values("session_requests") + seconds("session_span", spans)
      + (gaps.map { seconds("session_gap", $0) } ?? [])
  }
}
