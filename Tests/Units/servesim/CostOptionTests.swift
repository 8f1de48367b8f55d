import Serving
import Support
import Testing

@testable import Formats
@testable import servesim

private func options(_ words: String...) throws -> CostOptions {
  try CostOptions(Parser.parse(words, for: .cost()))
}

@Suite struct CostOptionTests {
  @Test func `one batch or a table of them is priced`() throws {
    #expect(
      try options("--batch=decode=1x2").work
        == .batch(GivenValue(source: "--batch", text: "decode=1x2")))
    #expect(
      try options("--batches=a.csv").work
        == .batches(GivenValue(source: "--batches", text: "a.csv"))
    )
  }

  @Test func `the deployment is that of the other commands, without the server's limits`() throws {
    let deployment = try options(
      "--batch=x", "--model=opt-13b", "--gpu=l40s", "--tensor-parallel-size=2",
      "--pipeline-parallel-size=3"
    ).deployment
    #expect((deployment.model.name, deployment.gpu.name) == ("opt-13b", "l40s"))
    #expect((deployment.tensorParallelSize, deployment.pipelineParallelSize) == (2, 3))
    let cost = Set(Command.cost().options.map(\.name))
    let compare = Set(Command.compare().options.map(\.name))
    #expect(cost.subtracting(compare) == ["--batch", "--batches"])
    #expect(!cost.contains("--max-num-seqs"))
  }

  @Test func `nothing to price, and both, are refused`() {
    #expect(throws: InputError.self) { try options() }
    let error = #expect(throws: InputError.self) { try options("--batch=x", "--batches=y") }
    #expect(error?.source == "--batches")
  }

  @Test func `the table of batches is not overwritten`() throws {
    let folder = try TemporaryFolder()
    try folder.put("", in: "a.csv")
    let path = "\(folder.path)/a.csv"
    let error = #expect(throws: InputError.self) {
      try options("--batches", path, "--csv", path)
    }
    #expect(error?.problem.hasSuffix("is what --batches reads") == true)
  }
}
