import Foundation
import Serving
import Support
import Testing

@testable import Workloads

/// A sample of a format, and what it is to give.
private struct Sample: CustomTestStringConvertible, Sendable {
  var format: String
  var text: String
  /// Milliseconds, prompt tokens and output tokens of each request.
  var requests: [[Int]]
  var sessions: [String]?
  var notes: [String] = []

  var testDescription: String { format }
}

/// After the field names of the real ones, which `shared/reference/traces.md` lists.
private let samples = [
  Sample(
    format: "bailian",
    text: """
      {"chat_id": 7, "parent_chat_id": -1, "timestamp": 1.5, "input_length": 32, \
      "output_length": 5, "type": "text", "turn": 1, "hash_ids": [1, 2]}
      {"chat_id": 9, "parent_chat_id": 7, "timestamp": 3.0, "input_length": 40, \
      "output_length": 6, "type": "text", "turn": 2, "hash_ids": [1, 2, 3]}
      """,
    requests: [[0, 32, 5], [1500, 40, 6]], sessions: ["7", "7"],
    notes: [
      "keys that are not read: type, turn; a turn waits for earlier ones only in closed sessions",
      "prefix hashes of 16-token blocks: 2 of 2 requests have some",
    ]),
  Sample(
    format: "weka",
    text: """
      {"id": "a", "block_size": 64, "requests": [
      {"t": 0.5, "in": 130, "out": 4, "hash_ids": [1, 2]},
      {"t": 10, "type": "subagent", "requests": [{"t": 2, "in": 70, "out": 3, "hash_ids": [1]}]}]}
      {"id": "b", "block_size": 64, "requests": [{"t": 0.5, "in": 64, "out": 9, "hash_ids": [1]}]}
      """,
    requests: [[0, 130, 4], [0, 64, 9], [11500, 70, 3]], sessions: ["a", "b", "a"],
    notes: [
      "keys that are not read: type",
      "1 row earlier than the row above; the trace was sorted by arrival",
      "prefix hashes of 64-token blocks: 3 of 3 requests have some",
      "sessions start together, for nothing says when each began",
    ]),
  Sample(
    format: "cc-traces",
    text: """
      {"session_id": "a", "request_arrival_delta_s": 0.0, "input_tokens": 9, "output_tokens": 2}
      {"session_id": "a", "request_arrival_delta_s": 1.5, "input_tokens": 9, "output_tokens": 0}
      {"session_id": "a", "request_arrival_delta_s": 2.5, "input_tokens": 19, "output_tokens": 3}
      """,
    requests: [[0, 9, 2], [2500, 19, 3]], sessions: ["a", "a"],
    notes: ["1 row dropped: no output tokens"]),
  Sample(
    format: "otel",
    text: """
      {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {}, "spans": [
      {"name": "llm_request", "startTimeUnixNano": "1768932686520053504", "attributes": [
      {"key": "gen_ai.usage.prompt_tokens", "value": {"intValue": "2998"}},
      {"key": "gen_ai.conversation.id", "value": {"stringValue": "c"}},
      {"key": "gen_ai.usage.completion_tokens", "value": {"intValue": 56}}]},
      {"name": "agent", "startTimeUnixNano": "1768932686520053504", "attributes": [
      {"key": "gen_ai.operation.name", "value": {"stringValue": "invoke_agent"}},
      {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "3"}},
      {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "3"}}]},
      {"name": "chat", "startTimeUnixNano": "1768932687520053504", "attributes": [
      {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "7"}},
      {"key": "error.type", "value": {"stringValue": "timeout"}}]},
      {"name": "chat", "startTimeUnixNano": "1768932687520053504", "attributes": [
      {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "7"}},
      {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "8"}}]}]}]}]}
      """,
    requests: [[0, 2998, 56], [1000, 7, 8]], sessions: ["c", ""],
    notes: [
      "keys that are not read: name, scope, resource", "1 requests that failed were dropped",
      "1 objects are no requests",
    ]),
  Sample(
    format: "otel",
    text: #"""
      {"spans": [{"start_time": "2026-02-25T10:00:00.5", "attributes": {"gen_ai.input.messages":
      "[{\"role\": \"user\", \"content\": \"12345678é\"}]", "gen_ai.output.text": "1234"}}]}
      """#,
    requests: [[0, 3, 1]],
    notes: ["1 requests have lengths estimated from characters, four to a token"]),
  Sample(
    format: "exgentic",
    text: """
      {"start_time_s": 1776685494.5, "input_tokens": 9, "output_tokens": 2, "session_id": "s",
      "is_error": false}
      {"start_time_s": 1776685495.5, "input_tokens": 0, "output_tokens": 0, "session_id": "s",
      "is_error": true}
      """,
    requests: [[0, 9, 2]], sessions: ["s"], notes: ["1 requests that failed were dropped"]),
  Sample(
    format: "llmservingsim",
    text: """
      {"input_toks": 17, "output_toks": 3, "arrival_time_ns": 4000000, \
      "input_tok_ids": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]}
      {"session_id": "s", "arrival_time_ns": 9000000, "sub_requests": [{"input_toks": 5, \
      "output_toks": 6}]}
      """,
    requests: [[0, 17, 3], [5, 5, 6]], sessions: ["", "s"],
    notes: ["prefix hashes of 16-token blocks: 1 of 2 requests have some"]),
  Sample(
    format: "aibrix",
    text: """
      {"timestamp": 21, "requests": [{"Prompt Length": 909, "Output Length": 22, "prompt": ""},
      {"prompt_length": 3, "output_length": 4}]}
      """,
    requests: [[0, 909, 22], [0, 3, 4]], notes: ["keys that are not read: prompt"]),
  Sample(
    format: "flexlb",
    text: """
      {"ts": 0, "il": 2048, "ol": 5, "bh": ["9223372036854775807", "-1"]}
      {"ts": 56, "il": 93, "ol": 0, "bh": []}
      """,
    requests: [[0, 2048, 5]],
    notes: [
      "1 row dropped: no output tokens",
      "prefix hashes of 1024-token blocks: 1 of 1 requests have some",
    ]),
  Sample(
    format: "apex",
    text:
      #"{"ContextTokens":3,"GeneratedTokens":8,"StartTimeOffset":618000000,"RequestID":"ab"}"#,
    requests: [[0, 3, 8]]),
  Sample(
    format: "dynamo",
    text: """
      {"event_type": "request_start", "request": {"request_id": "a"}}
      {"event_type": "request_end", "request": {"request_id": "a", "request_received_ms": 5,
      "output_tokens": 3, "replay": {"trace_block_size": 32, "input_length": 64,
      "input_sequence_hashes": [5, 6]}}}
      """,
    requests: [[0, 64, 3]],
    notes: [
      "keys that are not read: event_type",
      "prefix hashes of 32-token blocks: 1 of 1 requests have some", "1 objects are no requests",
    ]),
  Sample(
    format: "inference-perf",
    text: """
      [{"start_time": 10.0, "info": {"input_tokens": 512, "output_tokens": 64}, "error": null},
      {"start_time": 11.0, "info": {"input_tokens": 512, "output_tokens": 0}, "error": {"a": 1}}]
      """,
    requests: [[0, 512, 64]], notes: ["1 requests that failed were dropped"]),
]

@Suite struct `Requests as objects` {
  @Test(arguments: samples)
  fileprivate func `of each format are told apart and read`(sample: Sample) throws {
    let loaded = try load(sample.text)
    #expect(loaded.formatName == sample.format && loaded.hasArrivals)
    #expect(
      loaded.trace.requests.map { [$0.arrival / 1_000_000, $0.promptTokens, $0.outputTokens] }
        == sample.requests)
    #expect(loaded.trace.columns.sessions == sample.sessions)
    #expect(loaded.notes == sample.notes)
  }

  @Test func `without times are lengths`() throws {
    let texts = [
      #"[{"number_input_tokens": 550, "number_output_tokens": 100, "error_code": null}]"#,
      #"{"prompt": "12345", "output_tokens": 7}"#,
      #"[{"id": "a", "conversations": [{"from": "human", "value": "12345"}, {"value": "1"}]}]"#,
      #"{"conversation": [{"role": "user", "content": "12345"}, {"content": "1"}]}"#,
    ]
    let lengths = [[550, 100], [2, 7], [2, 1], [2, 1]]
    for (text, length) in zip(texts, lengths) {
      let loaded = try load(text)
      #expect(!loaded.hasArrivals)
      #expect(loaded.trace.requests.map { [$0.promptTokens, $0.outputTokens] } == [length])
    }
  }

  @Test func `share prefixes as their tokens do, and in their own session alone`() throws {
    let tokens = (1...40).map(String.init)
    let rows = [tokens, tokens[..<20] + ["0"] + tokens[21...], Array(tokens[..<33])].map {
      "{\"input_toks\": \($0.count), \"output_toks\": 1, \"arrival_time_ns\": 0, "
        + "\"input_tok_ids\": [\($0.joined(separator: ","))]}"
    }
    let hashes = try #require(load(rows.joined(separator: "\n")).trace.columns.prefixHashes)
    #expect(hashes[0].count == 2 && hashes[1].count == 2 && hashes[0] != hashes[1])
    #expect(hashes[0].first == hashes[1].first && Array(hashes[0]) == Array(hashes[2]))
    let scoped = try load(samples[1].text).trace.columns.prefixHashes
    #expect(scoped?[0].first == scoped?[2].first && scoped?[0].first != scoped?[1].first)
  }

  @Test(arguments: [
    (#"{"ts": "x", "il": 1, "ol": 2}"#, "ts", "`x` is not a number"),
    (#"{"ts": -1, "il": 1, "ol": 2}"#, "ts", "is negative"),
    (#"{"ts": 1, "il": 1.5, "ol": 2}"#, "il", "is not whole"),
    (#"{"ts": 1, "il": [1], "ol": 2}"#, "il", "the value is not a number"),
    (#"{"ts": 1, "il": 1e30, "ol": 2}"#, "il", "is too large"),
    (#"{"ts": 1, "il": NaN, "ol": 2}"#, "il", "the value is not a number"),
    (#"{"ts": 1, "il": 1, "il": 2, "ol": 2}"#, "il", "the key stands twice"),
    (#"{"ts": 1, "il": 1, "bh": []}"#, "ol", "the key is missing"),
    (#"{"ts": 1, "il": 1, "ol": 1, "bh": [1.5]}"#, "bh", "not a list of 64-bit numbers"),
    (#"{"il": 1, "ol": 2}"#, "ts", "the key is missing"),
    (#"{"ts": 3000000000000, "il": 1, "ol": 2}"#, "ts", "is too large"),
    (#"{"ts": 1, "il": 1, "ol": 2"#, "31", "it is not JSON: neither a comma"),
  ])
  func `are refused by line and key where a value is none`(
    row: String, key: String, words: String
  ) {
    let error = refusal("{\"ts\": 0, \"il\": 1, \"ol\": 2}\n\n\(row)")
    #expect(error?.line == 3 && error?.problem.contains(words) == true, "\(error as Any)")
    #expect(error?.column == key || key == "31")
  }

  @Test(arguments: [
    #"{"date": "20260301", "mean_ttft_ms": 20.1, "completed": 3, "total_input_tokens": 9, "#
      + #""total_output_tokens": 9}"#, "Metric,avg,min,max\nTime to First Token (ms),1,2,3\n",
  ])
  func `that are only summed up are no trace`(text: String) {
    let error = refusal(text)
    #expect(error?.problem == "these are figures over all requests, and none is told by itself")
  }

  @Test func `of a benchmark's results are read as it served them`() throws {
    let detailed = try TraceFile.read(Repository.path("Tests/Golden/runs/vllm-bench.json"))
    #expect(detailed.formatName == "benchmark" && detailed.hasArrivals)
    let bare = try load(
      #"{"request_rate": 4.0, "mean_ttft_ms": 20, "input_lens": [200, 180], "#
        + #""output_lens": [10, 12], "ttfts": [0.02, 0.02], "itls": [[0.01], [0.01]]}"#)
    #expect(!bare.hasArrivals && bare.trace.requests.map(\.promptTokens) == [200, 180])
    #expect(bare.notes.contains("the file states 4.0 requests a second, and no times"))
  }
}

@Suite struct `Objects that cannot be` {
  private func chat(_ id: Int, at second: Int) -> String {
    #"{"chat_id": \#(id), "parent_chat_id": -1, "timestamp": \#(second), "input_length": 9, "#
      + #""output_length": 2, "type": "text", "turn": 1, "hash_ids": []}\#n"#
  }

  @Test func `have an id twice, which both lines are told of`() {
    let error = refusal(chat(4, at: 0) + chat(5, at: 1) + chat(4, at: 2))
    #expect(isAbout(error, line: 3, column: "chat_id", says: "stands on line 1 as well"))
  }

  @Test func `have blocks of no tokens`() {
    let error = refusal(#"{"id": "s", "block_size": 0, "requests": []}"#)
    #expect(isAbout(error, line: 1, column: "block_size", says: "a block of no tokens"))
  }

  @Test func `hold no requests`() {
    let error = refusal(#"{"id": "s", "block_size": 64, "requests": []}"#)
    #expect(error?.problem == "there are no requests in it")
  }
}

private let shared = Repository.shared.appending(path: "traces").path

@Suite(
  .enabled(if: FileManager.default.fileExists(atPath: shared), "needs ../shared/traces"))
struct `Real files of objects` {
  @Test(arguments: [
    ("rtp-llm-flexlb/trace_30min.ts_lt_400000.jsonl", 1853),
    ("cc-traces-weka/cc_traces_weka_sample.public.jsonl", 4108),
    ("exgentic-otel/exgentic_swebench_claude_code.public.jsonl", 1079),
    ("aibrix-workloads/5s.notext.jsonl", 203), ("apex-plus/llama_lmsys_05.notext.jsonl", 1024),
    ("inference-perf-otel/code_review_workflow.json", 15),
    ("llmservingsim/sharegpt-llama-3.1-8b-300-sps10.jsonl.gz", 300),
  ])
  func `are read whole`(name: String, count: Int) throws {
    #expect(try TraceFile.read("\(shared)/\(name)").trace.count == count)
  }

  @Test func `that are a folder of sessions share prefixes as others counted`() throws {
    let trace = try TraceFile.read("\(shared)/kv-cache-tester/traces").trace
    let sessions = try #require(trace.columns.sessions)
    #expect(Set(sessions).count == 80)
    // With the sub-agents' requests, of which the published 0.9616 has none; a row has no output.
    #expect(trace.count == 5188)
    #expect(abs(PrefixReuse(trace).hitRate - 0.95954) < 5e-6)
  }
}
