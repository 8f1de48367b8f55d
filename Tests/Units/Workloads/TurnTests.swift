import Formats
import Serving
import Testing

@testable import Workloads

/// Whom each request waits for, and for how long in milliseconds; negative where nothing says it.
private func waits(of trace: Trace) -> [[Int]] {
  guard let waits = trace.columns.waits else { return [] }
  return (0..<waits.count).map { row in
    waits[row].map { Int($0) }
      + (waits[row].isEmpty ? [] : [waits.delay(of: row).map { $0 / 1_000_000 } ?? -1])
  }
}

private func replay(
  _ mode: SessionReplay.Mode?, prompts: SessionReplay.Prompts? = nil, thinkTime: Nanoseconds? = nil
) -> SessionReplay {
  var replay = SessionReplay()
  (replay.mode, replay.prompts, replay.thinkTime) = (mode, prompts, thinkTime)
  return replay
}

@Suite struct `Turns of a session` {
  @Test func `follow the turn before where they have a delay and no time`() throws {
    let loaded = try load(
      """
      {"session_id": "a", "timestamp": 0, "input_length": 655, "output_length": 52}
      {"session_id": "b", "timestamp": 500, "input_length": 300, "output_length": 10}
      {"session_id": "a", "delay": 1000, "input_length": 700, "output_length": 20}
      {"session_id": "a", "delay_ms": 250.5, "input_length": 800, "output_length": 1}
      """)
    #expect(waits(of: loaded.trace) == [[], [], [0, 1000], [2, 250]])
    #expect(loaded.trace.requests.map(\.arrival) == [0, 500_000_000, 1_000_000_000, 1_250_500_000])
    #expect(loaded.trace.columns.waits?.areRecorded == false)
  }

  @Test func `wait for all those that they name`() throws {
    let loaded = try load(
      """
      {"request_id": "r", "timestamp": 7, "input_length": 9, "output_length": 5}
      {"request_id": 1, "wait_for": ["r"], "delay": 2, "input_length": 9, "output_length": 5}
      {"request_id": 2, "wait_for": ["r"], "delay": 3, "input_length": 9, "output_length": 5}
      {"wait_for": [1, "2"], "delay": 4, "input_length": 9, "output_length": 5}
      """)
    #expect(waits(of: loaded.trace) == [[], [0, 2], [0, 3], [1, 2, 4]])
    let error = refusal(
      """
      {"request_id": "r", "timestamp": 7, "input_length": 9, "output_length": 5}
      {"wait_for": ["s"], "delay": 2, "input_length": 9, "output_length": 5}
      """)
    #expect(isAbout(error, line: 2, column: "wait_for", says: "waits for `s`"))
  }

  /// t and api_time: the first answer ends at 5, the agent's at 10.5 + 2, the second at 12.
  @Test func `of WEKA's think from the end of the answer before, and join agents that ended`()
    throws
  {
    let loaded = try load(
      """
      {"id": "c", "block_size": 64, "requests": [\
      {"t": 0, "in": 64, "out": 5, "hash_ids": [1], "api_time": 5.0, "think_time": 0.0},\
      {"t": 10.5, "requests": [{"t": 0, "in": 64, "out": 5, "hash_ids": [2], "api_time": 2}]},\
      {"t": 11, "in": 70, "out": 5, "hash_ids": [1], "api_time": 1.0, "think_time": 6.0},\
      {"t": 20, "in": 80, "out": 5, "hash_ids": [1]},\
      {"t": 30, "in": 90, "out": 5, "hash_ids": [1], "think_time": 4.0},\
      {"t": 31, "in": 90, "out": 5, "hash_ids": [1]}]}
      """)
    #expect(
      waits(of: loaded.trace) == [[], [0, 5500], [0, 6000], [2, 1, 7500], [3, 4000], [4, -1]])
    #expect(loaded.trace.columns.waits?.areRecorded == true)
  }

  @Test func `of LLMServingSim's wait for the tools that the one before called`() throws {
    let loaded = try load(
      """
      {"session_id": "s", "arrival_time_ns": 5, "sub_requests": [\
      {"input_toks": 10, "output_toks": 3, "tool_duration_ns": 9000000},\
      {"input_toks": 20, "output_toks": 3, "tool_duration_ns": 0}]}
      {"input_toks": 4, "output_toks": 3, "arrival_time_ns": 6}
      """)
    #expect(waits(of: loaded.trace) == [[], [], [0, 9]])
    #expect(loaded.trace.requests.map(\.promptTokens) == [10, 4, 20])
  }

  @Test func `are written and read again as they are`() throws {
    let text = """
      id,arrival_s,prompt_tokens,output_tokens,session_id,after,delay_s
      a b,0,10,3,s,,
      50%,1,10,3,,,
      c,,20,3,s,a%20b 50%25,0.5
      d,,20,3,s,c,0

      """
    let loaded = try load(text)
    #expect(waits(of: loaded.trace) == [[], [], [0, 1, 500], [2, 0]])
    #expect(TraceWriter.csv(loaded.trace) == Array(text.utf8))
    let follows = try load(
      "arrival_s,prompt_tokens,output_tokens,session_id,delay_s\n0,1,1,s,\n,1,1,s,2\n3,1,1,,\n")
    #expect(waits(of: follows.trace) == [[], [0, 2000], []])
    let early = refusal("arrival_s,prompt_tokens,output_tokens,after\n5,1,1,\n4,1,1,0\n")
    #expect(isAbout(early, line: 3, column: "after", says: "arrives before one that it waits for"))
    let late = refusal("arrival_s,prompt_tokens,output_tokens,after\n5,1,1,1\n6,1,1,\n")
    #expect(isAbout(late, line: 2, column: "after", says: "no request before has that id"))
  }

  /// Another order, and a turn without the one before, which then waits for nobody.
  @Test func `keep whom they wait for when requests are taken out`() throws {
    var waits = Waits()
    for row in 0..<4 { waits.append(after: row == 0 ? [] : [row - 1], delay: row) }
    let trace = Trace(
      requests: (0..<4).map { Request(arrival: $0, promptTokens: 1 + $0, outputTokens: 1) },
      columns: Columns(waits: waits))
    let taken = try #require(trace.rows(at: [0, 2, 3]).columns.waits)
    #expect((0..<3).map { taken[$0].map { Int($0) } } == [[], [], [1]])
    #expect(taken.delay(of: 2) == 3)
    #expect(trace.rows(at: [0, 1, 1]).columns.waits == nil)
  }
}

