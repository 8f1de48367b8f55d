/// Outputs of the encoder for images, which the prompts that show them share, and how much the
/// encoder may compute in one iteration.
///
/// An image is computed by the iteration whose chunk reaches it. One that is not held by anyone
/// stays until room is needed; the one that was let go first goes first. vLLM 0.33.0,
/// `vllm/v1/core/encoder_cache_manager.py` and `_try_schedule_encoder_inputs` in
/// `vllm/v1/core/sched/scheduler.py`.
struct EncoderCache: Sendable {
  let limits: EngineRules.Encoder
  /// By row of the trace.
  private let images: [[PromptImage]]
  /// Tokens that nothing is kept in, and those with them that could be had.
  private(set) var free: Int
  private(set) var reclaimable: Int
  /// Tokens that the encoder may still compute in the plan under way.
  private var budget = 0
  /// By row, the tokens that it computes by that plan.
  private var computed: [Int: Int] = [:]
  /// Who holds each image that is kept.
  private var holders: [String: Set<Int>] = [:]
  /// Images that nobody holds, the one that was let go first first.
  private var idle: [(name: String, tokens: Int)] = []
  /// By row: which of its images it holds.
  private var held: [Int: Set<Int>] = [:]

  init?(_ trace: Trace, _ rules: EngineRules) {
    guard let limits = rules.encoder, let images = trace.columns.images else { return nil }
    self.limits = limits
    self.images = images
    free = limits.cacheTokens
    reclaimable = limits.cacheTokens
  }

  /// Begins a plan.
  mutating func begin() {
    budget = limits.budgetTokens
    computed.removeAll(keepingCapacity: true)
  }

  /// Has the plan under way, which is taken back for `row`, compute no images for that.
  mutating func takeBack(row: Int) { budget += computed.removeValue(forKey: row) ?? 0 }

  /// Of `tokens` of the prompt in `row` after `context`, those before the first image for which
  /// there is no room, and which of its images have to be computed for them. It holds those that
  /// are kept.
  mutating func cut(
    row: Int, at context: Int, tokens: Int
  ) -> (tokens: Int, images: [Int]) {
    var new: [Int] = []
    var size = 0
    for (place, image) in images[row].enumerated() {
      if image.offset >= context + tokens { break }
      if image.end <= context { continue }
      if limits.keepsWhole && context <= image.offset && context + tokens < image.end {
        return (image.offset - context, new)
      }
      if new.contains(where: { images[row][$0].name == image.name }) { continue }
      if hold(image, place, row) { continue }
      if image.tokens > budget - size || !makeRoom(size + image.tokens) {
        return (max(0, image.offset - context), new)
      }
      size += image.tokens
      new.append(place)
    }
    return (tokens, new)
  }

  /// Holds `image` of `row` if it is kept; says whether it is.
  private mutating func hold(_ image: PromptImage, _ place: Int, _ row: Int) -> Bool {
    guard let now = holders[image.name] else { return false }
    if now.isEmpty {
      idle.removeAll { $0.name == image.name }
      reclaimable -= image.tokens
    }
    holders[image.name]?.insert(row)
    held[row, default: []].insert(place)
    return true
  }

  /// Forgets idle images until `tokens` are free, if that can be.
  private mutating func makeRoom(_ tokens: Int) -> Bool {
    if tokens <= free { return true }
    if tokens > reclaimable { return false }
    while tokens > free {
      let oldest = idle.removeFirst()
      holders[oldest.name] = nil
      free += oldest.tokens
    }
    return true
  }

  /// Has the plan compute the images in `places` of `row`, which holds them from now on.
  mutating func compute(_ places: [Int], row: Int) {
    for place in places {
      let image = images[row][place]
      budget -= image.tokens
      computed[row, default: 0] += image.tokens
      free -= image.tokens
      reclaimable -= image.tokens
      holders[image.name, default: []].insert(row)
      held[row, default: []].insert(place)
    }
  }

  /// Lets go of the images of `row` that end within `context` tokens, or of all.
  mutating func letGo(row: Int, within context: Int = .max) {
    for place in held[row, default: []].sorted() where images[row][place].end <= context {
      let image = images[row][place]
      held[row]?.remove(place)
      guard let now = holders[image.name], !now.isEmpty else { continue }
      holders[image.name]?.remove(row)
      if now.count > 1 || !now.contains(row) { continue }
      idle.append((image.name, image.tokens))
      reclaimable += image.tokens
    }
  }
}
