import Costs
import Formats
import Schedulers

extension Deployment {
  /// What all-reduces of `engine` compute besides here.
  ///
  /// Where each engine has its own host times, it fuses what its version does by default; where one
  /// stands for all, none does unless that is asked for.
  func fusion(of engine: Engine?) -> ReductionFusion? {
    let isOwn = if case .own = host { true } else { false }
    let isFused = fusesReductions ?? (isOwn && engine?.fusesReductions == true)
    guard isFused else { return nil }
    var fusion = ReductionFusion(among: tensorParallelSize, on: gpu)
    fusion?.seesCuts = engine?.hostTime != HostTime.vllmV1.name
    return fusion
  }

  /// Whether all-reduces normalise as well.
  static let fusion = Setting<Deployment>(
    "fuse-allreduce-rms", .words(["auto", "true", "false"]), standard: "auto",
    "whether one kernel adds up over GPUs and normalises, where Hopper and Blackwell have it: "
      + "true, false, or auto, as the engine's version where --host-overhead is own",
    shown: { deployment in
      deployment.fusesReductions.map { isFused in
        let isMissing = isFused && deployment.fusion(of: nil) == nil
        return isMissing ? "true, without effect here" : "\(isFused)"
      }
    },
    set: { (root, given) throws(InputError) in
      let word = try given.choice(of: ["auto", "true", "false"])
      root.fusesReductions = word == "auto" ? nil : word == "true"
    })
}

extension Engine {
  /// Whether its version fuses all-reduces and normalisations by default.
  fileprivate var fusesReductions: Bool {
    version == "vllm-0.33" || hostTime == HostTime.trtLLM.name
  }
}
