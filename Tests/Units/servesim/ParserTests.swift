import Serving
import Testing

@testable import Formats
@testable import servesim

private let serve = Command(
  name: "serve", summary: "serve a trace",
  arguments: [
    Argument(name: "TRACE", help: "a trace"),
    Argument(name: "MODEL", help: "a model", isRequired: false),
  ],
  options: [
    option("--max-num-seqs", "N"), option("--json", "FILE"), option("--fast", nil),
  ],
  run: { _ in })

private func option(_ name: String, _ placeholder: String?) -> Option {
  Option(name: name, placeholder: placeholder, standard: nil, help: "sets it", group: "Options")
}

private func parse(_ words: String...) throws -> Invocation {
  try Parser.parse(words, for: serve)
}

private func mistake(_ words: String...) -> InputError? {
  #expect(throws: InputError.self) { try Parser.parse(words, for: serve) }
}

@Suite struct ParserTests {
  @Test(arguments: [["--max-num-seqs", "8", "a.csv"], ["a.csv", "--max-num-seqs=8"]])
  func `a value stands behind a space or an equals sign, and options anywhere`(
    words: [String]
  ) throws {
    let invocation = try Parser.parse(words, for: serve)
    #expect(invocation["--max-num-seqs"]?.text == "8")
    #expect(invocation.argument("TRACE").text == "a.csv")
    #expect(invocation.argumentIfGiven("MODEL") == nil)
    #expect(invocation["--json"] == nil)
    #expect(!invocation.has("--fast"))
  }

  @Test func `a value keeps its own equals signs`() throws {
    #expect(try parse("a", "--json=b=c=d")["--json"]?.text == "b=c=d")
  }

  @Test func `a flag stands alone`() throws {
    #expect(try parse("a", "--fast").has("--fast"))
    #expect(mistake("a", "--fast=yes")?.problem == "the option takes no value")
  }

  @Test func `two dashes end the options`() throws {
    #expect(try parse("--fast", "--", "--json").argument("TRACE").text == "--json")
  }

  @Test func `a dash alone is a value and an argument`() throws {
    let invocation = try parse("-", "--json", "-")
    #expect(invocation.argument("TRACE").text == "-")
    #expect(invocation["--json"]?.text == "-")
  }

  @Test func `an option goes by the name that vLLM's benchmark has for it too`() throws {
    let words = ["a.csv", "--num-prompts=7", "--max-concurrency", "2"]
    let load = try ReplayOptions(
      Parser.parse(words, for: .replay())
    ).scenario.load
    #expect(load.limit == 7 && load.clientCount == 2)
    let error = #expect(throws: InputError.self) {
      try ReplayOptions(
        Parser.parse(["a.csv", "--num-prompts=x"], for: .replay()))
    }
    #expect(error?.source == "--num-prompts")
    #expect(throws: InputError.self) {
      try Parser.parse(["a.csv", "--limit=1", "--num-prompts=1"], for: .replay())
    }
  }

  @Test func `a number below zero is a value`() throws {
    #expect(try parse("a", "--max-num-seqs", "-8")["--max-num-seqs"]?.text == "-8")
  }

  @Test func `a misspelt option is answered with the nearest one`() {
    let error = mistake("a", "--max-num-sqes", "8")
    #expect(error?.source == "--max-num-sqes")
    #expect(error?.remedy == "did you mean --max-num-seqs? (servesim help serve)")
  }

  @Test func `an option unlike any other is answered with where to look`() {
    #expect(mistake("a", "--zzz")?.remedy == "check the name (servesim help serve)")
    #expect(mistake("a", "-x")?.problem == "there is no such option")
  }

  @Test(arguments: [["a", "--json"], ["a", "--json", "--fast"], ["--json", "--", "a"]])
  func `a missing value is noticed and not taken from the next option`(words: [String]) {
    let error = #expect(throws: InputError.self) { try Parser.parse(words, for: serve) }
    #expect(error?.problem == "the option lacks its value")
    #expect(error?.remedy.hasPrefix("write --json FILE") == true)
  }

  @Test func `an empty value is a mistake`() {
    #expect(mistake("a", "--json=")?.problem == "the value is empty")
    #expect(mistake("a", "--json", "")?.problem == "the value is empty")
    #expect(mistake("")?.problem == "the argument is empty")
  }

  @Test func `an option is given once`() {
    #expect(mistake("a", "--json=b", "--json=b")?.problem == "the option is given twice")
    #expect(mistake("a", "--fast", "--fast")?.problem == "the option is given twice")
  }

  @Test func `a required argument is missed by its name`() {
    #expect(mistake()?.source == "TRACE")
    #expect(mistake("--fast")?.problem == "the argument is missing")
  }

  @Test func `an argument too many is named`() {
    let error = mistake("a", "b", "c")
    #expect(error?.source == "\"c\"")
    #expect(error?.remedy == "the command takes only TRACE MODEL (servesim help serve)")
  }
}

@Suite struct NearestTests {
  private let names = ["replay", "compare", "--json", "--max-num-seqs", "--tensor-parallel-size"]

  @Test(arguments: [
    ("replya", "replay"), ("relay", "replay"), ("COMPARE", "compare"), ("--jsno", "--json"),
    ("--max_num_seqs", "--max-num-seqs"), ("--tensor-par", "--tensor-parallel-size"),
  ])
  func `what was probably meant is found`(typed: String, meant: String) {
    #expect(nearest(to: typed, among: names) == meant)
  }

  @Test(arguments: ["", "x", "--", "simulate", String(repeating: "replay", count: 1000)])
  func `nothing is offered where nothing is close`(typed: String) {
    #expect(nearest(to: typed, among: names) == nil)
  }

  @Test func `a swap is nearer than two other keystrokes`() {
    #expect(nearest(to: "abdc", among: ["abxx", "abcd"]) == "abcd")
  }
}

@Suite struct `An option of a scheduler` {
  @Test(arguments: [
    ("replay a --no-enable-prefix-caching", "--scheduler vllm:enable-prefix-caching=false"),
    ("compare a --enable-chunked-prefill", "--schedulers vllm:enable-chunked-prefill=true"),
    ("replay a --scheduling-policy priority", "--scheduler vllm:scheduling-policy=priority"),
    ("sweep a --long-prefill-token-threshold=5", "vllm:long-prefill-token-threshold=5"),
    ("replay a --scheduling-policy", "--scheduler vllm:scheduling-policy=fcfs|priority"),
    ("replay a --chunk 512", "--scheduler sarathi:chunk=512"),
  ])
  func `that is given as one of the command is shown where it goes`(line: String, place: String)
    throws
  {
    let words = line.split(separator: " ").map(String.init)
    let error = #expect(throws: InputError.self) { try Tool(.standard).intent(of: words) }
    #expect(error?.remedy.contains("write ") == true && error?.remedy.contains(place) == true)
  }

  @Test func `is unknown to a command that has no scheduler`() {
    let error = #expect(throws: InputError.self) {
      try Tool(.standard).intent(of: ["cost", "--scheduling-policy", "fcfs"])
    }
    #expect(error?.problem == "there is no such option")
  }
}
