import Formats
import Reporting
import Serving
import Studies

/// What `servesim cost` is asked for.
struct CostOptions: Sendable {
  /// What is priced.
  enum Work: Sendable, Equatable {
    /// One batch, in the notation of `BatchNotation`.
    case batch(GivenValue)
    /// The path of a table of batches.
    case batches(GivenValue)
  }

  var work: Work
  var deployment: Deployment
  /// Where `--json`, `--csv` and `--markdown` go.
  var outputs: Outputs

  init(_ invocation: Invocation) throws {
    work = try Self.work(invocation["--batch"], invocation["--batches"])
    outputs = try invocation.outputs()
    deployment = try Deployment { invocation.value(of: $0) }
  }

  /// Prices, reports, and writes the outputs.
  func run() throws {
    switch work {
    case .batch(let given):
      let batch = try BatchNotation.batch(given.string(), source: given.source)
      try write(try CostReport(of: batch, on: deployment))
    case .batches(let given):
      try write(try PricedBatches(path: given.string(), on: deployment))
    }
  }

  private func write(_ report: CostReport) throws {
    try outputs.write { option, writer in
      switch option {
      case "--json": writer.write(CostData.json(report))
      case "--csv": writer.write(CostData.csv(report))
      default: writer.write(CostTable.markdown(report))
      }
    }
    if !outputs.usesStandardOutput { try show(CostTable.text(report)) }
  }

  private func write(_ batches: PricedBatches) throws {
    try outputs.write { option, writer in
      switch option {
      case "--json": PricedBatchesData.writeJSON(batches) { writer.write($0) }
      case "--csv": PricedBatchesData.writeCSV(batches) { writer.write($0) }
      default: writer.write(PricedBatchesData.markdown(batches))
      }
    }
    if !outputs.usesStandardOutput { try show(PricedBatchesData.text(batches)) }
  }

  private static func work(_ batch: GivenValue?, _ batches: GivenValue?) throws -> Work {
    switch (batch, batches) {
    case (let batch?, nil): return .batch(batch)
    case (nil, let batches?): return .batches(batches)
    case (_?, let batches?):
      throw batches.mistake("there is a --batch already", "give one of the two")
    case (nil, nil):
      throw InputError(
        "--batch", problem: "there is nothing to price",
        remedy: "give --batch such as prefill=512@1024,decode=64x2048, or --batches FILE "
          + "(servesim help cost)")
    }
  }

  fileprivate static let files = [
    OutputOptions.file("--json", "the costs as JSON"),
    OutputOptions.file("--csv", "one row an operation, or one row a batch of --batches"),
    OutputOptions.file("--markdown", "the tables as Markdown"),
  ]

  fileprivate static let batches = [
    Option(
      name: "--batch", placeholder: "BATCH", standard: nil,
      help: "chunks of prompts as \(BatchNotation.prefillForm) (after CONTEXT cached tokens; "
        + "NxTOKENS for N of them) and decodes as \(BatchNotation.decodeForm), with commas between",
      group: "Batch"),
    Option(
      name: "--batches", placeholder: "FILE", standard: nil,
      help: "price each row of a CSV file with \(PricedBatches.header), where chunks are "
        + "TOKENS@CONTEXT with spaces between; other columns are carried along", group: "Batch",
      file: .reads),
  ]
}

extension Command {
  /// The cost model, laid open for any batch.
  static func cost() -> Command {
    Command(
      name: "cost",
      summary: "show where the time of a batch goes, operation by operation, or price many batches",
      options: CostOptions.batches + Option.placement + CostOptions.files
        + [OutputOptions.force],
      examples: [
        Example(
          line: "servesim cost --batch prefill=512@1024,decode=64x2048",
          purpose: "a chunk of a prompt beside 64 decodes"),
        Example(
          line: "servesim cost --batches Reports/calibration/yi-34b.csv --model yi-34b "
            + "--tensor-parallel-size 2",
          purpose: "a time for each row of a table"),
      ],
      run: { try CostOptions($0).run() })
  }
}
