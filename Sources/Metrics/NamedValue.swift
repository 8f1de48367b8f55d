/// One figure of a run: what it is called, its unit and its value.
public struct NamedValue: Sendable, Equatable {
  /// A figure, or the lack of one.
  public enum Value: Sendable, Equatable {
    case count(Int)
    case real(Double)
    /// Nothing was measured, as where no request has the latency.
    case missing

    public init(_ value: Double?) {
      self = value.map { .real($0) } ?? .missing
    }

    /// The value as a field of a table; empty where there is none.
    public var text: String {
      switch self {
      case .count(let count): count.description
      case .real(let real): real.description
      case .missing: ""
      }
    }
  }

  /// What it belongs to: `requests`, `ttft`, `memory`.
  public var section: String
  /// Its name in the section, which ends in the unit where the unit is not plain.
  public var name: String
  /// The unit as people write it; empty for a count of things that the name says, and for a share.
  public var unit: String
  public var value: Value

  public init(_ section: String, _ name: String, unit: String = "", _ value: Value) {
    self.section = section
    self.name = name
    self.unit = unit
    self.value = value
  }

  /// Its name among the figures of all sections, as a CSV column has it.
  public var column: String { "\(section)_\(name)" }
}
