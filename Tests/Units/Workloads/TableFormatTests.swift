import Formats
import Foundation
import Serving
import Support
import Testing

@testable import Workloads

/// After the column names of the real ones, which `shared/reference/traces.md` lists.
private let samples: [(format: String, text: String, requests: [[Int]])] = [
  (
    "burstgpt",
    "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
      + "5,ChatGPT,472,18,490,Conversation log\n45,ChatGPT,0,0,0,API log\n118,GPT-4,417,276,9,x\n",
    [[0, 472, 18], [113_000, 417, 276]]
  ),
  (
    "burstgpt",
    "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
      + "19440110.0,ab-c,3.5,ChatGPT,472,18,490,Conversation log\n",
    [[0, 472, 18]]
  ),
  (
    "vidur", "arrived_at,num_prefill_tokens,num_decode_tokens\n0.25,374.0,44\n1,5,6",
    [
      [0, 374, 44], [750, 5, 6],
    ]
  ),
  (
    "splitwise",
    "request_id,request_type,application_id,arrival_timestamp,batch_size,prompt_size,token_size\n"
      + "0,2,0,0.5,1,1000,20\n1,2,0,1.5,1,700,9\n",
    [[0, 1000, 20], [1000, 700, 9]]
  ),
  (
    "servegen", "request_id,timestamp,input_tokens,output_tokens\n0,0.0,1024,200\n1,0.25,900,180\n",
    [[0, 1024, 200], [250, 900, 180]]
  ),
  (
    "blis", "request_id,session_id,input_tokens,output_tokens,arrival_time_us\na,s,5,6,1500\n",
    [[0, 5, 6]]
  ),
]

@Suite struct `Requests in a table` {
  @Test(arguments: samples)
  func `of each format are told apart and read`(
    format: String, text: String, requests: [[Int]]
  ) throws {
    let loaded = try load(text)
    #expect(loaded.formatName == format && loaded.hasArrivals)
    #expect(
      loaded.trace.requests.map { [$0.arrival / 1_000_000, $0.promptTokens, $0.outputTokens] }
        == requests)
  }

  @Test func `may be lengths alone`() throws {
    for text in [
      "num_prefill_tokens,num_decode_tokens,num_total_tokens,pd_ratio\n1000,100,1100,10.0\n",
      "TIMESTAMP,ContextTokens,GeneratedTokens\nXXX,107,15\nXXX,5,6\n",
    ] {
      #expect(try !load(text).hasArrivals)
    }
    let mixed = refusal(
      "TIMESTAMP,ContextTokens,GeneratedTokens\nXXX,107,15\n2023-11-16 18:15:46,5,6\n")
    #expect(isAbout(mixed, line: 3, column: "TIMESTAMP", says: "below rows without a time"))
  }

  @Test(arguments: [
    ("arived_at,num_prefill_tokens,num_decode_tokens\n1,2,3", "arived_at", "arrived_at"),
    ("num_prefil_tokens,num_decode_tokens\n1,2", "num_prefil_tokens", "num_prefill_tokens"),
    ("Timestamp,Request tokens,Respnse tokens\n1,2,3", "Respnse tokens", "Response tokens"),
    ("arival_s,prompt_tokens,output_tokens\n1,2,3", "arival_s", "arrival_s"),
    ("TIMESTAMP,ContextToken,GeneratedTokens\n1,2,3", "TIMESTAMP", ""),
  ])
  func `are refused where a column is misspelt`(text: String, name: String, meant: String) {
    let error = refusal(text)
    #expect(error?.line == 1)
    #expect(meant.isEmpty || error?.column == name && error?.remedy.contains(meant) == true)
  }

  @Test func `without names are refused with what to do`() {
    #expect(refusal("0,0,0,,0,0\n600,0,0,,0,0\n")?.remedy.contains("ServeGen") == true)
    #expect(refusal("a,b,c\n1,2,3\n")?.remedy.contains("--columns arrival=") == true)
  }
}

@Suite struct `Columns that are named` {
  private func read(_ words: String, _ text: String) throws(InputError) -> LoadedTrace {
    let columns = try ColumnMeanings(GivenValue(source: "--columns", text: words))
    return try TraceFile.parse(
      Array(text.utf8), source: "trace.csv", as: nil, TraceReading(columns: columns))
  }

  @Test(arguments: [
    ("s", "2", "3.5", 1500), ("ms", "2", "3.5", 1.5), ("us", "2000", "3500", 1.5),
    ("ns", "2000000", "3500000", 1.5),
    ("date", "2026-01-31T10:00:00Z", "2026-01-31 11:00:01.5+01:00", 1500),
  ])
  func `are read in any unit, from any origin`(
    unit: String, first: String, second: String, milliseconds: Double
  ) throws {
    let words = "arrival=when,prompt=in,output=out,session=who,unit=\(unit)"
    let loaded = try read(words, "who,when,in,out,why\na,\(first),5,6,\nb,\(second),7,8,\n")
    #expect(
      loaded.trace.requests == [
        Request(arrival: 0, promptTokens: 5, outputTokens: 6),
        Request(arrival: Int(milliseconds * 1e6), promptTokens: 7, outputTokens: 8),
      ])
    #expect(loaded.trace.columns.sessions == ["a", "b"])
    #expect(loaded.notes == ["columns that are not read: why"])
  }

  @Test func `may be keys of objects, and have hashes`() throws {
    let text = #"{"timestamp": 1, "il": 20, "ol": 2, "h": [1, 2]}"#
    let loaded = try read("arrival=timestamp,prompt=il,output=ol,hashes=h,block=10", text)
    #expect(loaded.trace.columns.prefixHashes == [[1, 2]])
    #expect(loaded.trace.columns.prefixBlockTokens == 10)
  }

  @Test func `may leave the arrivals out`() throws {
    #expect(try !read("prompt=a,output=b", "a,b\n1,2\n").hasArrivals)
  }

  @Test(arguments: [
    "prompt=a", "arrival=a,output=b", "prompt=a,output=", "prompt=a,output=b,unit=h",
    "prompt=a,output=b,block=0", "prompt=a,output=a", "prompt=a,promt=b,output=c", "a,b",
  ])
  func `are refused where they say too little or what cannot be`(words: String) {
    #expect(throws: InputError.self) { try read(words, "a,b\n1,2\n") }
  }

  @Test func `that are not there are refused by name`() {
    let error = #expect(throws: InputError.self) {
      try read("prompt=a,output=c", "a,b\n1,2\n")
    }
    #expect(error?.column == "c" && error?.problem == "the column is missing")
  }
}

private let shared = Repository.shared.appending(path: "traces").path

@Suite(
  .enabled(if: FileManager.default.fileExists(atPath: shared), "needs ../shared/traces"))
struct `Real tables` {
  @Test(arguments: [
    ("burstgpt/BurstGPT_1_head400.csv", 383), ("nanoflow-lengths/lmsys.csv", 100_000),
    ("sarathi-vattention-lengths/arxiv_long_online.csv", 10_111),
    ("vidur/data/processed_traces/splitwise_conv.csv", 19_366),
    ("servegen/derived_m-small_20h_1h_5rps.csv", 18_138),
  ])
  func `are read whole`(name: String, count: Int) throws {
    #expect(try TraceFile.read("\(shared)/\(name)").trace.count == count)
  }

  @Test func `that are an archive are refused with what to do`() {
    let error = #expect(throws: InputError.self) {
      try TraceFile.read("\(shared)/servegen/multimodal_mm-image.tar.gz")
    }
    #expect(error?.remedy.contains("tar -xf") == true)
  }
}
