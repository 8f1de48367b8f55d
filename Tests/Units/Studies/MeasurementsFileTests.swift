import Costs
import Serving
import Studies
import Testing

@testable import Formats

private func read(_ lines: String...) throws -> [Costs.Measurement] {
  let text = lines.joined(separator: "\n") + "\n"
  return try MeasurementsFile(Array(text.utf8), source: "measured.csv").measurements
}

private let product = "operation,format,m,n,k,seconds"

@Suite struct MeasurementsFileTests {
  @Test func `a row is a kernel, wherever its columns stand`() throws {
    let rows = try read(
      "seconds,k,note,n,format,m,operation", "1.5e-05,4096,a,6144,bf16,7,gemm",
      "2e-6,,b,64,,3,normalization")
    #expect(
      rows == [
        Costs.Measurement(
          .gemm, format: "bf16", sizes: [.m: 7, .n: 6144, .k: 4096], seconds: 1.5e-5),
        Costs.Measurement(.normalization, format: "", sizes: [.m: 3, .n: 64], seconds: 2e-6),
      ])
  }

  @Test func `the whole header is understood`() throws {
    let rows = try read(
      MeasurementsFile.header,
      "attention_prefill,fp8,,,,2,512,1024,32,8,128,4096,,,,,,,,,0.001",
      "moe,bf16,64,768,2048,,,,,,,,128,8,2,90,200,,,2,0.0001",
      "all_reduce,half,,,,,,,,,,,,,,,,65536,,8,2e-5")
    #expect(rows.map(\.operation) == [.attentionPrefill, .experts, .allReduce])
    #expect(
      rows[0].sizes == [
        .batch: 2, .queryTokens: 512, .contextTokens: 1024, .heads: 32, .keyValueHeads: 8,
        .headSize: 128, .window: 4096,
      ])
    #expect(
      rows[1].sizes == [
        .m: 64, .n: 768, .k: 2048, .experts: 128, .topk: 8, .matrices: 2, .distinct: 90,
        .pairs: 200, .gpus: 2,
      ])
    #expect(rows[2].format == "half" && rows[2].sizes == [.bytes: 65536, .gpus: 8])
  }

  @Test(arguments: ["350", "1e-9", "1e300"])
  func `seconds that no kernel takes are refused, as those in another unit`(time: String) throws {
    let error = #expect(throws: InputError.self) {
      try read(product, "gemm,bf16,7,6144,4096,\(time)")
    }
    #expect(error?.line == 2 && error?.remedy.contains("milliseconds") == true)
  }

  /// Prompts without a prefix, and attention without a window.
  @Test func `sizes that may be nothing may be left out`() throws {
    let header = "operation,format,batch,query_tokens,heads,kv_heads,head_size,seconds"
    let row = try read(header, "attention_prefill,bf16,2,512,32,8,128,0.001")[0]
    #expect(row.sizes[.contextTokens] == nil && row.sizes[.window] == nil)
    let zero = try read(
      "operation,format,batch,query_tokens,context_tokens,heads,kv_heads,head_size,window,seconds",
      "attention_prefill,bf16,2,512,0,32,8,128,0,0.001")[0]
    #expect(zero.sizes[.contextTokens] == 0 && zero.sizes[.window] == 0)
  }

  @Test(arguments: [
    ("", 1, nil, "empty"), ("\(product)\n", 1, nil, "nothing after it"),
    ("format,m,n,k,seconds\nbf16,1,1,1,1\n", 1, "operation", "missing"),
    ("operation,m,n,k,seconds\ngemm,1,1,1,1\n", 1, "format", "missing"),
    ("operation,format,m,n,k\ngemm,bf16,1,1,1\n", 1, "seconds", "missing"),
    ("operation,format,m,n,seconds\ngemm,bf16,1,1,1\n", 2, "k", "missing"),
    ("\(product),m\ngemm,bf16,1,1,1,1,1\n", 1, "m", "two columns"),
    ("\(product)\ngem,bf16,1,1,1,1\n", 2, "operation", "no operation gem"),
    ("\(product)\n,bf16,1,1,1,1\n", 2, "operation", "no operation"),
    ("\(product)\ngemm,bf16,1,1,1,1\ngemm,bf16,,1,1,1\n", 3, "m", "gemm has no m"),
    ("\(product)\ngemm,bf16,1,0,1,1\n", 2, "n", "gemm has no n"),
    ("\(product)\ngemm,bf16,1,1,x,1\n", 2, "k", "`x` is not a number"),
    ("\(product)\ngemm,bf16,1,1,-3,1\n", 2, "k", "`-3` is not a number from 0 on"),
    ("\(product)\ngemm,bf16,1,1,nan,1\n", 2, "k", "`nan` is not a number"),
    ("\(product)\ngemm,bf16,1.5,1,1,1\n", 2, "m", "no kernel has a m of 1.5"),
    ("\(product)\ngemm,bf16,1e30,1,1,1\n", 2, "m", "no kernel has a m of 1e30"),
    ("\(product)\ngemm,bf16,1,1,1,\n", 2, "seconds", "takes time"),
    ("\(product)\ngemm,bf16,1,1,1,0\n", 2, "seconds", "takes time"),
    ("\(product)\ngemm,bf16,1,1,1,inf\n", 2, "seconds", "not a number"),
    ("\(product)\ngemm,bf16,1,1,1\n", 2, "seconds", "after 5 of 6 fields"),
    ("operation,format,bytes,gpus,seconds\nall_reduce,bf16,8,1e300,1\n", 2, "gpus", "1e300"),
    (
      "\(product),experts,topk\nmoe,bf16,1,1,1,1,8,9\n", 2, "topk",
      "more experts than there are"
    ),
  ])
  func `a mistake is told with its line and column`(
    text: String, line: Int, column: String?, words: String
  ) {
    let error = #expect(throws: InputError.self) {
      try MeasurementsFile(Array(text.utf8), source: "measured.csv")
    }
    #expect(error?.source == "measured.csv")
    #expect(error?.line == line)
    #expect(error?.column == column)
    #expect(error?.problem.contains(words) == true)
    #expect(error?.remedy.isEmpty == false)
  }

  @Test func `an operation that there is not gets those that there are`() throws {
    let error = #expect(throws: InputError.self) { try read(product, "sort,bf16,1,1,1,1") }
    for operation in MeasuredOperation.allCases {
      #expect(error?.remedy.contains(operation.rawValue) == true)
    }
  }
}
