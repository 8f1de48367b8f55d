import Control
import Formats
import Serving

/// What a deployment file can say, in the order in which `servesim list deployment` shows it.
extension PooledDeployment {
  /// Of the fleet as a whole.
  public static let settings = commonSettings + localSettings

  /// Its routers, and how prompts are handed over.
  private static let commonSettings: [Setting<PooledDeployment>] = [
    .init(
      Deployment.routerName, .words(Routers.all.map(\.name)), standard: Routers.all[0].name,
      "how requests are spread over the replicas that they come to",
      shown: { $0.router.name },
      set: { (root, given) throws(InputError) in
        root.router = try Routers.named(given.choice(of: Routers.all.map(\.name)))
      }),
    .init(
      "decode-router", .words(Routers.all.map(\.name)), standard: Routers.all[0].name,
      "how those whose prompts are computed are spread over the replicas that decode",
      shown: { $0.isDisaggregated ? $0.decodeRouter.name : nil },
      set: { (root, given) throws(InputError) in
        root.decodeRouter = try Routers.named(given.choice(of: Routers.all.map(\.name)))
      }),
    .init(
      "first-token", .words(Disaggregation.FirstToken.allCases.map(\.rawValue)),
      standard: Disaggregation.FirstToken.decode.rawValue,
      "the pool whose first token a client sees: decode, which computes the prompt's last token "
        + "once more, as behind vLLM's proxy, or prefill, as in DistServe and SGLang",
      shown: { $0.isDisaggregated ? $0.firstToken.rawValue : nil },
      set: { (root, given) throws(InputError) in
        root.firstToken = try given.value(of: Disaggregation.FirstToken.self)
      }),
    .init(
      "transfer", .words(Disaggregation.Transfer.allCases.map(\.rawValue)),
      standard: Disaggregation.Transfer.pull.rawValue,
      "when the pool that decodes takes blocks for a prompt: pull, when it is computed, as vLLM's "
        + "NixlConnector; push, as it has room since the request came, as NixlPushConnector; or "
        + "reserve, before it is computed, which waits for that, as SGLang",
      shown: { $0.isDisaggregated && $0.transfer != .pull ? $0.transfer.rawValue : nil },
      set: { (root, given) throws(InputError) in
        root.transfer = try given.value(of: Disaggregation.Transfer.self)
      }),
  ]

  /// Of prompts that are computed where they are decoded.
  static let localSettings: [Setting<PooledDeployment>] = [
    .count(
      "max-local-prefill-length", \.local.mostTokens, in: 0...EngineRange.tokens.upperBound,
      "a prompt is computed where it is decoded if no more of its tokens than this are not in that "
        + "replica's cache, as Dynamo's conditional disaggregation has it; no prompt is where "
        + "neither this nor the two below are given"),
    .init(
      "max-local-prefill-ratio", .number(0...1, "N"),
      "and if those are less than this share of the prompt (Dynamo: 0.7, with less than 2,048 "
        + "tokens)",
      shown: { $0.local.share.map { "\($0)" } },
      set: { (root, given) throws(InputError) in
        root.local.share = try given.double(min: 0, max: 1)
      }),
    .count(
      "max-prefill-queue-size", \.local.queue, in: 0...1_000_000,
      "any prompt is computed where it is decoded while so many or more wait for prefill"),
  ]

  /// Of a pool, besides what a deployment has.
  public static let poolSettings: [Setting<DeployedPool>] = [
    .init(
      nameKey, .text("NAME"), "what reports call the pool",
      set: { (root, given) throws(InputError) in root.name = try given.string() }),
    .init(
      roleKey, .words(Pool.Role.allCases.map(\.rawValue)), standard: Pool.Role.both.rawValue,
      "what it does of a request: both its prompt and its answer, or prefill or decode alone",
      set: { (root, given) throws(InputError) in
        root.role = try given.value(of: Pool.Role.self)
      }),
    .init(
      Scenario.Settings.scheduler.name, Scenario.Settings.scheduler.takes,
      standard: Scenario.Settings.scheduler.standard, Scenario.Settings.scheduler.help,
      set: { (root, given) throws(InputError) in root.scheduler = try given.string() }),
  ]

