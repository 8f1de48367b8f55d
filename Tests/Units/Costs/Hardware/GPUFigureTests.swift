import Foundation
import Serving
import Testing

@testable import Costs
@testable import Formats

/// The h100-sxm as JSON, without tables, with `value` at the path of keys and places in lists.
private func json(_ path: [String], _ value: Any) throws -> Data {
  var gpu = try GPUs.named("h100-sxm")
  gpu.tables = KernelTables()
  let object = try JSONSerialization.jsonObject(with: Data(gpu.json.utf8))
  return try JSONSerialization.data(withJSONObject: changed(object, path[...], value))
}

private func changed(_ object: Any, _ path: ArraySlice<String>, _ value: Any) -> Any {
  guard let key = path.first else { return value }
  if var list = object as? [Any], let index = Int(key) {
    list[index] = changed(list[index], path.dropFirst(), value)
    return list
  }
  var members = object as? [String: Any] ?? [:]
  members[key] = changed(members[key] ?? [:], path.dropFirst(), value)
  return members
}

private func mistake(_ path: [String], _ value: Any) throws -> InputError? {
  let data = try json(path, value)
  return #expect(throws: InputError.self) { try GPU(json: Array(data), source: "my.json") }
}

/// A figure in a unit that others use, and what the message says it should be.
struct Slip: Sendable, CustomTestStringConvertible {
  var path: [String]
  var value: Double
  var words: [String]
  var testDescription: String { path.joined(separator: ".") }
}

@Suite struct `Figures of a GPU's file` {
  @Test(arguments: [
    Slip(path: ["memory_bytes_per_second"], value: 3350, words: ["GB/s", "3.35e12"]),
    Slip(path: ["memory_bytes_per_second"], value: 3.35, words: ["TB/s", "3.35e12"]),
    Slip(path: ["memory_bytes"], value: 80, words: ["GB", "8e10"]),
    Slip(path: ["host_bytes_per_second"], value: 25, words: ["GB/s", "2.5e10"]),
    Slip(path: ["flops_per_second", "bf16"], value: 989, words: ["TFLOP/s", "9.89e14"]),
    Slip(path: ["flops_per_second", "fp8"], value: 1.979, words: ["TFLOP/s", "1.979e12"]),
    Slip(path: ["sustained_flops_per_second"], value: 710, words: ["TFLOP/s", "7.1e14"]),
    Slip(path: ["links", "0", "bytes_per_second"], value: 450, words: ["GB/s", "4.5e11"]),
    Slip(path: ["efficiencies", "matrix_compute"], value: 79, words: ["per cent", "0.79"]),
    Slip(path: ["efficiencies", "collective"], value: 1.5, words: ["per cent", "0.015"]),
    Slip(path: ["efficiencies", "launch_seconds"], value: 2.6, words: ["microseconds", "2.6e-6"]),
    Slip(
      path: ["efficiencies", "collective_seconds"], value: 4.6, words: ["microseconds", "4.6e-6"]),
  ])
  func `a figure in another unit is refused with what it probably is`(slip: Slip) throws {
    let error = try #require(try mistake(slip.path, slip.value))
    let key = slip.path.joined(separator: ".").replacing(".0", with: "[0]")
    #expect(error.source == "my.json" && error.column == key)
    #expect(error.problem.contains("may be"))
    for word in slip.words { #expect(error.remedy.contains(word), "\(error.remedy)") }
  }

  @Test(arguments: [
    ["memory_bytes"], ["memory_bytes_per_second"], ["host_bytes_per_second"],
    ["flops_per_second", "bf16"], ["flops_per_second", "fp8"], ["flops_per_second", "int8"],
    ["flops_per_second", "fp4"], ["sustained_flops_per_second"], ["multiprocessors"],
    ["links", "0", "gpus"], ["links", "0", "bytes_per_second"], ["efficiencies", "matrix_memory"],
    ["efficiencies", "prefill_attention"], ["efficiencies", "decode_attention"],
    ["efficiencies", "elementwise"], ["efficiencies", "launch_seconds"],
  ])
  func `no figure is without a greatest and a least`(path: [String]) throws {
    for value in [1e-300, 1e18 + 1e6, 0] as [Double] { _ = try mistake(path, value) }
  }

  @Test func `a GPU cannot keep up more than its peak`() throws {
    let error = try mistake(["sustained_flops_per_second"], 2e15)
    #expect(error?.column == "sustained_flops_per_second")
  }

  @Test(arguments: [
    (["memory_bytes_per_secnd"], "memory_bytes_per_second"),
    (["efficiencies", "elementwize"], "elementwise"),
    (["flops_per_second", "bf_16"], "bf16"),
    (["links", "0", "bytes_per_sec"], "bytes_per_second"),
    (["memoryBytesPerSecond"], "memory_bytes_per_second"),
  ])
  func `a key that there is not is refused with the one that was meant`(
    path: [String], meant: String
  ) throws {
    let error = try #require(try mistake(path, 1e12))
    #expect(error.column?.hasSuffix(path.last ?? "") == true)
    #expect(error.remedy.contains(meant))
  }

  @Test func `two links of the same reach are refused`() throws {
    let link: [String: Any] = ["kind": "PCIe", "gpus": 8, "bytes_per_second": 3e10]
    #expect(try mistake(["links"], [link, link])?.column == "links[1].gpus")
  }

  @Test(arguments: ["", "two\nlines", "\u{1b}[31mred"])
  func `a name that is none is refused`(name: String) throws {
    #expect(try mistake(["name"], name)?.column == "name")
  }

  /// Of each kind of mistake in a table one that would otherwise trap: variants whose distance, and
  /// cells whose number, no integer holds; knots that are one to base two.
  @Test func `a table that no kernel has is refused`() throws {
    let axes = ["gpus", "bytes"]
    func table(
      variant: Int = 0, measurements: Int = 1, knots: [[Double]] = [[2], [1024]],
      octaves: String = "gA"
    ) -> [String: Any] {
      [
        "operation": "all_reduce", "format": "bf16", "variant": variant, "source": "by hand",
        "measurements": measurements, "octaves": octaves,
        "knots": zip(axes, knots).map { ["axis": $0, "values": $1] as [String: Any] },
      ]
    }
    let good = table()
    #expect(throws: Never.self) {
      _ = try GPU(json: Array(try json(["tables"], [good])), source: "my.json")
    }
    for bad in [
      table(variant: .min), table(measurements: -1), table(knots: [[2, (2.0).nextUp], [1]]),
      table(knots: [[2], [1e300]]), table(octaves: "gAgA"),
    ] {
      #expect(try mistake(["tables"], [bad])?.column == "tables[all_reduce, bf16]")
    }
    #expect(try mistake(["tables"], [good, good])?.column == "tables[1]")
  }
}
