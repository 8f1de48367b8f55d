import Costs
import Formats
import Metrics
import Serving
import Workloads

/// A table of batches, one a row, and what each costs.
///
/// The columns `prefill_chunks` (`tokens@context`, with spaces between chunks, or nothing),
/// `decode_requests` and `decode_context_tokens` (in sum over the requests, which are taken to be
/// equally long) may stand in any order; all others are carried along.
public struct PricedBatches: Sendable, Equatable {
  /// One batch.
  public struct Row: Sendable, Equatable {
    /// The fields of the file, as they were.
    public var fields: [String]
    /// The values of `PricedBatches.figures`, in seconds.
    public var seconds: [Double]
  }

  /// What was set, as reports show it.
  public var settings: [Run.Setting]
  /// The names of the file's columns.
  public var columns: [String]
  public var rows: [Row] = []

  /// The names of the columns that are added: the time of the batch, that of its layers and their
  /// five parts, then the head's and the host's.
  ///
  /// The five parts, added in this order, are exactly the layers' time; layers, head and host, in
  /// this order, exactly the batch's.
  public static let figures =
    ["seconds", "layer_seconds"] + CostPart.allCases.map { "\($0.rawValue)_seconds" }

  /// The header of a table, for messages and help.
  public static let header = "prefill_chunks,decode_requests,decode_context_tokens"

  /// Prices the batches of the file at `path` on `deployment`.
  public init(path: String, on deployment: Deployment) throws(InputError) {
    try self.init(InputFile.read(path), source: path, on: deployment)
  }

  /// Prices the batches of a table of `bytes`; `source` is what messages call it.
  public init(
    _ bytes: [UInt8], source: String, on deployment: Deployment
  ) throws(InputError) {
    var prices = PartPrices(try deployment.cost())
    var reader = try CSVReader(bytes, source: source, rowMeaning: "a batch")
    let columns = try BatchColumns(of: reader)
    let all = reader.columns
    settings = deployment.shown(Deployment.placement())
    self.columns = reader.header
    var largest: [Batch] = []
    while try reader.nextRow() {
      let batch = try columns.batch(reader)
      let parts = prices.parts(of: batch)
      Self.keepLargest(&largest, batch)
      let fields = try all.map { column throws(InputError) in try reader.text(column) }
      rows.append(
        Row(
          fields: fields,
          seconds: [parts.totalSeconds, parts.layerSeconds]
            + CostPart.allCases.map { parts[$0] }))
    }
    if let words = CostBasis(of: largest, by: prices.cost).words {
      settings.append(Run.Setting("times", words))
    }
  }

  /// Keeps, of all batches so far, the one with the most tokens, and those with the longest prompts
  /// and the most cached tokens of decodes: what their times rest on is said of all.
  private static func keepLargest(_ largest: inout [Batch], _ batch: Batch) {
    let sizes: [(Batch) -> Int] = [
      \.tokens, { $0.chunks.map { $0.tokens + $0.context }.max() ?? 0 }, \.decodeContext,
    ]
    if largest.isEmpty { largest = sizes.map { _ in batch } }
    for (place, size) in sizes.enumerated() where size(batch) > size(largest[place]) {
      largest[place] = batch
    }
  }
}

/// The columns that say what a batch holds.
private struct BatchColumns {
  let chunks: Column
  let requests: Column
  let context: Column

  init(of reader: borrowing CSVReader) throws(InputError) {
    chunks = try reader.column("prefill_chunks", of: PricedBatches.header)
    requests = try reader.column("decode_requests", of: PricedBatches.header)
    context = try reader.column("decode_context_tokens", of: PricedBatches.header)
    for name in PricedBatches.figures {
      if let taken = try reader.optionalColumn(name) {
        throw reader.error(
          in: taken, "a column of this name is added to the table", "rename or remove it")
      }
    }
  }

  /// The batch in the row last read.
  func batch(_ reader: borrowing CSVReader) throws(InputError) -> Batch {
    var parts = BatchParts()
    let list = try reader.text(chunks).split(separator: " ")
    for (index, chunk) in list.enumerated() {
      var scanner = NotationScanner(chunk, place: 1)
      do throws(NotationProblem) {
        try parts.addPrompts(&scanner)
      } catch {
        let problem = "in chunk \(index + 1), `\(chunk.prefix(24))`: \(error.problem)"
        throw reader.error(in: chunks, problem, error.remedy)
      }
    }
    let count = try reader.count(requests, of: "requests")
    let tokens = try reader.count(context, of: "cached tokens")
    if count == 0 && tokens > 0 {
      throw reader.error(
        in: context, "no request decodes and \(tokens) tokens are cached",
        "0 where decode_requests is 0")
    }
    if count == 0 && list.isEmpty {
      throw reader.error(
        in: requests, "the batch has nothing to do",
        "give prefill_chunks, or decode_requests of at least 1")
    }
    parts.addDecodes(count, sum: tokens)
    return parts.batch
  }
}
