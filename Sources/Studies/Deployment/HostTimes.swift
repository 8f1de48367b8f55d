import Costs

extension Deployment {
  /// The host times of `engine` here.
  func hostTime(of engine: String?) -> HostTime {
    switch host {
    case .alike(let time): return time
    case .own(let isAsynchronous):
      var time = Self.ownHostTime(of: engine)
      time.isAsynchronous = isAsynchronous
      return time
    }
  }

  /// The host times that are known of the engine of this version; Orca and FasterTransformer, in
  /// C++, are taken to have none, for nothing is known of theirs.
  private static func ownHostTime(of engine: String?) -> HostTime {
    switch engine {
    case "vllm-0.6": .vllmV0
    case "sarathi", "sarathi-osdi", "simple-chunking": .sarathi2024
    case "splitfuse": .fastGen2023
    case "orca", "request-level": .none
    default: .vllmV1
    }
  }
}
