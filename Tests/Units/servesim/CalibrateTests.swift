import Foundation
import Serving
import Support
import Testing

@testable import Formats
@testable import servesim

private func options(_ words: String...) throws -> CalibrateOptions {
  try CalibrateOptions(Parser.parse(words, for: .calibrate(.standard)), .standard)
}

/// Products that take 2 µs and a picosecond a row.
private func products() -> String {
  var text = "operation,format,m,n,k,seconds\n"
  for power in 0...12 {
    text += "gemm,bf16,\(1 << power),4096,4096,\(2e-5 + 1e-8 * exp2(Double(power)))\n"
  }
  return text
}

private func members(_ text: String) throws -> [String: Any] {
  try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
}

@Suite struct CalibrateTests {
  @Test func `what is left out has its default`() throws {
    let options = try options("a.csv", "b.csv")
    #expect(options.files.map(\.text) == ["a.csv", "b.csv"])
    #expect(options.gpu.text == Catalogue.standard.gpus.standard && !options.onlyScores)
    #expect(options.holdout == 0 && options.seed == 0 && options.source == "a.csv, b.csv")
    #expect(options.name == nil && options.like == nil)
  }

  @Test(arguments: ["--output=b", "--holdout=0.1", "--source=x", "--name=x", "--like=a40"])
  func `scoring fits nothing, so options of fitting are refused`(word: String) throws {
    let error = #expect(throws: InputError.self) { try options("a.csv", "--score", word) }
    #expect(error?.source == word.split(separator: "=").first.map(String.init))
    #expect(error?.problem.hasSuffix("--score fits nothing") == true)
  }

  @Test(arguments: ["--holdout=1", "--holdout=-0.1", "--holdout=x", "--seed=-1"])
  func `what cannot be is refused under the option's own name`(word: String) {
    let error = #expect(throws: InputError.self) { try options("a.csv", word) }
    #expect(error?.source == word.split(separator: "=").first.map(String.init))
  }

  @Test func `without measurements there is nothing to do, unless tables are borrowed`() throws {
    for words in [[], ["--score"], ["--holdout=0.2"]] {
      let error = #expect(throws: InputError.self) {
        try CalibrateOptions(Parser.parse(words, for: .calibrate(.standard)), .standard)
      }
      #expect(error?.source == "MEASUREMENTS")
    }
    #expect(throws: Never.self) { try options("--like=a40") }
  }

  @Test func `measurements are not overwritten`() throws {
    let folder = try TemporaryFolder()
    try folder.put(products(), in: "a.csv")
    let path = "\(folder.path)/a.csv"
    #expect(throws: InputError.self) { try options(path, "--output", path) }
    #expect(throws: InputError.self) { try options("--score", path, "--json", path) }
  }

  @Test(arguments: [
    "calibrate", "calibrate /nowhere/a.csv", "calibrate --score /nowhere/a.csv",
    "calibrate --score /dev/null", "calibrate --like h1 --output -",
    "calibrate --gpu /nowhere/a.json --like a40", "calibrate --gpu /dev/null.json --like a40",
    "calibrate a.csv --output - --json -",
  ])
  func `a mistake costs one line and code 2`(words: String) throws {
    let run = try Run("servesim \(words)")
    #expect(run.code == 2)
    #expect(run.output == "")
    #expect(run.errors.hasPrefix("servesim: "))
    #expect(run.errors.count { $0.isNewline } == 1)
  }

  @Test func `errors are written for programs`() throws {
    let folder = try TemporaryFolder()
    try folder.put(products() + "gemm,int3,1,1,1,1\n", in: "a.csv")
    let run = try Run("servesim calibrate --score \(folder.path)/a.csv --json -")
    #expect(run.code == 0 && run.errors == "")
    let all = try members(run.output)
    #expect(all["unscored"] as? Int == 1)
    let rows = try #require(all["operations"] as? [[String: Any]])
    #expect(rows.count == 1)
    #expect(
      Set(rows[0].keys) == [
        "operation", "format", "rows", "median_error", "p90_error", "worst_error", "bias",
      ])
    #expect(rows[0]["operation"] as? String == "gemm" && rows[0]["format"] as? String == "bf16")
    #expect(rows[0]["rows"] as? Int == 13)
  }

  @Test func `a GPU that was fitted is used by its path`() throws {
    let folder = try TemporaryFolder()
    try folder.put(products(), in: "a.csv")
    let fit = try Run(
      "cd \(folder.path) && servesim calibrate a.csv --name mine --source me --output my.json")
    #expect(fit.code == 0 && fit.errors == "")
    #expect(fit.output.hasPrefix("fitted:\n") && fit.output.contains("gemm"))
    let gpu = try members(folder.text(of: "my.json"))
    #expect(gpu["name"] as? String == "mine")
    let tables = try #require(gpu["tables"] as? [[String: Any]])
    #expect(tables.count { $0["source"] as? String == "me" } == 1)
    let cost = try Run("cd \(folder.path) && servesim cost --gpu ./my.json --batch decode=1x9")
    #expect(cost.code == 0 && cost.output.contains("gpu mine"))
    let score = try Run(
      "cd \(folder.path) && servesim calibrate --score a.csv --gpu my.json --json -")
    let rows = try #require(try members(score.output)["operations"] as? [[String: Any]])
    #expect(try #require(rows[0]["worst_error"] as? Double) < 0.01)
    let over = try Run(
      "cd \(folder.path) && servesim cost --gpu my.json --batch decode=1x9 --json my.json")
    #expect(over.code == 2 && over.errors.contains("is what --gpu reads"))
  }

  @Test func `tables of what was not measured are borrowed`() throws {
    let folder = try TemporaryFolder()
    let bare = try Run("servesim calibrate --gpu a40 --like a40 --output -")
    var gpu = try members(bare.output)
    gpu["tables"] = [[String: Any]]()
    let data = try JSONSerialization.data(withJSONObject: gpu)
    try folder.put(String(decoding: data, as: UTF8.self), in: "bare.json")
    try folder.put(products(), in: "a.csv")
    let run = try Run(
      "cd \(folder.path) && servesim calibrate a.csv --gpu bare.json --like l40s --output -")
    #expect(run.code == 0 && run.errors == "")
    let tables = try #require(try members(run.output)["tables"] as? [[String: Any]])
    #expect(tables[0]["source"] as? String == "a.csv" && tables[0]["borrowed_from"] == nil)
    #expect(tables.count > 20)
    for table in tables.dropFirst() {
      #expect(table["borrowed_from"] is String)
      #expect(table["operation"] as? String != "gemm" || table["format"] as? String != "bf16")
    }
  }
}
