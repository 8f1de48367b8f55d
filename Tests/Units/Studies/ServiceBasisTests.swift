import Costs
import Metrics
import Serving
import Studies
import Testing

/// What `scheduler` says of its times on `deployment`.
private func times(_ deployment: Deployment, prompt: Int, scheduler: String = "vllm") throws
  -> String?
{
  let requests = [
    Request(arrival: 0, promptTokens: prompt, outputTokens: 20),
    Request(arrival: 5, promptTokens: 200, outputTokens: 50),
  ]
  let service = try deployment.service(scheduler, for: Trace(requests: requests))
  return service.settings.first { $0.name == "times" }?.value
}

@Suite struct `What times rest on` {
  @Test func `is not worth a word where this GPU was measured at these sizes`() throws {
    #expect(try times(deployment("llama-3.1-8b"), prompt: 4000) == nil)
  }

  @Test(arguments: ["vllm", "sarathi", "splitfuse"])
  func `is said of prompts longer than those measured`(scheduler: String) throws {
    let words = try times(deployment("llama-3.1-8b"), prompt: 100_000, scheduler: scheduler)
    #expect(words?.contains("beyond the sizes measured") == true)
    #expect(words?.contains(Operation.Name.prefillAttention.rawValue) == true)
    #expect(words?.contains("taken from") == false)
  }

  /// No kernel of an A6000 was measured.
  @Test func `is said of tables of another GPU, with its name`() throws {
    let words = try times(deployment("llama-3.1-8b", "a6000"), prompt: 1000)
    #expect(words?.contains("taken from a40: ") == true)
    #expect(words?.contains(Operation.Name.decodeAttention.rawValue) == true)
  }

  /// A data sheet has no shares of its peaks that kernels reach.
  @Test func `is said of figures of another GPU too`() throws {
    let words = try times(deployment("llama-3.1-8b", "h20"), prompt: 1000)
    #expect(words?.contains("taken from h100-sxm: ") == true)
    let figures = "efficiencies, host_bytes_per_second as on h100-sxm"
    #expect(words?.contains(figures) == true)
    var deployment = try deployment("llama-3.1-8b", "h20")
    deployment.times = .roofline
    #expect(try times(deployment, prompt: 1000) == figures)
  }

  @Test func `is said of a GPU without tables`() throws {
    var deployment = try deployment("llama-3.1-8b")
    deployment.gpu.tables = KernelTables()
    #expect(try times(deployment, prompt: 1000)?.contains("by the roofline alone") == true)
  }
}
