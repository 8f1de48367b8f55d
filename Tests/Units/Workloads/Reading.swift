import Serving
import Testing

@testable import Formats
@testable import Workloads

/// Reads `text` as the file `trace.csv`, whatever its format.
func load(_ text: String) throws -> LoadedTrace {
  try TraceFile.parse(Array(text.utf8), source: "trace.csv")
}

/// The mistake for which `text` is refused; a failure of the test if it is not.
func refusal(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) -> InputError? {
  refusal(Array(text.utf8), sourceLocation: sourceLocation)
}

func refusal(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) -> InputError? {
  do {
    _ = try TraceFile.parse(bytes, source: "trace.csv")
    Issue.record("nothing was refused", sourceLocation: sourceLocation)
    return nil
  } catch {
    return error
  }
}

/// Whether `error` is about `column` in `line` of trace.csv and says `words`.
func isAbout(_ error: InputError?, line: Int?, column: String?, says words: String) -> Bool {
  guard let error else { return false }
  return error.source == "trace.csv" && error.line == line && error.column == column
    && error.problem.contains(words) && !error.remedy.isEmpty
}
