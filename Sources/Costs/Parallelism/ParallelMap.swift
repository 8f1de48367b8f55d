import Formats

/// How the GPUs of a pipeline stage share a model: attention one way, experts another, over the
/// same GPUs.
///
///     GPUs = tensor x data = expert tensor x expert
///
/// Attention divides heads among `tensor` GPUs, and each of `data` ranks of them has requests and a
/// cache of its own. Of experts each of `expert` groups of GPUs has some whole, divided among its
/// `expertTensor` GPUs. Dense MLPs and shared experts are divided as attention is.
///
/// "MoE Parallel Folding", arXiv 2504.14960; `FusedMoEParallelConfig` of vLLM 0.33.0.
public struct ParallelMap: Sendable, Equatable {
  /// GPUs that share the heads of a layer.
  public var tensor: Int
  /// Ranks that have requests and a cache of their own.
  public var data: Int
  /// Groups of GPUs that have other experts.
  public var expert: Int
  /// Copies of experts beside the experts of a layer, on all GPUs together.
  public var redundant = 0
  /// How tokens of several ranks get to the GPUs of their experts.
  public var backend = AllToAllBackend.allGather
  /// Whether EPLB places experts and their copies by how popular they are.
  public var rebalances = false

  public init(tensor: Int = 1, data: Int = 1, expert: Int = 1) {
    self.tensor = tensor
    self.data = data
    self.expert = expert
  }

  /// GPUs of a stage.
  public var gpus: Int { tensor * data }
  /// GPUs that share each expert.
  public var expertTensor: Int { gpus / expert }

  /// Throws where the two products are not equal: GPUs are left over.
  public func check() throws(InputError) {
    guard tensor >= 1, data >= 1, expert >= 1 else {
      throw InputError(
        "--tensor-parallel-size", problem: "\(self) has no GPUs", remedy: "use sizes from 1 on")
    }
    if gpus % expert == 0 { return }
    let whole = gpus / expert * expert
    let left =
      whole == 0
      ? "\(expert - gpus) too few"
      : gpus - whole == 1
        ? "GPU \(whole) is left over" : "GPUs \(whole) to \(gpus - 1) are left over"
    let sizes = (1...gpus).filter { gpus % $0 == 0 }.map(String.init).joined(separator: ", ")
    throw InputError(
      "--expert-parallel-size",
      problem: "the \(gpus) GPUs of \(self) are not \(expert) equal groups: \(left)",
      remedy: "use one of \(sizes)")
  }

  /// The same with more or fewer GPUs for the heads; experts that had GPUs each keep them so.
  func withTensor(_ tensor: Int) -> ParallelMap {
    var map = self
    map.tensor = tensor
    if expert > 1 && expert == gpus { map.expert = map.gpus }
    return map
  }
}

extension ParallelMap: CustomStringConvertible {
  /// The sizes as they are spoken of, such as `TP 4 x DP 2 = ETP 1 x EP 8`.
  public var description: String {
    let attention = data > 1 ? "TP \(tensor) x DP \(data)" : "TP \(tensor)"
    return expert == 1 || gpus % expert != 0
      ? attention : "\(attention) = ETP \(expertTensor) x EP \(expert)"
  }
}
