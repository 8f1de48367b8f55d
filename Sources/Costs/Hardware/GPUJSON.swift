import Formats
import Foundation
import Serving

extension GPU {
  /// The GPU that a JSON file describes.
  ///
  /// - Parameters:
  ///   - json: the file's contents.
  ///   - source: the file, as the user named it.
  public init(json: [UInt8], source: String) throws(InputError) {
    let keys = try JSONKeys(json, source: source, remedy: GPUFile.remedy)
    let lenders = try Self.lenders(keys)
    let gpu = try GPU(try GPUFile(keys, like: lenders.first), source: source)
    self = gpu.completed(by: lenders)
  }

  /// The GPUs that a file says it is like, the most like first.
  private static func lenders(_ keys: JSONKeys) throws(InputError) -> [GPU] {
    var lenders: [GPU] = []
    for name in try keys.words("like", among: GPUs.names) ?? [] {
      lenders.append(try GPUs.named(name))
    }
    return lenders
  }

  /// This GPU with tables of `lenders` for what it has none of: kernels are taken to fall as far
  /// short of the data sheet as on the first that has them.
  ///
  /// Collectives come from the first whose links are of the same kind, if there is one.
  private func completed(by lenders: [GPU]) -> GPU {
    var gpu = self
    let alike = lenders.filter { $0.links[0].kind == links[0].kind }
    for lender in alike + lenders {
      let tables = lender.tables.all.filter(\.operation.isCollective)
      gpu.tables = gpu.tables.completed(by: KernelTables(tables), of: lender.name)
    }
    for lender in lenders {
      let tables = lender.tables.all.filter { !$0.operation.isCollective }
      gpu.tables = gpu.tables.completed(by: KernelTables(tables), of: lender.name)
    }
    return gpu
  }

  /// The GPU as JSON, which `init(json:source:)` reads back: a table a line.
  public var json: String {
    var file = GPUFile(self)
    let tables = file.tables ?? []
    file.tables = nil
    let sheet = GPU.text(of: file, .prettyPrinted).dropLast(2)
    let lines = tables.map { "    " + GPU.text(of: $0, []) }.joined(separator: ",\n")
    return sheet + ",\n  \"tables\" : [" + (lines.isEmpty ? "" : "\n\(lines)\n  ") + "]\n}\n"
  }

  private static func text(
    of value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
  ) -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
    // Encoding numbers and strings cannot fail: no number is infinite.
    return String(decoding: (try? encoder.encode(value)) ?? Data(), as: UTF8.self)
  }

  init(_ file: GPUFile, source: String) throws(InputError) {
    try file.check(in: source)
    var tables: [KernelTable] = []
    for (index, table) in (file.tables ?? []).enumerated() {
      let read = try table.table(in: source)
      if tables.contains(where: read.replaces) {
        throw InputError(
          source, column: "tables[\(index)]",
          problem: "there are two tables of \(read.operation.rawValue) in \(read.format.rawValue) "
            + "with variant \(read.variant)", remedy: "leave one of them out")
      }
      tables.append(read)
    }
    let peaks = file.flopsPerSecond
    self.init(
      name: file.name, source: file.source, memoryBytes: file.memoryBytes,
      memoryBytesPerSecond: file.memoryBytesPerSecond,
      peaks: Peaks(bf16: peaks.bf16, fp8: peaks.fp8, int8: peaks.int8, fp4: peaks.fp4),
      multiprocessors: file.multiprocessors,
      links: file.links.map { Link($0.kind, gpus: $0.gpus, bytesPerSecond: $0.bytesPerSecond) }
        .sorted { $0.gpus < $1.gpus },
      sustainedRate: file.sustainedFlopsPerSecond,
      efficiencies: file.efficiencies, hostBytesPerSecond: file.hostBytesPerSecond,
      tables: KernelTables(tables), lent: file.lent)
  }
}
