import Serving
import Testing

@testable import Formats
@testable import Schedulers
@testable import Studies

/// Two requests under vLLM V1, worked by hand: blocks of 4 tokens, one of 10 kept by the engine.
private let text = """
  {"type":"header","scheduler":"vllm_v1","config":{"block_size":4,"num_blocks":10,"max_num_seqs":2,\
  "max_model_len":64,"max_num_batched_tokens":8},"clock":{"kind":"fixed","step_us":10}}
  {"type":"requests","requests":[{"id":"a","arrival_us":0,"prompt":6,"output":2},\
  {"id":"b","arrival_us":5,"prompt":2,"output":1}]}
  {"type":"step","t_us":0,"end_us":10,"batch":[["a","P",6,0]],"preempted":[],\
  "free_blocks_after_schedule":7,"emitted":["a"],"finished":[],"free_blocks_end":7}
  {"type":"step","t_us":10,"end_us":20,"batch":[["a","D",1,6],["b","P",2,0]],"preempted":[],\
  "free_blocks_after_schedule":6,"emitted":["a","b"],"finished":["a","b"],"free_blocks_end":9}
  {"type":"summary","requests":[\
  {"id":"a","first_token_us":10,"finish_us":20,"emitted":2,"preemptions":0},\
  {"id":"b","first_token_us":20,"finish_us":20,"emitted":1,"preemptions":0}]}
  """

private func conformance(_ text: String) throws -> Conformance {
  try Conformance(DecisionLog(Array(text.utf8), source: "l"))
}

private func mistake(_ change: (old: String, new: String)) -> InputError? {
  #expect(text.contains(change.old))
  return #expect(throws: InputError.self) {
    try conformance(text.replacing(change.old, with: change.new))
  }
}

