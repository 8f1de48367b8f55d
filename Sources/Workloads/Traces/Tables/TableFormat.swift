import Formats
import Serving

/// A format whose rows are those of a table, told by what its columns are called and mean.
struct TableFormat: TraceFormat {
  /// What a column says of a request.
  enum Meaning: Sendable, Equatable {
    /// When it arrives, from any origin.
    case arrival(TimeUnit)
    /// When it arrives, as a date or as a number since 1970.
    case date
    case prompt, output, label, session, priority, hashes
  }

  /// A column that is read.
  struct Field: Sendable {
    var column: String
    var meaning: Meaning
    var isRequired = true

    init(_ column: String, _ meaning: Meaning, isRequired: Bool = true) {
      self.column = column
      self.meaning = meaning
      self.isRequired = isRequired
    }
  }

  let name: String
  let summary: String
  let fields: [Field]
  /// Tokens in a block of the hashes, if the format has any.
  var blockTokens = NativeFormat.standardBlockTokens
  /// What a reading of the format takes for granted, told with each.
  var assumption: String?

  var header: String {
    var header = ""
    for field in fields {
      let isFirst = header.isEmpty || header.hasSuffix(",]")
      let comma = isFirst ? "" : ","
      let end = isFirst && !field.isRequired ? "," : ""
      header += field.isRequired ? comma + field.column : "[\(comma)\(field.column)\(end)]"
    }
    return header
  }

  var required: [String] { fields.filter(\.isRequired).map(\.column) }

  func recognises(_ firstLine: FirstLine) -> Bool {
    guard case .columns(let columns) = firstLine else { return false }
    return required.allSatisfy(columns.contains)
  }

  func parse(
    _ bytes: [UInt8], source: String, _ reading: TraceReading
  ) throws(InputError) -> LoadedTrace {
    var reader = try CSVReader(bytes, source: source)
    var builder = TraceBuilder(reading)
    builder.ignored = try reader.columns(besides: fields.map(\.column))
    let columns = try places(in: reader)
    var labels = columns.label.map { RowLabels(column: $0) }
    builder.columns.sessions = columns.session.map { _ in [] }
    builder.columns.priorities = columns.priority.map { _ in [] }
    builder.columns.prefixHashes = columns.hashes.map { _ in [] }
    builder.columns.prefixBlockTokens = blockTokens
    var earliest = Nanoseconds.max
    while try reader.nextRow() {
      try labels?.read(reader)
      let arrival = try columns.arrival.map { column throws(InputError) in
        try time(column, of: reader)
      }
      let isKept = builder.add(
        arrival: arrival ?? 0, promptTokens: try reader.tokens(columns.prompt),
        outputTokens: try reader.tokens(columns.output))
      guard isKept else { continue }
      earliest = min(earliest, arrival ?? 0)
      try labels?.keep(reader)
      if let column = columns.session { builder.columns.sessions?.append(try reader.text(column)) }
      if let column = columns.priority {
        builder.columns.priorities?.append(try reader.priority(column))
      }
      if let column = columns.hashes {
        builder.columns.prefixHashes?.append(try reader.hashes(column))
      }
    }
    builder.columns.labels = try labels?.finish(reader, isInOrder: builder.isInOrder)
    builder.hasArrivals = columns.arrival != nil
    var loaded = try builder.finish(source: source, formatName: name, origin: earliest)
    if let assumption { loaded.notes.append(assumption) }
    return loaded
  }

  private var arrival: Meaning? {
    fields.first { $0.meaning == .date || $0.meaning.unit != nil }?.meaning
  }

  /// Where the columns stand that are read.
  private struct Places {
    var arrival, label, session, priority, hashes: Column?
    var prompt, output: Column
  }

  private func places(in reader: CSVReader) throws(InputError) -> Places {
    func column(_ meaning: Meaning?) throws(InputError) -> Column? {
      guard let field = fields.first(where: { $0.meaning == meaning }) else { return nil }
      return field.isRequired
        ? try reader.column(field.column, of: header)
        : try reader.optionalColumn(field.column)
    }
    guard let prompt = try column(.prompt), let output = try column(.output) else {
      preconditionFailure("a format has the tokens of prompts and outputs")
    }
    return Places(
      arrival: try column(arrival), label: try column(.label), session: try column(.session),
      priority: try column(.priority), hashes: try column(.hashes), prompt: prompt, output: output)
  }

  @inline(__always)
  private func time(
    _ column: Column, of reader: borrowing CSVReader
  ) throws(InputError) -> Nanoseconds {
    guard let unit = arrival?.unit else { return try AzureFormat.time(column, of: reader) }
    do throws(NumberProblem) {
      return try DecimalNumber.arrival(
        reader.bytes.span.extracting(reader.range(of: column)), places: unit.places)
    } catch {
      throw reader.error(
        in: column, reader.describe(error, in: column),
        DecimalNumber.arrivalRemedy(unit.words, places: unit.places))
    }
  }
}

extension TableFormat.Meaning {
  /// The unit of a time, if this is one.
  var unit: TimeUnit? { if case .arrival(let unit) = self { unit } else { nil } }
}
