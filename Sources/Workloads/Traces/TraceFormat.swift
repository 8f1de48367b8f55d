import Formats
import Serving

/// A way to write a trace down. A format is one file of its own and one line in `TraceFormats.all`.
public protocol TraceFormat: Sendable {
  /// The name by which a user asks for the format.
  var name: String { get }
  /// What the format is, in one line.
  var summary: String { get }
  /// The header, or the keys of an object, with those that may be left out in brackets.
  var header: String { get }
  /// The columns or keys without which a file is not of this format, so far as any are.
  var required: [String] { get }
  /// Whether a file that begins with `firstLine` is meant to be of this format.
  func recognises(_ firstLine: FirstLine) -> Bool
  /// Whether a session's requests may hold those of agents that it started.
  var hasSubAgents: Bool { get }
  /// Reads a whole file, of which `reading` says more; `source` is what messages call it.
  func parse(
    _ bytes: [UInt8], source: String, _ reading: TraceReading
  ) throws(InputError) -> LoadedTrace
  /// Mends, or refuses, a trace whose times are more likely in another unit than in the format's
  /// own. It is asked where the user has not named the format.
  func settleUnits(of loaded: inout LoadedTrace, source: String) throws(InputError)
}

extension TraceFormat {
  /// A format of which no name is needed.
  public var required: [String] { [] }
  /// Sessions that start no others.
  public var hasSubAgents: Bool { false }
  /// Reads a whole file of which no more is said.
  public func parse(_ bytes: [UInt8], source: String) throws(InputError) -> LoadedTrace {
    try parse(bytes, source: source, TraceReading())
  }
  /// A format whose names or values tell the unit has nothing to settle.
  public func settleUnits(of loaded: inout LoadedTrace, source: String) throws(InputError) {}
}

/// A trace that was read, and what its user should know about the reading.
public struct LoadedTrace: Sendable, Equatable {
  public var trace: Trace
  /// The name of the format that it was read as.
  public var formatName: String
  /// What was sorted, dropped or carried along, a sentence each with its count.
  public var notes: [String]
  /// Whether the source says when requests arrive; where it does not, all of them are at 0.
  public var hasArrivals = true
  /// The SHA-256 of the file's bytes in hexadecimal digits, where it was asked for.
  public var checksum: String?

  public init(trace: Trace, formatName: String, notes: [String]) {
    self.trace = trace
    self.formatName = formatName
    self.notes = notes
  }
}

/// The formats that can be read.
public enum TraceFormats {
  /// Every format, in the order in which they are shown and tried.
  public static let all: [any TraceFormat] = [
    NativeFormat(),
    AzureFormat(),
    MooncakeFormat(),
    TableFormat.burstGPT, TableFormat.vidur, TableFormat.splitwise, TableFormat.serveGen,
    TableFormat.blis,
    ObjectFormat.bailian, ObjectFormat.weka, ObjectFormat.claudeCodeRows,
    ObjectFormat.openTelemetry, ObjectFormat.exgenticSpans, ObjectFormat.llmServingSim,
    ObjectFormat.aiBrix,
    ObjectFormat.flexLB, ObjectFormat.apexPlus, ObjectFormat.dynamoRequests,
    ObjectFormat.inferencePerf, ObjectFormat.llmPerf, ObjectFormat.customDataset,
    ObjectFormat.shareGPT,
    BenchmarkFormat(),
  ]

  /// The format called `name`.
  public static func named(_ name: String) -> (any TraceFormat)? {
    all.first { $0.name == name }
  }

  /// The format of a file that begins with `firstLine`.
  public static func recognising(_ firstLine: FirstLine) -> (any TraceFormat)? {
    all.first { $0.recognises(firstLine) }
  }

  /// The names of all formats, for a message.
  static var names: String { all.map(\.name).joined(separator: ", ") }
}
