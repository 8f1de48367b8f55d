import Foundation
import Support
import Testing

@testable import Costs
@testable import Formats

/// The data sheet of a GPU that says what it is like, with `more` keys.
private func sheet(_ more: String = #""like": "l40s""#) -> [UInt8] {
  Array(
    """
    {"name": "mine", "source": "its data sheet", "memory_bytes": 24000000000,
     "memory_bytes_per_second": 1e12, "flops_per_second": {"bf16": 1e14}, \(more)}
    """.utf8)
}

private func mistake(_ more: String) -> InputError? {
  #expect(throws: InputError.self) { try GPU(json: sheet(more), source: "my.json") }
}

private let table = Repository.shared.appending(path: "reference/data/hardware.csv")

@Suite struct `A GPU that is like another` {
  @Test func `has that one's kernels for its own data sheet, and says so`() throws {
    let mine = try GPU(json: sheet(), source: "my.json")
    let l40s = try gpu("l40s")
    #expect(mine.tables.all.count == l40s.tables.all.count)
    #expect(mine.tables.all.allSatisfy { $0.borrowedFrom != nil })
    #expect(mine.tables.all.contains { $0.borrowedFrom == "l40s" })
    #expect(mine.memoryBytesPerSecond == 1e12 && mine.peaks == .init(bf16: 1e14))
    #expect(mine.links == l40s.links && mine.multiprocessors == l40s.multiprocessors)
    #expect(!mine.efficiencies.isMeasured && mine.efficiencies.matrixCompute == 0.62)
    let figures = ["efficiencies", "host_bytes_per_second", "links", "multiprocessors"]
    #expect(mine.lent == GPU.Lent(figures, from: "l40s"))
  }

  /// A kernel that both wait for memory with takes as much longer as its memory is slower.
  @Test func `falls as far short of its data sheet`() throws {
    var half = try gpu("l40s")
    half.memoryBytesPerSecond /= 2
    half.peaks.bf16 /= 2
    let text = """
      {"name": "half", "source": "by hand", "memory_bytes": 24000000000,
       "memory_bytes_per_second": 4.32e11, "flops_per_second": {"bf16": 1.81025e14},
       "like": "l40s"}
      """
    let mine = try GPU(json: Array(text.utf8), source: "my.json")
    let product = Kernel.gemm(rows: 16, outputs: 8192, inputs: 8192, .bf16)
    #expect(mine.tables.seconds(product, on: mine) == half.tables.seconds(product, on: half))
  }

  @Test func `keeps up as much of its peak, unless it says otherwise`() throws {
    let mine = try GPU(json: sheet(#""like": "a100-sxm-80gb""#), source: "my.json")
    let rate: Double = try #require(mine.sustainedRate)
    let share: Double = 228 / 312
    #expect(abs(rate / 1e14 - share) < 1e-9)
    #expect(mine.lent?.figures.contains("sustained_flops_per_second") == true)
    let own = try GPU(
      json: sheet(#""like": "a100-sxm-80gb", "sustained_flops_per_second": 9e13"#), source: "")
    #expect(own.sustainedRate == 9e13)
    #expect(own.lent?.figures.contains("sustained_flops_per_second") == false)
  }

  /// A link over PCIe reaches far less of what it promises than one over NVLink.
  @Test func `takes collectives from the first with links of its kind`() throws {
    let pcie = #""links": [{"kind": "PCIe", "gpus": 8, "bytes_per_second": 3.2e10}]"#
    let mine = try GPU(json: sheet(#""like": ["h100-sxm", "l40s"], \#(pcie)"#), source: "")
    func owners(_ operation: MeasuredOperation) -> Set<String?> {
      Set(mine.tables.all.filter { $0.operation == operation }.map(\.borrowedFrom))
    }
    #expect(owners(.allReduce) == ["l40s"])
    #expect(owners(.attentionDecode) == ["h100-sxm"])
  }

  @Test func `is one that there is`() {
    let error = mistake(#""like": "l40""#)
    #expect(error?.column == "like" && error?.remedy.contains("l40s") == true)
    #expect(mistake(#""like": ["l40s", "h100"]"#)?.column == "like")
    #expect(mistake(#""like": 7"#)?.column == "like")
    #expect(mistake(#""like": []"#)?.column == "host_bytes_per_second")
    #expect(
      mistake(#""like": "l40s", "lent": {"figures": [], "from": "l40s"}"#)?.column == "like")
  }

  @Test(arguments: GPUs.names)
  func `has tables of others alone, where it is built in`(name: String) throws {
    let gpu = try gpu(name)
    guard gpu.lent != nil else { return }
    #expect(gpu.tables.all.allSatisfy { $0.borrowedFrom != nil })
  }

  /// A pair of GPUs of a mesh has one of the seven links of each.
  @Test(arguments: ["mi300x", "mi325x", "mi355x"])
  func `reaches a seventh in pairs where it is one of a mesh of eight`(name: String) throws {
    let gpu = try gpu(name)
    let ratio = gpu.link(among: 8).bytesPerSecond / gpu.link(among: 2).bytesPerSecond
    #expect(abs(ratio - 7) < 1e-6)
  }

  @Test(.enabled(if: Repository.hasShared("reference/data"), "needs ../shared/reference"))
  func `has the data sheet's figures, where it is built in`() throws {
    let others = ["a5000": "rtx-a5000"]
    var held = 0
    let rows = CSVTable(try String(contentsOf: table, encoding: .utf8)).rows
    for name in GPUs.names where try gpu(name).lent != nil {
      if name == "a10g" { continue }
      let gpu = try gpu(name)
      let row = try #require(rows.first { $0["name"] == others[name] ?? name }, "\(name)")
      func agrees(_ ours: Double?, _ column: String) -> Bool {
        let stated = Double(row[column] ?? "") ?? 0
        return abs((ours ?? 0) / 1e9 - stated) <= 0.002 * stated
      }
      held += 1
      #expect(agrees(gpu.memoryBytesPerSecond, "memory_gbs"), "\(name)")
      #expect(agrees(gpu.peaks.bf16 / 1000, "bf16_tflops"), "\(name)")
      #expect(agrees(gpu.peaks.fp8.map { $0 / 1000 }, "fp8_tflops"), "\(name)")
      #expect(agrees(gpu.peaks.int8.map { $0 / 1000 }, "int8_tops"), "\(name)")
      #expect(agrees(gpu.peaks.fp4.map { $0 / 1000 }, "fp4_tflops"), "\(name)")
      #expect(agrees(gpu.link(among: 8).bytesPerSecond, "scale_up_gbs"), "\(name)")
      let promised = (Double(row["memory_gb"] ?? "") ?? 0) * 1_073_741_824
      let share = Double(gpu.memoryBytes) / promised
      #expect(share > 0.91 && share <= 1.01, "\(name): \(share)")
    }
    #expect(held == 14)
  }
}
