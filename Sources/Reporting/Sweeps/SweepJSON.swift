import Formats
import Studies

/// A sweep as JSON, for programs to read.
///
///     {"points": [{"key", "scheduler", "settings": {name: text, …},
///                  "pools": {name: replicas, …}, …the figures of a run}],
///      "disaggregation": whether pools apart pay (PoolVerdictReport),
///      "verdict": the closing sentence}
///
/// `pools` and `disaggregation` are absent where there are no pools. A point that could not go on
/// has `stopped`, which says why, and no figures.
public enum SweepJSON {
  /// The points of a sweep, and what they come to.
  public static func text(
    _ rows: [SweepRow], _ verdicts: [PoolVerdict]?, verdict: String
  ) -> String {
    let points = rows.map { row in
      JSONValue.object([.init("key", .string(row.key))] + row.members)
    }
    var members = [JSONValue.Member("points", .array(points))]
    if let verdicts {
      members.append(.init("disaggregation", PoolVerdictReport.json(verdicts)))
    }
    return JSONValue.object(members + [.init("verdict", .string(verdict))]).text()
  }
}
