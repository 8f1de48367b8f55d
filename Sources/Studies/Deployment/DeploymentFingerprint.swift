import Costs
import Formats
import Serving

extension Fingerprint {
  /// Adds the requests, sessions, prompts' hashes, priorities and waits of a trace; not its labels.
  public mutating func add(_ trace: Trace) {
    let columns = trace.columns
    add(word: UInt64(trace.count))
    add(word: UInt64(columns.prefixBlockTokens))
    for row in trace.requests.indices {
      let request = trace.requests[row]
      add(word: UInt64(request.arrival))
      add(word: UInt64(request.promptTokens) << 32 | UInt64(request.outputTokens))
      if let sessions = columns.sessions { add(sessions[row]) }
      if let priorities = columns.priorities {
        add(word: UInt64(bitPattern: Int64(priorities[row])))
      }
      if let waits = columns.waits {
        add(word: UInt64(waits[row].count))
        for earlier in waits[row] { add(word: UInt64(earlier)) }
        add(word: UInt64(bitPattern: Int64(waits.delay(of: row) ?? -1)))
      }
      guard let hashes = columns.prefixHashes else { continue }
      add(word: UInt64(hashes[row].count))
      for hash in hashes[row] { add(word: hash) }
    }
  }

  /// Adds what a deployment is made of, by its data and not by the names it goes by alone.
  public mutating func add(_ deployment: Deployment) {
    add(String(describing: deployment.model))
    add(deployment.gpu)
    add(String(describing: deployment.host))
    // Counts of tokens by expert are a file's, which its name does not tell.
    if deployment.experts != ExpertParallelism() { add(String(describing: deployment.experts)) }
    if let speculative = deployment.speculative { add(String(describing: speculative)) }
  }

  /// Adds a GPU: its data sheet as a file has it, and each table's content.
  private mutating func add(_ gpu: GPU) {
    var sheet = gpu
    sheet.tables = KernelTables()
    add(sheet.json)
    for table in gpu.tables.all { add(table) }
  }

  private mutating func add(_ table: KernelTable) {
    add("\(table.operation.rawValue) \(table.format.rawValue) \(table.variant)")
    add("\(table.source) \(table.borrowedFrom ?? "") \(table.measurements)")
    add(word: table.times.hasChunks ? 1 : 0)
    for axis in table.times.grid.axes {
      add(word: UInt64(axis.count))
      for knot in axis { add(word: knot.bitPattern) }
    }
    for octaves in table.times.octaves { add(word: octaves.bitPattern) }
  }
}
