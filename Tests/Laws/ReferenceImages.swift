@testable import Serving

/// The encoder of images in the obvious engine, as vLLM 0.33 keeps what it makes.
struct ReferenceEncoder: Sendable {
  /// Images that are kept: tokens and who holds them.
  var kept: [String: (tokens: Int, holders: Set<Int>)] = [:]
  /// Those that nobody holds, the one that was let go first first.
  var idle: [String] = []
  var budget = 0
  /// What the plan under way computes for each request.
  var computed: [Int: Int] = [:]

  func free(of all: Int) -> Int { all - kept.values.reduce(0) { $0 + $1.tokens } }
}

extension ReferenceEngine {
  /// Of `tokens` of `id`, those before the first image for which there is no room, and the images
  /// to be computed for them.
  mutating func cutToImages(_ id: Int, _ tokens: Int) -> (tokens: Int, new: [PromptImage]) {
    guard let limits = rules.encoder, !states[id].isDecoding else { return (tokens, []) }
    let start = states[id].computed
    var new: [PromptImage] = []
    for image in images[id] {
      let end = image.offset + image.tokens
      if image.offset >= start + tokens { break }
      if end <= start { continue }
      let before = max(0, image.offset - start)
      if limits.keepsWhole && start <= image.offset && start + tokens < end { return (before, new) }
      if new.contains(where: { $0.name == image.name }) { continue }
      if encoder.kept[image.name] != nil {
        encoder.kept[image.name]!.holders.insert(id)
        encoder.idle.removeAll { $0 == image.name }
        continue
      }
      let wanted = new.reduce(image.tokens) { $0 + $1.tokens }
      let idle = encoder.idle.reduce(0) { $0 + encoder.kept[$1]!.tokens }
      if wanted > encoder.budget || wanted > encoder.free(of: limits.cacheTokens) + idle {
        return (before, new)
      }
      while wanted > encoder.free(of: limits.cacheTokens) {
        encoder.kept[encoder.idle.removeFirst()] = nil
      }
      new.append(image)
    }
    return (tokens, new)
  }

  mutating func encode(_ new: [PromptImage], for id: Int) {
    for image in new {
      encoder.budget -= image.tokens
      encoder.computed[id, default: 0] += image.tokens
      encoder.kept[image.name] = (image.tokens, [id])
    }
  }

  /// `id` lets go of the images of which it has computed all tokens, or of all.
  mutating func letGoOfImages(_ id: Int, computed: Int = .max) {
    guard rules.encoder != nil else { return }
    for image in images[id] where image.offset + image.tokens <= computed {
      guard encoder.kept[image.name]?.holders.remove(id) != nil else { continue }
      if encoder.kept[image.name]!.holders.isEmpty { encoder.idle.append(image.name) }
    }
  }
}