@Suite struct `Sessions that are replayed` {
  private static let chat = """
    arrival_s,prompt_tokens,output_tokens,session_id
    0,100,20,a
    1,50,10,b
    2,130,30,a
    3,55,10,b
    4,40,10,a

    """

  @Test func `as recorded are as without a word on them`() throws {
    let loaded = try load(Self.chat)
    #expect(try replay(.recorded).applied(to: loaded) == loaded)
    #expect(try replay(nil).applied(to: loaded) == loaded)
  }

  @Test func `closed wait for the turn before, for a time that is given`() throws {
    let loaded = try load(Self.chat)
    let closed = try replay(.closed, thinkTime: 7_000_000).applied(to: loaded)
    #expect(waits(of: closed.trace) == [[], [], [0, 7], [1, 7], [2, 7]])
    #expect(throws: InputError.self) { try replay(.closed).applied(to: loaded) }
    let single = try load("arrival_s,prompt_tokens,output_tokens\n0,1,1\n")
    #expect(throws: InputError.self) { try replay(.closed).applied(to: single) }
  }

  /// a: 120 tokens are said when the second prompt of 130 comes, and 160 when the third of 40 does,
  /// which can hold none of it; b: 60 are said, and the prompt of 55 has only the 50 of the prompt.
  @Test func `begin with what was said before, as far as prompts are long enough`() throws {
    let closed = try replay(.closed, thinkTime: 0).applied(to: load(Self.chat))
    let hashes = try #require(closed.trace.columns.prefixHashes)
    #expect(closed.trace.columns.prefixBlockTokens == 16)
    func shared(_ a: Int, _ b: Int) -> Int {
      zip(hashes[a], hashes[b]).prefix { $0 == $1 }.count
    }
    #expect(shared(0, 2) == 120 / 16 && shared(1, 3) == 50 / 16)
    #expect(shared(2, 4) == 0 && shared(0, 1) == 0)
    // Those that somebody goes on from name their answers too.
    #expect(hashes[0].count == (100 + 20 + 15) / 16 && hashes[2].count == (130 + 30 + 15) / 16)
  }

  @Test func `put what was said before in front where prompts are without`() throws {
    let loaded = try load(Self.chat)
    let added = try replay(.closed, prompts: .added, thinkTime: 0).applied(to: loaded)
    #expect(added.trace.requests.map(\.promptTokens) == [100, 50, 250, 115, 320])
    let recorded = try replay(.recorded, prompts: .added).applied(to: loaded)
    #expect(recorded.trace.requests == added.trace.requests)
    #expect(recorded.trace.columns.waits == nil)
    let hashed = try load(
      "arrival_s,prompt_tokens,output_tokens,session_id,prefix_hashes\n0,1,1,a,7\n1,2,1,a,7\n")
    #expect(throws: InputError.self) {
      try replay(.closed, prompts: .added, thinkTime: 0).applied(to: hashed)
    }
  }

  @Test func `without times of their own are closed, and cannot be as recorded`() throws {
    let loaded = try load(
      "arrival_s,prompt_tokens,output_tokens,session_id,delay_s\n0,1,1,s,\n,1,1,s,2\n")
    #expect(waits(of: try replay(nil).applied(to: loaded).trace) == [[], [0, 2000]])
    #expect(throws: InputError.self) { try replay(.recorded).applied(to: loaded) }
  }

  /// A rate is of those that wait for nobody; the others come after them as before.
  @Test func `begin at the rate that is asked for`() throws {
    let closed = try replay(.closed, thinkTime: 5_000_000_000).applied(to: load(Self.chat)).trace
    #expect(closed.meanRate == 1)
    let sent = try ArrivalProcess.trace.arrivals(of: closed, rate: 0.25, seed: 0)
    #expect(sent.requests.map(\.arrival.seconds) == [0, 4, 5, 9, 10])
    #expect(waits(of: sent) == [[], [], [0, 5000], [1, 5000], [2, 5000]])
  }
}