  /// How fast a link is.
  static let bandwidth = Setting<DeployedLink>(
    "bandwidth-gb-s", .number(1e-6...1e9, "N"),
    "10^9 bytes a second that caches are handed over with, of a whole replica, over all its GPUs",
    shown: { "\($0.link.bandwidth / 1e9)" },
    set: { (root, given) throws(InputError) in
      root.link.bandwidth = try given.double(min: 1e-6, max: 1e9) * 1e9
    })

  /// Of a link from pools that compute prompts to those that decode.
  public static let linkSettings: [Setting<DeployedLink>] = [
    .init(
      "from", .text("NAME"), standard: "every pool with the role prefill",
      "the pool that it leads from",
      set: { (root, given) throws(InputError) in root.from = try given.string() }),
    .init(
      "to", .text("NAME"), standard: "every pool with the role decode",
      "the pool that it leads to",
      set: { (root, given) throws(InputError) in root.to = try given.string() }),
    bandwidth,
    .init(
      "latency-ms", .number(0...1e6, "N"), standard: "0",
      "milliseconds that a transfer takes besides its bytes",
      shown: { "\($0.link.latency.seconds * 1e3)" },
      set: { (root, given) throws(InputError) in
        root.link.latency = Nanoseconds(seconds: try given.double(min: 0, max: 1e6) / 1e3)
      }),
    .init(
      "sharing", .words(Link.Sharing.allCases.map(\.rawValue)),
      standard: Link.Sharing.replica.rawValue,
      "who shares the bandwidth: the transfers of each replica, those of the pools together, or "
        + "none",
      shown: { $0.link.sharing.rawValue },
      set: { (root, given) throws(InputError) in
        root.link.sharing = try given.value(of: Link.Sharing.self)
      }),
    .init(
      "layer-wise", .words(["false", "true"]), standard: "false",
      "whether the cache of each layer is sent as it is computed, and not all of it when the "
        + "prompt is; where it is not pulled",
      shown: { $0.isLayerWise ? "true" : nil },
      set: { (root, given) throws(InputError) in
        root.isLayerWise = try given.choice(of: ["false", "true"]) == "true"
      }),
  ]

  /// What a pool has of the settings of a deployment: all but the router, which is the fleet's.
  public static func deploymentSettings(
    _ files: DescribedFiles = DescribedFiles()
  ) -> [Setting<Deployment>] {
    Deployment.settings(files).filter { $0.name != Deployment.routerName }
  }

  /// Every key of a deployment file, with what it says.
  public static var keys: [(key: String, meaning: String)] {
    func rows<Root>(_ prefix: String, _ settings: [Setting<Root>]) -> [(String, String)] {
      settings.map { setting in
        let standard = setting.standard.map { "; \($0) where it is left out" } ?? ""
        return (prefix + setting.name, setting.help + standard)
      }
    }
    let pools =
      "a list of objects, one a pool; what the top of the file says of the settings below holds "
      + "for pools that say nothing else"
    return rows("", settings) + [("pools", pools)]
      + rows("pools[].", poolSettings) + rows("pools[].", deploymentSettings())
      + [("links", "a list of objects, one a link, where pools hand over")]
      + rows("links[].", linkSettings)
  }
}

extension GivenValue {
  /// The one of all values of `type` that the text names.
  func value<Value: RawRepresentable<String> & CaseIterable>(
    of type: Value.Type
  ) throws(InputError) -> Value {
    let word = try choice(of: Value.allCases.map(\.rawValue))
    guard let value = Value(rawValue: word) else { preconditionFailure("a word names a value") }
    return value
  }
}
