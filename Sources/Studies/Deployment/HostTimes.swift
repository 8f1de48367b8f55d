import Costs
import Schedulers

extension Deployment {
  /// The host times of `engine` here; those that hold unless something is set where there is none.
  func hostTime(of engine: Engine?) -> HostTime {
    switch host {
    case .alike(let time): return time
    case .own(let isAsynchronous):
      let name = engine?.hostTime ?? HostTime.vllmV1.name
      guard var time = HostTime.all.first(where: { $0.name == name }) else {
        preconditionFailure("a scheduler names host times that there are")
      }
      time.isAsynchronous = isAsynchronous
      return time
    }
  }
}
