/// A user's mistake: where it is, what is wrong, and what would be right.
public struct InputError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file, option or other source that holds the mistake, as the user named it.
  public var source: String
  /// The line in the source, counted from 1, where it has lines.
  public var line: Int?
  /// The column in the line, counted from 1, or the name that the column goes by.
  public var column: String?
  /// What is wrong, as a clause.
  public var problem: String
  /// What would be right, as a clause.
  public var remedy: String

  public init(
    _ source: String, line: Int? = nil, column: String? = nil, problem: String, remedy: String
  ) {
    self.source = source
    self.line = line
    self.column = column
    self.problem = problem
    self.remedy = remedy
  }

  /// One line: `source:line:column: problem; remedy`.
  public var description: String {
    let place = [source, line.map(String.init), column].compactMap { $0 }.joined(separator: ":")
    return "\(place): \(problem); \(remedy)"
  }
}
