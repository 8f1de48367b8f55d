import Serving

extension Model {
  /// The one layer that drafts for this model by `method`, with a head: MTP's is a layer of the
  /// model itself (DeepSeek-V3, arXiv 2412.19437, section 2.2); EAGLE's is taken to be one like its
  /// last (arXiv 2401.15077), and EAGLE-3's has a head of no more than 32,000 words, as those that
  /// its authors published have.
  public func draftLayer(_ method: DraftMethod) -> Model {
    with {
      $0.name += " \(method.rawValue)"
      $0.blocks = Array(blocks.single.suffix(1))
      if method == .eagle3 { $0.vocabulary = min(vocabulary, 32_000) }
    }
  }
}

extension Shard {
  /// Bytes of weights of the one layer of this shard and of the product before it; with its head
  /// where `hasHead`, and else with that of the model that it drafts for.
  public func draftWeightBytes(hasHead: Bool) -> Int {
    let twice = try? Shard(
      of: model.with { $0.blocks[0].layers = 2 }, tensorParallel: tensorParallel)
    let layer = (twice?.weightBytes ?? 2 * weightBytes) - weightBytes
    let bytes = Int(Model.bytesPerActivation)
    let join = 2 * model.hidden * model.hidden * bytes
    return layer + join + (hasHead ? vocabulary * model.hidden * bytes : 0)
  }
}
