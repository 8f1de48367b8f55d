import Formats
import Serving

/// Tiers in words: `host:gib=64,read=50,write=50;ssd:gib=2000,read=6.9,write=6.9,latency=0.1`.
enum TierNotation {
  private static let rates = 1e-6...1e9
  private static let sizes = 0...1e9
  /// So much that nothing ever makes way.
  static let unlimited = 1e18

  /// The tiers that are `given`.
  static func tiers(_ given: GivenValue) throws(InputError) -> [Tier] {
    var tiers: [Tier] = []
    for text in given.text.split(separator: ";", omittingEmptySubsequences: false) {
      let tier = try tier(String(text), given)
      if tiers.contains(where: { $0.name == tier.name }) {
        throw given.mistake("\(quoted(tier.name)) stands twice", "give each its own name")
      }
      tiers.append(tier)
    }
    return tiers
  }

  private static func tier(_ text: String, _ given: GivenValue) throws(InputError) -> Tier {
    var piece = try NamedOptions(text, in: given)
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789_"
    guard !piece.name.isEmpty, piece.name.allSatisfy(letters.contains) else {
      throw given.mistake(
        "\(quoted(piece.name)) is no name of a tier",
        "give NAME:gib=N,read=N,write=N with a name of small letters, digits and _")
    }
    let bytes: Double
    if let value = piece.value("gib"), value.text == "unlimited" {
      bytes = unlimited
    } else {
      bytes = try piece.number("gib", in: sizes) * Double(1 << 30)
    }
    let (reads, writes) = (
      try piece.number("read", in: rates), try piece.number("write", in: rates)
    )
    let latency = Nanoseconds(seconds: try piece.number("latency", in: 0...1e6, or: 0) / 1e3)
    var tier = Tier(
      piece.name, bytes: bytes, reads: Link(bandwidth: reads * 1e9, latency: latency),
      writes: Link(bandwidth: writes * 1e9, latency: latency))
    if let value = piece.value("eviction") {
      tier.eviction = try value.value(of: Tier.Eviction.self)
    }
    if let value = piece.value("write-policy") {
      tier.write = try value.value(of: KVTiers.WritePolicy.self).write
    }
    if let value = piece.value("shared") {
      tier.isShared = try value.choice(of: ["true", "false"]) == "true"
    }
    try piece.finish()
    return tier
  }

  /// `tier` in words, as it is read.
  static func text(_ tier: Tier) -> String {
    let gib = tier.bytes == unlimited ? "unlimited" : number(tier.bytes / Double(1 << 30))
    var text =
      "\(tier.name):gib=\(gib),read=\(number(tier.reads.bandwidth / 1e9)),"
      + "write=\(number(tier.writes.bandwidth / 1e9))"
    if tier.reads.latency > 0 { text += ",latency=\(number(tier.reads.latency.seconds * 1e3))" }
    if tier.eviction != .lru { text += ",eviction=\(tier.eviction.rawValue)" }
    let policy = KVTiers.WritePolicy.allCases.first { $0.write == tier.write }
    if let policy, policy != .writeThrough { text += ",write-policy=\(policy.rawValue)" }
    return text + (tier.isShared ? ",shared=true" : "")
  }

  private static func number(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? value.description
  }
}
