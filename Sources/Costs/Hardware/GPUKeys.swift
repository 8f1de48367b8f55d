import Formats
import Foundation
import Serving

/// The keys of a GPU's file: one that there is not is a mistake, such as a misspelt one.
enum GPUKeys {
  /// What may stand in an object.
  private indirect enum Keys: Sendable {
    case leaf
    case object([String: Keys])
    case list(Keys)
  }

  private static let all = Keys.object([
    "name": .leaf, "source": .leaf, "memory_bytes": .leaf, "memory_bytes_per_second": .leaf,
    "host_bytes_per_second": .leaf, "sustained_flops_per_second": .leaf,
    "multiprocessors": .leaf, "calibrated_by": .leaf,
    "flops_per_second": .object(["bf16": .leaf, "fp8": .leaf, "int8": .leaf, "fp4": .leaf]),
    "links": .list(.object(["kind": .leaf, "gpus": .leaf, "bytes_per_second": .leaf])),
    "efficiencies": .object([
      "matrix_compute": .leaf, "matrix_memory": .leaf, "prefill_attention": .leaf,
      "decode_attention": .leaf, "elementwise": .leaf, "collective": .leaf,
      "launch_seconds": .leaf, "collective_seconds": .leaf, "is_measured": .leaf,
      "source": .leaf,
    ]),
    "tables": .list(
      .object([
        "operation": .leaf, "format": .leaf, "variant": .leaf, "source": .leaf,
        "measurements": .leaf, "chunks": .leaf, "octaves": .leaf,
        "knots": .list(.object(["axis": .leaf, "values": .leaf])),
      ])),
  ])

  /// Throws where an object of `json` has a key that means nothing; what is no JSON, or of other
  /// types, is left for others to complain of.
  static func check(_ json: Data, source: String) throws(InputError) {
    guard let value = try? JSONSerialization.jsonObject(with: json) else { return }
    try check(value, all, "", source)
  }

  private static func check(
    _ value: Any, _ keys: Keys, _ path: String, _ source: String
  ) throws(InputError) {
    switch keys {
    case .leaf: return
    case .list(let element):
      guard let values = value as? [Any] else { return }
      for (index, value) in values.enumerated() {
        try check(value, element, path + "[\(index)].", source)
      }
    case .object(let known):
      guard let members = value as? [String: Any] else { return }
      for name in members.keys.sorted() {
        guard let inner = known[name], let value = members[name] else {
          var error = InputError.unknown("key", name, among: known.keys.sorted(), in: source)
          error.column = path + name
          throw error
        }
        try check(value, inner, path + name + ".", source)
      }
    }
  }
}
