import Serving

/// How a tool takes one latency from one request.
struct BenchmarkLatency: Sendable {
  var title: String
  var key: String
  var unit: String
  var definition: String
  /// Units in a second.
  var scale: Double
  /// Whether all times between tokens are taken together, rather than one value per request.
  var isPooled = false
  /// The value in seconds, or in the unit where that is no time, and its weight; nil for none.
  var value: @Sendable (Request, RequestRecord) -> (seconds: Double, weight: Double)?

  func sample(_ request: Request, _ record: RequestRecord) -> BenchmarkFigures.Sample? {
    value(request, record).map {
      BenchmarkFigures.Sample(value: $0.seconds * scale, weight: $0.weight)
    }
  }
}

extension BenchmarkTool {
  /// The latencies that the tool reports, in its order.
  var latencies: [BenchmarkLatency] {
    switch self {
    case .vllm:
      [
        first("Time to First Token", "ttft_ms"),
        gap("Time per Output Token (excl. 1st token)", "tpot_ms"),
        pooled("Inter-token Latency", "itl_ms"), whole("End-to-end Latency", "e2el_ms"),
      ]
    case .aiperf:
      [
        first("Time to First Token", "time_to_first_token"),
        whole("Request Latency", "request_latency"),
        gap("Inter Token Latency", "inter_token_latency"), perUser,
      ]
    case .guidellm:
      [
        whole("Request Latency", "request_latency", unit: "s", scale: 1),
        first("Time to First Token", "time_to_first_token_ms"),
        gap("Inter Token Latency", "inter_token_latency_ms", isWeighted: true), perToken,
      ]
    case .mlperf:
      [
        first("First Token latency", "first_token_latency_ns", unit: "ns", scale: 1e9),
        gap(
          "Time to Output Token", "time_to_output_token_ns", unit: "ns", scale: 1e9),
        whole("Latency", "latency_ns", unit: "ns", scale: 1e9),
      ]
    }
  }

  private func first(
    _ title: String, _ key: String, unit: String = "ms", scale: Double = 1e3
  ) -> BenchmarkLatency {
    BenchmarkLatency(
      title: title, key: key, unit: unit,
      definition: "From the request to its first token.", scale: scale
    ) { request, record in ((record.firstToken - request.arrival).seconds, 1) }
  }

  private func whole(
    _ title: String, _ key: String, unit: String = "ms", scale: Double = 1e3
  ) -> BenchmarkLatency {
    BenchmarkLatency(
      title: title, key: key, unit: unit,
      definition: "From the request to its last token.", scale: scale
    ) { request, record in ((record.finish - request.arrival).seconds, 1) }
  }

  private func gap(
    _ title: String, _ key: String, unit: String = "ms", scale: Double = 1e3,
    isWeighted: Bool = false
  ) -> BenchmarkLatency {
    let rule = "From the first token to the last, divided by the tokens less one"
    return BenchmarkLatency(
      title: title, key: key, unit: unit,
      definition: isWeighted
        ? "\(rule); each request counts as often." : "\(rule); one value per request.", scale: scale
    ) { _, record in
      let gaps = Double(record.emittedTokens - 1)
      return gaps > 0
        ? ((record.finish - record.firstToken).seconds / gaps, isWeighted ? gaps : 1) : nil
    }
  }

  private func pooled(_ title: String, _ key: String) -> BenchmarkLatency {
    BenchmarkLatency(
      title: title, key: key, unit: "ms",
      definition: "Every time between two tokens of a request, all requests together.",
      scale: 1e3, isPooled: true
    ) { _, _ in nil }
  }

  /// AIPerf's, in tokens a second.
  private var perUser: BenchmarkLatency {
    BenchmarkLatency(
      title: "Output Token Throughput Per User", key: "output_token_throughput_per_user",
      unit: "tokens/s", definition: "One over the inter token latency; one value per request.",
      scale: 1
    ) { _, record in
      let time = (record.finish - record.firstToken).seconds
      return time > 0 ? (Double(record.emittedTokens - 1) / time, 1) : nil
    }
  }

  /// GuideLLM's, which counts the first token too.
  private var perToken: BenchmarkLatency {
    BenchmarkLatency(
      title: "Time Per Output Token", key: "time_per_output_token_ms", unit: "ms",
      definition: "From the request to its last token, divided by all of its tokens; a request "
        + "counts as often.", scale: 1e3
    ) { request, record in
      let tokens = Double(record.emittedTokens)
      return ((record.finish - request.arrival).seconds / tokens, tokens)
    }
  }

  /// The figures of the whole run that the tool reports, in its order.
  func totals(_ metrics: RunMetrics) -> [BenchmarkFigures.Total] {
    let (counts, rates) = (metrics.requests, metrics.throughput)
    func total(
      _ title: String, _ key: String, _ unit: String, _ value: Double
    ) -> BenchmarkFigures.Total {
      BenchmarkFigures.Total(title: title, key: key, unit: unit, value: value)
    }
    let (requests, tokens) = (rates.requestsPerSecond, rates.outputTokensPerSecond)
    switch self {
    case .vllm:
      return [
        total("Successful requests", "completed", "", Double(counts.completed)),
        total("Benchmark duration", "duration", "s", rates.spanSeconds),
        total("Total input tokens", "total_input_tokens", "", Double(counts.promptTokens)),
        total("Total generated tokens", "total_output_tokens", "", Double(counts.outputTokens)),
        total("Request throughput", "request_throughput", "req/s", requests),
        total("Output token throughput", "output_throughput", "tok/s", tokens),
        total(
          "Total Token throughput", "total_token_throughput", "tok/s", rates.totalTokensPerSecond),
      ]
    case .aiperf:
      return [
        total(
          "Output Token Throughput", "output_token_throughput", "tokens/sec", tokens),
        total("Request Throughput", "request_throughput", "requests/sec", requests),
        total("Request Count", "request_count", "requests", Double(counts.completed)),
      ]
    case .guidellm:
      return [
        total("Successful requests", "successful", "", Double(counts.completed)),
        total("Requests per second", "requests_per_second", "req/s", requests),
        total("Output tokens per second", "output_tokens_per_second", "tok/s", tokens),
        total("Tokens per second", "tokens_per_second", "tok/s", rates.totalTokensPerSecond),
      ]
    case .mlperf:
      return [
        total(
          "Completed samples per second", "result_completed_samples_per_sec", "", requests),
        total("Completed tokens per second", "result_completed_tokens_per_second", "", tokens),
      ]
    }
  }
}