@Suite struct DecisionLogTests {
  @Test func `what was decided is compared`() throws {
    let same = try conformance(text)
    #expect(same.difference == nil && same.iterations == 2)
    let other = try conformance(text.replacing(#""b","P",2,0"#, with: #""b","P",1,0"#))
    #expect(other.difference?.iteration == 1)
  }

  @Test func `requests may stand in any order, and lines may be empty`() throws {
    let turned = text.replacing(
      #"{"id":"a","arrival_us":0,"prompt":6,"output":2},{"id":"b","arrival_us":5,"#
        + #""prompt":2,"output":1}"#,
      with: #"{"id":"b","arrival_us":5,"prompt":2,"output":1},{"id":"a","arrival_us":0,"#
        + #""prompt":6,"output":2}"#)
    #expect(turned != text)
    #expect(try conformance(turned.replacing("\n", with: "\n\n")).difference == nil)
  }

  @Test(arguments: [
    ("block_size\":4", "block_size\":0"), ("block_size\":4", "block_size\":65537"),
    ("num_blocks\":10", "num_blocks\":-5"), ("num_blocks\":10", "num_blocks\":2147483648"),
    ("num_blocks\":10", "prefix_caching\":true,\"num_blocks\":2147483647"),
    ("max_num_seqs\":2", "max_num_seqs\":0"), ("max_num_seqs\":2", "max_num_seqs\":2147483648"),
    ("max_model_len\":64", "max_model_len\":9223372036854775807"),
    ("max_num_batched_tokens\":8", "max_num_batched_tokens\":-1"),
    ("max_model_len\":64", "pp\":0"), ("max_model_len\":64", "pp\":65"),
    ("max_model_len\":64", "policy\":\"sjf\""), ("max_model_len\":64", "prefix_cashing\":true"),
    ("max_model_len\":64", "chunk_size\":64"), ("max_model_len\":64", "max_length\":64"),
    ("max_model_len\":64", "long_prefill_token_threshold\":-1"),
    ("block_size\":4", "block_size\":true"),
  ])
  func `a limit that no engine has is refused where it stands`(old: String, new: String) {
    let error = mistake((old, new))
    #expect(error?.line == 1 && error?.column?.hasPrefix("config.") == true)
  }

  @Test(arguments: [
    ("step_us\":10}", "step_us\":0}"), ("step_us\":10}", "step_us\":1e300}"),
    ("step_us\":10}", "step_us\":-1}"), ("step_us\":10}", "step_us\":10,\"base_us\":1}"),
    ("fixed\",\"step_us\":10}", "linear\",\"base_us\":0}"), ("\"step_us\":10}", "\"base_us\":9}"),
    ("\"kind\":\"fixed\",\"step_us\":10}", "}"), ("fixed", "quadratic"),
  ])
  func `a clock that does not say how long iterations take is refused`(old: String, new: String) {
    let error = mistake((old, new))
    #expect(error?.line == 1 && error?.column?.hasPrefix("clock") == true)
  }

  @Test func `stages of a pipeline take whole microseconds`() {
    let piped = text.replacing("num_blocks\":10", with: "num_blocks\":10,\"pp\":2")
    let error = #expect(throws: InputError.self) {
      try conformance(piped.replacing("step_us\":10}", with: "step_us\":0.5}"))
    }
    #expect(error?.column == "clock.step_us")
  }

  @Test func `a log that outlasts the engine's clock is refused`() {
    let slow = text.replacing(
      "fixed\",\"step_us\":10", with: "linear\",\"per_token_us\":1000000000000")
    #expect(throws: Never.self) { try conformance(slow) }
    let error = #expect(throws: InputError.self) {
      try conformance(slow.replacing("prompt\":2", with: "prompt\":2000000"))
    }
    #expect(error?.column == "clock")
  }

  @Test func `a number that cannot be held is told from what is no number`() {
    let large = mistake(("\"t_us\":10,", "\"t_us\":1e300,"))
    #expect(large?.column == "t_us" && large?.problem.contains("can be held") == true)
    #expect(mistake(("\"t_us\":10,", "\"t_us\":e1,"))?.problem.contains("JSON") == true)
  }

  @Test(arguments: [
    ("arrival_us\":5", "arrival_us\":-1", "requests[1].arrival_us"),
    ("arrival_us\":5", "arrival_us\":9223372036854775807", "requests[1].arrival_us"),
    ("prompt\":2", "prompt\":0", "requests[1].prompt"),
    ("prompt\":2", "prompt\":3000000000", "requests[1].prompt"),
    ("prompt\":2", "prompt\":2000000000", "requests[1]"),
    ("output\":1", "output\":0", "requests[1].output"),
    ("\"output\":1}", "\"output\":1,\"priorty\":1}", "requests[1].priorty"),
    ("\"output\":1}", "\"output\":1,\"prefix_group\":\"g\"}", "requests[1].prefix_group"),
    ("\"id\":\"b\",\"arr", "\"id\":\"a\",\"arr", "requests[1].id"),
    ("\"id\":\"b\",\"arr", "\"arr", "requests[1].id"),
    ("output\":1}", "output\":\"1\"}", "requests[1].output"),
  ])
  func `a request that cannot be served is refused`(old: String, new: String, column: String) {
    let error = mistake((old, new))
    #expect(error?.line == 2 && error?.column == column)
  }

  @Test func `a log without requests is refused`() {
    let lines = text.split(separator: "\n").map(String.init)
    let none = [lines[0], #"{"type":"requests","requests":[]}"#, lines[2]]
    let error = #expect(throws: InputError.self) {
      try conformance(none.joined(separator: "\n"))
    }
    #expect(error?.line == 2 && error?.column == "requests")
  }

  @Test(arguments: [
    ("[\"b\",\"P\",2,0]", "[\"c\",\"P\",2,0]", "batch"),
    ("[\"b\",\"P\",2,0]", "[\"b\",\"Q\",2,0]", "batch"),
    ("[\"b\",\"P\",2,0]", "[\"b\",\"P\",-2,0]", "batch"),
    ("\"emitted\":[\"a\",\"b\"]", "\"emitted\":[\"a\",\"c\"]", "emitted"),
    ("\"type\":\"step\",\"t_us\":10", "\"type\":\"stpe\",\"t_us\":10", "type"),
    ("\"t_us\":10,", "\"t_us\":\"0\",", "t_us"), ("\"t_us\":10,", "\"t_us\":{},", "t_us"),
  ])
  func `an iteration of something else is refused`(old: String, new: String, column: String) {
    let error = mistake((old, new))
    #expect(error?.line == 4 && error?.column == column)
  }

  @Test func `what became of a request is said once`() {
    #expect(mistake((#"{"id":"b","first"#, #"{"id":"a","first"#))?.line == 5)
  }

  @Test(arguments: [
    ("\"vllm_v1\"", "\"vllm_v2\"", "scheduler"), ("\"type\":\"header\"", "\"type\":\"a\"", "type"),
    ("\"clock\":{", "\"clocks\":1,\"clock\":{", "clocks"),
    ("\"clock\":{", "\"preempt_output_accounting\":\"x\",\"clock\":{", "preempt_output_accounting"),
  ])
  func `a header that is not understood is refused`(old: String, new: String, column: String) {
    #expect(mistake((old, new))?.column == column)
  }

  @Test func `an engine without pipelines has none`() {
    let (blocks, limits) = (#""config":{"block_size":4,"num_blocks":10,"#, #""max_num_seqs":2,"#)
    let error = mistake(
      (
        "\"vllm_v1\",\(blocks)\(limits)\"max_model_len\":64,\"max_num_batched_tokens\":8}",
        "\"splitfuse\",\(blocks)\"pp\":2}"
      ))
    #expect(error?.problem == "there is no key \"pp\"")
  }

  /// How a log is called tells nothing: what sarathi-serve does holds for every log of it.
  @Test func `the case of a log changes nothing`() throws {
    let named = text.replacing(#""clock":"#, with: #""case":"quirk_readmit_same_step","clock":"#)
    let other = try DecisionLog(Array(named.utf8), source: "l").engine().scheduler
    #expect((other as? Sarathi)?.readmitsAtOnce != true)
    let sarathi = text.replacing("vllm_v1", with: "sarathi")
      .replacing("max_num_batched_tokens", with: "chunk_size")
    let engine = try DecisionLog(Array(sarathi.utf8), source: "l").engine()
    #expect((engine.scheduler as? Sarathi)?.readmitsAtOnce == true && engine.name == "sarathi")
  }
}
