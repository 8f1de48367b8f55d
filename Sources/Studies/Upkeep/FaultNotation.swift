import Formats
import Serving

/// Faults in words: `down:replica=1,at=60,for=120;slow:replica=0,at=30,for=60,factor=2`, and
/// `random:mtbf=3600,mttr=300`.
enum FaultNotation {
  private static let seconds = 0...EngineRange.time.upperBound.seconds
  private static let some = 1e-9...1e9

  /// Sets in `root` what is `given`.
  static func set(_ given: GivenValue, in root: inout FleetUpkeep) throws(InputError) {
    (root.spans, root.meanTimes) = ([], nil)
    for text in given.text.split(separator: ";", omittingEmptySubsequences: false) {
      var piece = try NamedOptions(String(text), in: given)
      switch piece.name {
      case "down": root.spans.append(try span(&piece) { _ throws(InputError) in .down })
      case "slow":
        root.spans.append(
          try span(&piece) { piece throws(InputError) in
            .slow(try piece.number("factor", in: 1e-3...1e3))
          })
      case "random":
        if root.meanTimes != nil { throw piece.mistake("random stands twice", "say it once") }
        root.meanTimes = FaultTimes(
          toFailure: try piece.number("mtbf", in: some),
          toRepair: try piece.number("mttr", in: some))
      default:
        throw given.mistake(
          "there is no fault \(quoted(piece.name))", "give down, slow or random, with ; between")
      }
      try piece.finish()
    }
    if let (one, _) = Faults.conflict(in: root.spans) {
      throw given.mistake(
        "replica \(one.replica) has two faults of a kind at once",
        "give times that do not meet")
    }
  }

  private static func span(
    _ piece: inout NamedOptions,
    _ kind: (inout NamedOptions) throws(InputError) -> Faults.Kind
  ) throws(InputError) -> Faults.Span {
    let replica = try piece.count("replica", in: 0...EngineRange.replicas.upperBound - 1)
    let start = try piece.number("at", in: seconds)
    let length = try piece.number("for", in: 0...1e9, or: 0)
    let kind = try kind(&piece)
    let begin = Nanoseconds(seconds: start)
    return Faults.Span(
      kind, of: replica, from: begin,
      to: length == 0 ? nil : begin + max(1, Nanoseconds(seconds: length)))
  }

  /// What reports say of the faults of `root`.
  static func text(_ root: FleetUpkeep) -> String {
    var pieces = root.spans.map { span in
      var text = "replica \(span.replica) "
      switch span.kind {
      case .down: text += "down"
      case .slow(let factor): text += "\(factor) times as slow"
      }
      text += " at \(span.start.seconds) s"
      return text + (span.end.map { " for \(($0 - span.start).seconds) s" } ?? " for good")
    }
    if let times = root.meanTimes {
      pieces.append("at random, mtbf \(times.toFailure) s, mttr \(times.toRepair) s")
    }
    return pieces.joined(separator: "; ") + (root.resumes == true ? "; resumed" : "")
  }
}
