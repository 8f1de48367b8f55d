import Schedulers
import Serving
import Testing

@testable import Formats

@Suite struct `Options that do not go together` {
  private static func error(
    _ specification: String, maxNumBatchedTokens: Int? = nil
  ) -> InputError? {
    let setting = EngineSetting(
      maxModelLen: 400, headSize: 128, isLargeGPU: false, maxNumBatchedTokens: maxNumBatchedTokens)
    do {
      _ = try Schedulers.engine(specification, setting)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    ("sarathi:high-chunk-size=64", "chunk-schedule-stages"),
    ("sarathi-osdi:low-chunk-size=64", "chunk-schedule-stages"),
    ("sarathi:chunk-schedule-max-tokens=64", "chunk-schedule-stages"),
    ("sarathi:chunk=64,chunk-schedule-stages=2", "chunk goes without effect"),
    ("sarathi:chunk-schedule-stages=2,high-chunk-size=1,low-chunk-size=32", "multiples of 32"),
    ("sarathi-osdi:chunk-schedule-stages=2,low-chunk-size=100", "multiples of 32"),
    ("vllm-0.6:chunked=true,scheduling-policy=priority", "arrival alone"),
    ("vllm-0.6:scheduling-policy=priority,swap-blocks=9", "more urgent one"),
    ("sglang:page-size=16,chunked-prefill-size=100", "whole number of pages"),
    ("sglang:schedule-policy=lpm,disable-radix-cache=true", "keeps from being there"),
    ("sglang:schedule-policy=hrrn,enable-priority-scheduling=true", "fcfs and lof"),
    ("sglang:priority-scheduling-preemption-threshold=1", "without effect"),
    ("vllm:max-num-active-seqs=257", "256 sequences"),
    ("vllm:long-prefill-token-threshold-adaptive=true", "no threshold"),
    ("vllm:watermark=1", "admits nobody"), ("vtc:token-block=16", "one by one"),
    ("vtc:batch-max-tokens=399", "does not cut"),
    ("trt-llm:enable-chunked-context=true,max-num-tokens=31", "the 32 of a block"),
    ("trt-llm:batch-wait-timeout-iters=20", "without effect"),
    ("trt-llm:capacity-scheduler-policy=MAX_UTILIZATION,max-num-tokens=399", "does not cut"),
  ])
  func `are refused with what is wrong`(_ specification: String, _ words: String) throws {
    let error = try #require(Self.error(specification))
    #expect(error.source == specification)
    #expect("\(error)".contains(words), "\(error)")
  }

  @Test(arguments: [
    ("vtc:fair-weights=a:1/b", "\"b\""), ("vtc:fair-weights=a:0", "\"a:0\""),
  ])
  func `are told by the option where they are in its value`(
    _ specification: String, _ words: String
  )
    throws
  {
    let error = try #require(Self.error(specification))
    #expect(error.source == "vtc:fair-weights")
    #expect("\(error)".contains(words), "\(error)")
  }

  @Test func `include a budget for all engines beside chunks of their own sizes`() throws {
    let error = try #require(
      Self.error("sarathi:chunk-schedule-stages=2", maxNumBatchedTokens: 64))
    #expect("\(error)".contains("--max-num-batched-tokens"))
  }

  @Test(arguments: [
    "sarathi:chunk-schedule-stages=3,chunk-schedule-max-tokens=1,high-chunk-size=32",
    "vllm-0.6:chunked=true,swap-blocks=9", "vllm-0.6:scheduling-policy=priority",
    "vllm-0.6:chunked=true,scheduling-policy=fcfs",
    "vllm-0.11:enable-chunked-prefill=false,long-prefill-token-threshold=5",
    "vllm:max-num-active-seqs=256,watermark=0.5", "vtc:fair-weights=a:1/b:0.5",
    "trt-llm:max-num-tokens=31", "trt-llm:enable-chunked-context=true,max-num-tokens=32",
  ])
  func `are not these`(_ specification: String) {
    #expect(Self.error(specification) == nil)
  }
}
