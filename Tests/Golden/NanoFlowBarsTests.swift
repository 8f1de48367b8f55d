import Foundation
import Support
import Testing

private let reports = Repository.root.appending(path: "Reports/nanoflow")

/// What the figures in `Reports/nanoflow` keep to, and by how much those that do not are off.
@Suite struct `NanoFlow's figures in the reports` {
  private struct Row {
    var system: String
    var workload: String
    var at: String
    var published: Double
    var ours: Double
    var difference: Double { ours / published - 1 }
  }

  private func rows(_ folder: String) throws -> [Row] {
    let text = try String(
      contentsOf: reports.appending(path: "\(folder)/data.csv"), encoding: .utf8)
    return try text.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      return Row(
        system: fields[0], workload: fields[1], at: fields[3],
        published: try #require(Double(fields[4])), ours: try #require(Double(fields[5])))
    }
  }

  @Test func `tokens a second are within 5 % of Figure 9, and ratios within 3 points`() throws {
    let rows = try rows("ablation")
    func row(_ system: String, _ workload: String) throws -> Row {
      try #require(rows.first { $0.system == system && $0.workload == workload })
    }
    for workload in ["512-0", "512-512", "1024-512", "512-1024"] {
      let whole = try row("non-overlap", workload)
      for system in ["nano-batch", "nanoflow"] {
        let row = try row(system, workload)
        #expect(abs(row.ours / whole.ours - row.published / whole.published) <= 0.03)
      }
      let full = try row("nanoflow", workload)
      #expect(abs(full.difference) <= 0.05)
      // Known miss: published are 0.970 to 0.975 (Reports/nanoflow, "Offload").
      let offload = try row("nanoflow-offload", workload).ours / full.ours
      #expect(offload < 1 && offload > 0.995)
    }
  }

  @Test func `a backlog is served within 10 % of Figure 7, and TensorRT-LLM's within 6 %`() throws {
    for row in try rows("offline") {
      if row.system == "nanoflow" { #expect(abs(row.difference) <= 0.10, "\(row)") }
      if row.system == "tensorrt-llm" { #expect(abs(row.difference) <= 0.06, "\(row)") }
    }
  }

  @Test func `engines stand in Figure 7's order on its data sets`() throws {
    let rows = try rows("offline")
    let order = ["vllm", "deepspeed-fastgen", "tensorrt-llm", "nanoflow"]
    for workload in ["splitwise", "lmsys", "sharegpt"] {
      let ours = order.compactMap { system in
        rows.first { $0.system == system && $0.workload == workload }?.ours
      }
      #expect(ours.count == order.count && ours == ours.sorted())
    }
  }

  @Test func `rates at 200 ms a token are as far from Figure 8 as the report says`() throws {
    let rates = try rows("online").filter { $0.at.isEmpty }
    #expect(rates.count == 15)
    for row in rates {
      let size = abs(row.difference)
      switch (row.system, row.workload) {
      // Known misses: 12 % was aimed at (Reports/nanoflow, "Latency by load").
      case ("nanoflow", "lmsys"): #expect(size > 0.12 && size <= 0.135)
      case ("nanoflow", "sharegpt"): #expect(size > 0.12 && size <= 0.22)
      case ("nanoflow-host", "sharegpt"): #expect(size > 0.12 && size <= 0.16)
      case ("deepspeed-fastgen", _): #expect(size > 0.12 && size <= 0.52)
      default: #expect(size <= 0.12, "\(row)")
      }
    }
  }

  @Test func `other models reach the share of the optimum that Figure 11 has, within 6 points`()
    throws
  {
    let published = [0.706, 0.674, 0.591, 0.504, 0.785]
    for (row, share) in zip(try rows("models"), published) {
      #expect(abs(row.difference * share) <= 0.06, "\(row)")
    }
  }
}
