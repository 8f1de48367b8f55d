import Foundation
import Serving
import Testing

@testable import Costs
@testable import Formats

/// A JSON object that a test changes.
private typealias Members = [String: Any]

/// A GPU whose figures are in the range of hardware.
private let plain = GPU(
  name: "plain", source: "by hand", memoryBytes: 80_000_000_000, memoryBytesPerSecond: 2e12,
  peaks: .init(bf16: 3e14), links: [.init(.pcie, gpus: 8, bytesPerSecond: 3.2e10)],
  efficiencies: Efficiencies(
    matrixCompute: 0.5, matrixMemory: 0.8, prefillAttention: 0.25, decodeAttention: 0.4,
    elementwise: 0.2, collective: 0.1, launchSeconds: 2e-6, collectiveSeconds: 5e-6,
    isMeasured: false, source: "by hand"))

private func json(_ change: (inout Members) throws -> Void) throws -> Data {
  var gpu = plain
  gpu.tables = KernelTables([
    KernelTable(
      operation: .allReduce, format: .bf16, variant: 0, source: "by hand", measurements: 9,
      times: TimeTable(grid: Grid(axes: [[1, 2], [3, 4, 6]]), octaves: [0, 1, 2, 3, -1, -2]))
  ])
  let read = try JSONSerialization.jsonObject(with: Data(gpu.json.utf8))
  var members = try #require(read as? Members)
  try change(&members)
  return try JSONSerialization.data(withJSONObject: members)
}

/// The same with a change to its table.
private func table(_ change: @escaping (inout Members) -> Void) throws -> Data {
  try json { members in
    var tables = try #require(members["tables"] as? [Members])
    change(&tables[0])
    members["tables"] = tables
  }
}

private func knots(_ axis: String, _ values: [Double]) -> Members {
  ["axis": axis, "values": values]
}

private func mistake(_ data: Data) -> InputError? {
  #expect(throws: InputError.self) { try GPU(json: Array(data), source: "my.json") }
}

@Suite struct GPUJSONTests {
  @Test(arguments: GPUs.names)
  func `a built-in GPU is the same after it was written and read`(name: String) throws {
    let gpu = try GPUs.named(name)
    #expect(gpu.name == name)
    let text = gpu.json
    let back = try GPU(json: Array(text.utf8), source: name)
    // A comparison outside of the macro, which would print all tables.
    let isSame = back == gpu
    #expect(isSame)
    let isSameText = back.json == text
    #expect(isSameText)
  }

  @Test func `a GPU made by hand comes back too`() throws {
    var gpu = try GPU(json: Array(json { _ in }), source: "my.json")
    #expect(gpu.tables.all[0].times.octaves == [0, 1, 2, 3, -1, -2])
    #expect(gpu.tables.all[0].times.grid.axes == [[1, 2], [3, 4, 6]])
    gpu.tables = KernelTables()
    #expect(gpu == plain)
    #expect(try GPU(json: Array(json { $0["tables"] = nil }), source: "my.json") == plain)
  }

  @Test func `links are taken from the nearest on`() throws {
    let near: Members = ["kind": "NVLink", "gpus": 8, "bytes_per_second": 9e11]
    let far: Members = ["kind": "Ethernet", "gpus": 64, "bytes_per_second": 1e10]
    let gpu = try GPU(json: Array(json { $0["links"] = [far, near] }), source: "my.json")
    #expect(gpu.links.map(\.gpus) == [8, 64])
    #expect(gpu.link(among: 8).kind == .nvlink && gpu.link(among: 9).kind == .ethernet)
    #expect(gpu.link(among: 65).kind == .ethernet)
  }

  @Test(arguments: [
    "name", "source", "memory_bytes", "memory_bytes_per_second", "host_bytes_per_second",
    "flops_per_second", "multiprocessors", "links", "efficiencies",
  ])
  func `a key that is missing is named`(key: String) throws {
    let error = mistake(try json { $0[key] = nil })
    #expect(error?.source == "my.json" && error?.column == key)
    #expect(error?.problem == "the key \(key) is missing")
    #expect(error?.remedy.contains("servesim calibrate") == true)
  }

  @Test func `a key that is missing deep inside is named with its path`() throws {
    let error = mistake(try table { $0["octaves"] = nil })
    #expect(error?.column == "tables[0].octaves")
    let share = mistake(
      try json { members in
        var shares = try #require(members["efficiencies"] as? Members)
        shares["matrix_compute"] = nil
        members["efficiencies"] = shares
      })
    #expect(share?.column == "efficiencies.matrix_compute")
  }

