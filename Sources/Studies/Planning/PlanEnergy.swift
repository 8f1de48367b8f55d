import Costs
import Formats
import Serving

extension PlanSearch {
  /// Throws where it is not known what the GPUs of some shape draw, running or idle.
  static func checkPower(_ space: PlanSpace) throws(InputError) {
    if space.kinds.contains(where: \.isApart) {
      throw InputError(
        "--minimize", problem: "the energy of pools that hand over is not known",
        remedy: "leave --\(PoolAxis.name) out, or give --minimize money")
    }
    guard let shape = space.shapes.first(where: { $0.deployment.power?.idleWatts == nil }) else {
      return
    }
    let known = shape.deployment.power == nil ? "at work" : "idle"
    throw InputError(
      "--minimize",
      problem: "it is not known what \(shape.gpus) x \(space.kinds[shape.kind].name) draw \(known) "
        + "with \(shape.deployment.model.name)",
      remedy: "give --gpus h100-sxm and a dense model in 16 bits, or --minimize money")
  }

  /// The joules that an output token takes at least: every GPU draws what an idle one does, from
  /// the first arrival to the last, and no more tokens are emitted than are asked for.
  var joulesPerTokenAtLeast: @Sendable (PlanCandidate) -> Double {
    let seconds =
      draws.map { draw in
        let requests = draw.trace.requests
        let span = (requests.last?.arrival ?? 0) - (requests.first?.arrival ?? 0)
        return span.seconds / Double(max(1, requests.reduce(0) { $0 + $1.outputTokens }))
      }.min() ?? 0
    let watts = space.shapes.map { shape -> Double in
      guard let power = shape.deployment.power, let idle = power.middleOfIdle else { return 0 }
      return min(idle, power.points.map(\.watts).min() ?? 0)
    }
    return { Double($0.gpus) * watts[$0.shape] * seconds }
  }
}
