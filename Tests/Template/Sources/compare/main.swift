import Costs
import Reporting
import Scheduling
import Studies
import Workloads

// As `servesim compare --model llama-3-8b --gpu h100-sxm`, with a scheduler more.
let deployment = Deployment(
  model: try Models.named("llama-3-8b"), gpu: try GPUs.named("h100-sxm"))
let trace = try ChatWorkload.azureConversation.trace(count: 2000, rate: 20, seed: 0)
let services = try [deployment.service("vllm"), deployment.service(LastComeFirst.entry)]
let runs = try Comparison(trace, services).run(jobs: 2) { $0.run }.map { try $0.get() }
print(ComparisonTable.text(runs), terminator: "")