  @Test(arguments: ["memory_bytes", "name", "links", "efficiencies", "flops_per_second"])
  func `a value of the wrong type is named`(key: String) throws {
    for value in [true, [1], NSNull()] as [Any] {
      let error = mistake(try json { $0[key] = value })
      #expect(error?.source == "my.json" && error?.column?.hasPrefix(key) == true)
      #expect(error?.remedy.isEmpty == false)
    }
  }

  @Test func `an operation, format or kind of link that there is not is named`() throws {
    #expect(mistake(try table { $0["operation"] = "gem" })?.column == "tables[0].operation")
    #expect(mistake(try table { $0["format"] = "int3" })?.column == "tables[0].format")
    let link: Members = ["kind": "rope", "gpus": 8, "bytes_per_second": 9]
    #expect(mistake(try json { $0["links"] = [link] })?.column == "links[0].kind")
  }

  @Test(arguments: [
    "memory_bytes", "memory_bytes_per_second", "host_bytes_per_second", "multiprocessors",
    "sustained_flops_per_second",
  ])
  func `a figure that is not positive is refused`(key: String) throws {
    for value in [0, -1] {
      let error = mistake(try json { $0[key] = value })
      #expect(error?.column == key && error?.problem == "\(key) is not positive")
    }
  }

  @Test(arguments: [
    ("flops_per_second", "bf16"), ("flops_per_second", "fp8"), ("flops_per_second", "int8"),
    ("flops_per_second", "fp4"), ("efficiencies", "matrix_compute"),
    ("efficiencies", "matrix_memory"), ("efficiencies", "prefill_attention"),
    ("efficiencies", "decode_attention"), ("efficiencies", "elementwise"),
    ("efficiencies", "collective"), ("efficiencies", "launch_seconds"),
    ("efficiencies", "collective_seconds"),
  ])
  func `so is one among others`(group: String, key: String) throws {
    let error = mistake(
      try json { members in
        var figures = try #require(members[group] as? Members)
        figures[key] = 0
        members[group] = figures
      })
    #expect(error?.column == "\(group).\(key)")
  }

  @Test func `a GPU without a link, or with one that reaches nobody, is refused`() throws {
    for (gpus, rate, key) in [
      (0, 3e10, "gpus"), (8, 0, "bytes_per_second"), (-8, 3e10, "gpus"),
    ] {
      let link: Members = ["kind": "PCIe", "gpus": gpus, "bytes_per_second": rate]
      #expect(mistake(try json { $0["links"] = [link] })?.column == "links[0].\(key)")
    }
    #expect(mistake(try json { $0["links"] = [Members]() })?.column == "links")
  }

  @Test func `axes that are not those of the operation are refused with those that are`() throws {
    let axes = [
      [knots("bytes", [1]), knots("gpus", [1])], [knots("gpus", [1])], [],
      [knots("gpus", [1]), knots("bytes", [1]), knots("keys", [1])],
    ]
    for axes in axes {
      let error = mistake(try table { $0["knots"] = axes })
      #expect(error?.column == "tables[all_reduce, bf16]")
      #expect(error?.remedy == "give gpus, bytes")
    }
  }

  @Test(arguments: [[4.0, 2], [2, 2], [0, 2], [-1, 2], []])
  func `knots that do not ascend from above nothing are refused`(values: [Double]) throws {
    let error = mistake(try table { $0["knots"] = [knots("gpus", values), knots("bytes", [1])] })
    #expect(error?.column == "tables[all_reduce, bf16]")
    #expect(error?.problem == "the knots of gpus do not ascend from above 0")
  }

  @Test(arguments: ["", "gA", "gAkAoAsAcAYA!!", "gAkAoAsAcAY", "gAkAoAsAcAYAgA", "gAkAoAsAcAY="])
  func `octaves that are not one a cell are refused`(text: String) throws {
    let error = mistake(try table { $0["octaves"] = text })
    #expect(error?.column == "tables[all_reduce, bf16]")
    #expect(error?.problem == "its octaves are not 6 cells")
  }

  @Test(arguments: ["", "{", "[]", "7", "null", "name: x", "{\"name\": \"x\",}"])
  func `what is not the JSON of a GPU is refused`(text: String) {
    let error = mistake(Data(text.utf8))
    #expect(error?.source == "my.json")
    #expect(error?.remedy.contains("servesim calibrate") == true)
  }
}
