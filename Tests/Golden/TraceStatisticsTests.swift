import Formats
import Foundation
import Metrics
import Studies
import Support
import Testing
import Workloads

private let folder = Repository.shared.appending(path: "traces").path

/// A row of the table of statistics in ../shared/reference/traces.md, section 2, which were counted
/// with NumPy. Digits that were cut off there rather than rounded are given as they are.
private struct Row: Sendable {
  var path: String
  var requests: Int
  var reading: [String: String] = [:]
  /// Figures and what they come to at so many decimals.
  var figures: [(String, Int, String)]
}

private let rows = [
  Row(
    path: "azure-llm-2023/AzureLLMInferenceTrace_conv.csv", requests: 19_366,
    figures: [
      ("arrivals_span_seconds", 1, "3501.7"), ("arrivals_requests_per_second", 2, "5.53"),
      ("arrivals_gap_variation", 3, "1.094"), ("arrivals_dispersion_1s", 2, "1.39"),
      ("arrivals_dispersion_10s", 2, "4.00"), ("arrivals_dispersion_60s", 1, "20.6"),
      ("arrivals_most_in_1s", 0, "16"), ("arrivals_most_in_60s", 0, "507"),
      ("prompt_tokens_mean", 1, "1154.7"), ("prompt_tokens_p50", 0, "1020"),
      ("prompt_tokens_p90", 1, "2734.5"), ("prompt_tokens_p99", 0, "4142"),
      ("prompt_tokens_max", 0, "14050"), ("output_tokens_mean", 1, "211.1"),
      ("output_tokens_p50", 0, "129"), ("output_tokens_p90", 0, "424"),
      ("output_tokens_p99", 0, "601"), ("output_tokens_min", 0, "7"),
      ("output_tokens_max", 0, "1000"), ("lengths_correlation", 3, "-0.112"),
      ("arrivals_largest_batch", 0, "1"),
    ]),
  Row(
    path: "mooncake-fast25/conversation_trace.jsonl", requests: 12_031,
    figures: [
      ("arrivals_span_seconds", 1, "3537.0"), ("arrivals_requests_per_second", 2, "3.40"),
      ("arrivals_gap_variation", 2, "3.03"), ("arrivals_dispersion_1s", 2, "7.89"),
      ("arrivals_dispersion_10s", 2, "2.09"), ("arrivals_dispersion_60s", 2, "2.85"),
      ("arrivals_instants", 0, "1180"), ("arrivals_largest_batch", 0, "28"),
      ("prompt_tokens_mean", 0, "12035"), ("prompt_tokens_p50", 0, "6909"),
      ("prompt_tokens_p90", 0, "27367"), ("prompt_tokens_p99", 0, "85400"),
      ("prompt_tokens_max", 0, "126195"), ("output_tokens_mean", 1, "342.6"),
      ("output_tokens_p50", 0, "350"), ("output_tokens_p90", 0, "597"),
      ("output_tokens_p99", 1, "1118.5"), ("output_tokens_max", 0, "2000"),
      ("prefixes_blocks", 0, "288500"), ("prefixes_distinct_blocks", 0, "182790"),
      ("prefix_cache_token_hit_rate", 5, "0.37338"),
      ("prefix_cache_1000_token_hit_rate", 5, "0.04573"),
      ("prefix_cache_5000_token_hit_rate", 5, "0.11956"),
      ("prefix_cache_10000_token_hit_rate", 5, "0.21922"),
      ("prefix_cache_30000_token_hit_rate", 5, "0.33702"),
      ("prefix_cache_50000_token_hit_rate", 5, "0.36276"),
      ("prefix_cache_100000_token_hit_rate", 5, "0.37102"),
      ("prefix_cache_hit_requests", 0, "12030"), ("oddities_repeated", 0, "1"),
    ]),
  Row(
    path: "rtp-llm-flexlb/trace_30min.ts_lt_400000.jsonl", requests: 3_588,
    reading: ["zero-tokens": "one"],
    figures: [
      ("arrivals_span_seconds", 1, "399.8"), ("arrivals_requests_per_second", 2, "8.97"),
      ("arrivals_gap_variation", 2, "1.06"), ("arrivals_dispersion_1s", 2, "1.31"),
      ("arrivals_dispersion_10s", 2, "4.28"), ("arrivals_dispersion_60s", 1, "16.0"),
      ("prompt_tokens_mean", 0, "5954"), ("prompt_tokens_p50", 1, "2955.5"),
      ("prompt_tokens_p90", 0, "16754"), ("prompt_tokens_p99", 0, "29988"),
      ("prompt_tokens_max", 0, "31971"), ("output_tokens_p50", 0, "7"),
      ("output_tokens_p90", 0, "816"), ("output_tokens_p99", 0, "3852"),
      ("output_tokens_max", 0, "20000"), ("prefixes_distinct_blocks", 0, "15495"),
      ("prefixes_blocks", 0, "19196"), ("prefix_cache_token_hit_rate", 4, "0.1774"),
      ("prefix_cache_block_hit_rate", 4, "0.1928"),
      ("prefix_cache_1000_block_hit_rate", 4, "0.1279"),
      ("prefix_cache_5000_block_hit_rate", 4, "0.1742"),
    ]),
  Row(
    path: "burstgpt/BurstGPT_1_head400.csv", requests: 400, reading: ["zero-tokens": "one"],
    figures: [
      ("arrivals_span_seconds", 0, "37269"), ("arrivals_requests_per_second", 4, "0.0107"),
      ("arrivals_gap_variation", 2, "4.56"), ("arrivals_dispersion_1s", 2, "1.01"),
      ("arrivals_dispersion_10s", 2, "1.24"), ("arrivals_dispersion_60s", 2, "2.77"),
      ("prompt_tokens_p50", 0, "314"), ("prompt_tokens_p90", 0, "1418"),
      ("prompt_tokens_p99", 0, "1958"), ("prompt_tokens_max", 0, "2126"),
      ("output_tokens_p50", 1, "229.5"), ("output_tokens_p90", 1, "570.7"),
      ("output_tokens_p99", 0, "1421"), ("output_tokens_max", 0, "2019"),
      ("oddities_tied", 0, "4"),
    ]),
  Row(
    path: "servegen/derived_m-small_20h_1h_5rps.csv", requests: 18_138,
    figures: [
      ("arrivals_span_seconds", 1, "3599.9"), ("arrivals_requests_per_second", 2, "5.04"),
      ("arrivals_gap_variation", 2, "1.30"), ("arrivals_dispersion_1s", 2, "3.17"),
      ("arrivals_dispersion_10s", 2, "6.39"), ("arrivals_dispersion_60s", 2, "9.86"),
      ("prompt_tokens_p50", 0, "52"), ("prompt_tokens_p90", 0, "404"),
      ("prompt_tokens_p99", 0, "888"), ("prompt_tokens_max", 0, "5437"),
      ("output_tokens_p50", 0, "5"), ("output_tokens_p90", 0, "61"),
      ("output_tokens_p99", 0, "210"), ("output_tokens_max", 0, "284"),
    ]),
  Row(
    path: "kv-cache-tester/traces", requests: 4_905,
    reading: ["zero-tokens": "one", "sub-agents": "drop"],
    figures: [
      ("prompt_tokens_p50", 0, "95587"), ("prompt_tokens_p90", 0, "153666"),
      ("prompt_tokens_p99", 0, "511142"), ("prompt_tokens_max", 0, "894371"),
      ("output_tokens_p50", 0, "229"), ("output_tokens_p90", 0, "939"),
      ("output_tokens_p99", 0, "3508"), ("output_tokens_max", 0, "10522"),
      ("prefix_cache_token_hit_rate", 4, "0.9616"), ("sessions_count", 0, "80"),
      ("session_requests_p50", 1, "39.5"), ("session_requests_max", 0, "439"),
      ("session_span_p50_s", 0, "3244"),
    ]),
  Row(
    path: "nanoflow-lengths/lmsys.csv", requests: 100_000,
    figures: [
      ("prompt_tokens_mean", 1, "92.2"), ("prompt_tokens_p50", 0, "28"),
      ("prompt_tokens_p90", 0, "302"), ("prompt_tokens_p99", 0, "750"),
      ("prompt_tokens_max", 0, "3894"), ("output_tokens_mean", 1, "207.4"),
      ("output_tokens_p50", 0, "140"), ("output_tokens_p90", 0, "512"),
      ("output_tokens_p99", 0, "850"), ("output_tokens_max", 0, "4819"),
    ]),
  Row(
    path: "sarathi-vattention-lengths/sharegpt_8k_filtered_stats_llama2_tokenizer.csv",
    requests: 30_731,
    figures: [
      ("prompt_tokens_p50", 0, "1730"), ("prompt_tokens_p90", 0, "5696"),
      ("prompt_tokens_p99", 0, "7434"), ("prompt_tokens_max", 0, "8141"),
      ("output_tokens_p50", 0, "415"), ("output_tokens_p90", 0, "834"),
      ("output_tokens_p99", 0, "998"), ("output_tokens_max", 0, "1024"),
    ]),
  Row(
    path: "sarathi-vattention-lengths/arxiv_long_online.csv", requests: 10_111,
    figures: [
      ("prompt_tokens_p50", 0, "27843"), ("prompt_tokens_p90", 0, "38489"),
      ("prompt_tokens_p99", 0, "44959"), ("prompt_tokens_max", 0, "45819"),
      ("output_tokens_p50", 0, "318"), ("output_tokens_p90", 0, "571"),
      ("output_tokens_p99", 0, "1118"), ("output_tokens_max", 0, "10845"),
    ]),
]

@Suite(.enabled(if: Repository.hasShared("traces"), "needs ../shared/traces"))
struct `The description of a real trace` {
  @Test(arguments: rows.map(\.path))
  func `has the published figures, to the digit`(path: String) throws {
    let row = try #require(rows.first { $0.path == path })
    let reading = try TraceReading { name in
      row.reading[name].map { GivenValue(source: name, text: $0) }
    }
    let description = TraceDescription(try TraceFile.read("\(folder)/\(row.path)", reading))
    #expect(description.trace.count == row.requests)
    for (name, decimals, text) in row.figures {
      let value = try #require(description.values.first { $0.column == name }?.value, "\(name)")
      let number =
        switch value {
        case .count(let count): Double(count)
        case .real(let real): real
        case .missing: Double.nan
        }
      #expect(Numbers.fixed(number, decimals: decimals) == text, "\(name)")
    }
  }
}
