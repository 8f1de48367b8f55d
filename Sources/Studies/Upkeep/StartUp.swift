import Formats
import Serving

/// How long a replica takes from its order to its first request, part by part.
public struct StartUp: Sendable, Equatable {
  /// The parts that there are: a machine, the image, process and imports, weights to the GPU,
  /// compilation, profiling of memory, capture of graphs, and warming up.
  public static let parts = [
    "node", "image", "process", "weights", "compile", "profile", "capture", "warm-up",
  ]

  /// The parts that were given, in seconds, or all of it without a name.
  public var seconds: [(part: String, seconds: Double)]

  public static func == (a: StartUp, b: StartUp) -> Bool {
    a.seconds.elementsEqual(b.seconds) { $0 == $1 }
  }

  /// So many seconds, or parts as `node=90,weights=20`.
  init(_ given: GivenValue) throws(InputError) {
    let longest = 1e9
    guard given.text.contains("=") else {
      seconds = [("", try given.double(min: 0, max: longest))]
      return
    }
    var options = try NamedOptions("start-up:" + given.text, in: given)
    var parts: [(part: String, seconds: Double)] = []
    for part in Self.parts {
      if let value = options.value(part) {
        parts.append((part, try value.double(min: 0, max: longest)))
      }
    }
    try options.finish()
    seconds = parts
  }

  /// All of it.
  public var total: Nanoseconds { Nanoseconds(seconds: seconds.reduce(0) { $0 + $1.seconds }) }

  /// What reports say of it: the sum, and the parts where they were given.
  var words: String {
    let parts = seconds.filter { !$0.part.isEmpty }.map { "\($0.part) \($0.seconds)" }
    return "\(total.seconds)" + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")
  }
}
