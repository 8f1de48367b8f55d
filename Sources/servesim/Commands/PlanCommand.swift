import Costs
import Formats
import Metrics
import Serving
import Studies
import Workloads

extension PlanOptions {
  /// What is chosen among: the options of a deployment, each with several values where it has any.
  fileprivate static let axes: [Option] = Option.deployment.map { option in
    var option = option
    switch option.name {
    case "--gpu":
      (option.name, option.aliases) = ("--gpus", ["--gpu"])
      option.placeholder = "NAMES"
      option.standard = "all that have a price"
    case Deployment.degree.option: option.standard = "1, 2, 4 and 8, as far as the heads divide"
    case "--replicas": option.standard = "1 to 16, or what --max-gpus has room for"
    case "--max-num-batched-tokens":
      option.help = "token budgets, by whatever name the scheduler has for its own; own for its own"
      option.standard = "512,2048,8192"
    default: break
    }
    return option
  }

  fileprivate static let schedulers: Option = {
    var option = Option.schedulers(group: "Deployment")
    option.standard = "vllm,sarathi,splitfuse"
    return option
  }()

  /// What can be set of arrivals that do not wait for answers.
  fileprivate static let load = Load.traceSettings.map(Option.init)

  fileprivate static let search = [
    Option(
      name: "--minimize", placeholder: "NAME", standard: "money",
      help: "what is made as small as can be: money, gpus or energy, the joules of an output token",
      group: "Search"),
    Option(
      name: "--max-gpus", placeholder: "N", standard: "128", help: "GPUs in all, at most",
      group: "Search"),
    Option(
      name: "--price", placeholder: "PRICES", standard: "as quoted, shown with date and source",
      help: "dollars an hour for one GPU, as h100-sxm=2.95,l40s=1.6", group: "Search"),
    Option(
      name: "--token-prices", placeholder: "PRICES", standard: nil,
      help: "dollars for which a million tokens are sold, to tell what the answer earns: "
        + "input=0.55,cached=0.14,output=2.19", group: "Search"),
    Option(
      name: "--seeds", placeholder: "N", standard: "2 where arrivals are drawn",
      help: "draws of arrivals, under all of which the limits are kept; 30 at most",
      group: "Search"),
    .jobs(group: "Search"),
  ]
}

extension Command {
  /// What to rent.
  static func plan() -> Command {
    Command(
      name: "plan",
      summary: "find the cheapest deployment that keeps an objective, among GPUs, replicas, "
        + "schedulers and any option of a deployment with commas between values",
      arguments: [.trace],
      options: PlanOptions.axes + [PlanOptions.schedulers] + PoolOptions.besides + PlanOptions.load
        + Option.reading
        + [.objectives, .attainment] + PlanOptions.search + WorkShard.options
        + [
          OutputOptions.file("--json", "the plan as JSON"), OutputOptions.report,
          OutputOptions.force,
        ],
      examples: [
        Example(
          line: "servesim plan Traces/chat.csv --slo 'ttft<2s,tbt<100ms' --attainment 99%",
          purpose: "what to rent for a chat, by the prices that are known"),
        Example(
          line:
            "servesim plan Traces/chat.csv --slo 'ttft.p99<2s' --gpus l40s,a6000 --price l40s=1.2",
          purpose: "one of two GPUs, at a price of your own for one"),
      ],
      run: { try PlanOptions($0).run() })
  }
}

extension GivenValue {
  /// The prices of tokens, as `input=0.55,cached=0.14,output=2.19`; cached ones cost as much as
  /// others unless they are named.
  func tokenPrices() throws(InputError) -> TokenPrices {
    let names = ["input", "cached", "output"]
    var prices: [String: Double] = [:]
    for piece in try list() {
      let parts = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard parts.count == 2, names.contains(name), prices[name] == nil else {
        throw mistake("\(quoted(piece)) is no price of tokens", "give input=0.55,output=2.19")
      }
      prices[name] = try GivenValue(source: source, text: String(parts[1])).double(min: 0)
    }
    guard let input = prices["input"], let output = prices["output"] else {
      throw mistake("a price is missing", "give input=DOLLARS,output=DOLLARS")
    }
    return TokenPrices(input: input, cachedInput: prices["cached"], output: output)
  }

  /// The numbers of replicas between commas, none twice.
  func numbersOfReplicas() throws(InputError) -> [Int] {
    var numbers: [Int] = []
    for piece in try list() {
      let number = try GivenValue(source: source, text: piece).int(in: EngineRange.replicas)
      if numbers.contains(number) { throw mistake("a value is given twice", "name each once") }
      numbers.append(number)
    }
    return numbers
  }

  /// The token budgets between commas, `own` for the scheduler's own; none twice.
  func budgets() throws(InputError) -> [Int?] {
    var budgets: [Int?] = []
    for piece in try list() {
      let value = GivenValue(source: source, text: piece)
      let budget: Int? = piece == "own" ? nil : try value.int(in: EngineRange.tokens, or: "own")
      if budgets.contains(budget) { throw mistake("a value is given twice", "name each once") }
      budgets.append(budget)
    }
    return budgets
  }
}
