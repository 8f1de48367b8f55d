import Metrics
import Support
import Testing

@testable import Formats
@testable import Reporting
@testable import Serving

@Suite struct CSVTests {
  @Test func `fields that hold marks are quoted and quotes are doubled`() {
    var writer = CSVWriter()
    var text = ""
    for field in ["plain", "a,b", "say \"hi\"", "two\nlines", ""] { writer.add(field) }
    writer.endRow { text += String(decoding: $0, as: UTF8.self) }
    writer.flush { text += String(decoding: $0, as: UTF8.self) }
    #expect(text == "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\n")
  }

  @Test func `seconds are exact to the nanosecond`() {
    var writer = CSVWriter()
    var text = ""
    for time in [0, 1, 1_000_000_000, 9_007_199_254_740_993, -5, nil] { writer.add(seconds: time) }
    writer.flush { text += String(decoding: $0, as: UTF8.self) }
    #expect(text == "0.000000000,0.000000001,1.000000000,9007199.254740993,-0.000000005,")
  }

  @Test func `every request has a row that says what became of it`() {
    var run = HandmadeRun()
    run.complete(arrival: 1000, scheduled: 1100, firstToken: 1500, gaps: [100, 300, 100])
    run.complete(arrival: 2000, scheduled: 2000, firstToken: 2001, gaps: [], outputTokens: 4)
    run.refuse(arrival: 3000)
    let trace = Trace(requests: run.requests, columns: Columns(labels: ["chat,1", "b", "c"]))
    var text = ""
    RequestsCSV.write(trace, run.timeline) { text += String(decoding: $0, as: UTF8.self) }
    #expect(
      text == """
        id,arrival_s,prompt_tokens,output_tokens,emitted_tokens,status,scheduling_delay_s,ttft_s,\
        tpot_s,e2e_s,longest_gap_s,preemptions
        "chat,1",1.000000000,10,4,4,completed,0.100000000,0.500000000,0.166666667,1.000000000,\
        0.300000000,0
        b,2.000000000,10,4,1,truncated,0.000000000,0.001000000,,0.001000000,,0
        c,3.000000000,10,5,0,refused,,,,,,0

        """)
  }

  @Test func `rows are handed on in pieces that join to the whole`() {
    let count = 20_000
    let requests = (0..<count).map { Request(arrival: $0, promptTokens: 1, outputTokens: 1) }
    var pieces: [Int] = []
    var lines = 0
    RequestsCSV.write(Trace(requests: requests), Timeline(count: count)) { bytes in
      pieces.append(bytes.count)
      lines += bytes.count { $0 == UInt8(ascii: "\n") }
    }
    #expect(pieces.count > 5)
    #expect(pieces.allSatisfy { $0 < 1 << 17 })
    #expect(lines == count + 1)
  }

  @Test func `every iteration has a row`() {
    let iteration = IterationRecord(
      replica: 1, start: 5, end: 1_500_000_000, decodes: 3, chunks: 2, chunkTokens: 512,
      decodeContext: 900, running: 4, waiting: 6, usedBlocks: 70, preempted: 8)
    var text = ""
    IterationsCSV.write([iteration]) { text += String(decoding: $0, as: UTF8.self) }
    #expect(
      text == """
        replica,start_s,end_s,decodes,chunks,chunk_tokens,decode_context,running,waiting,\
        used_blocks,preempted
        1,0.000000005,1.500000000,3,2,512,900,4,6,70,8

        """)
  }

  @Test func `a text is no formula to a spreadsheet, and a number stays one`() {
    let texts = [
      "=1+1", "+cmd", "-x", "@a", "-0.5", "+3", "-1e-5", "a=b", "a\u{1b}[31m", "=a,\"b", "", "-",
    ]
    var (writer, text) = (CSVWriter(), "")
    for field in texts { writer.add(field) }
    writer.flush { text += String(decoding: $0, as: UTF8.self) }
    #expect(
      text == "'=1+1,'+cmd,'-x,'@a,-0.5,+3,-1e-5,a=b,a\\u{1B}[31m,\"'=a,\"\"b\",,-")
  }

  @Test func `runs share their columns and leave empty what they do not have`() throws {
    var other = try sampleRun(objective: nil)
    other.scheduler = "sarathi:chunk=512"
    other.settings = [.init("gpu", "a100, 80 GB")]
    let rows = RunsCSV.text([try sampleRun(objective: "ttft.p99<2s"), other]).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(rows.count == 4)
    #expect(rows[0].hasPrefix("scheduler,model,gpu,requests_total,requests_completed,"))
    #expect(rows[0].hasSuffix(",slo_goodput_requests_per_second,slo_objective,slo_met"))
    #expect(rows[1].hasPrefix("vllm,m,,3,2,1,"))
    #expect(rows[1].hasSuffix(",ttft.p99<2s,true"))
    #expect(rows[2].hasPrefix("sarathi:chunk=512,,\"a100, 80 GB\",3,2,1,"))
    #expect(rows[2].hasSuffix(",,,,,"))
  }
}
