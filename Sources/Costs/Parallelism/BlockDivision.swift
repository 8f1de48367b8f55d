extension Block {
  /// Its part of a layer on one of the GPUs that share it, as vLLM (and Megatron-LM) does: keys
  /// and values are copied where there are more GPUs than heads of them.
  func divided(by map: ParallelMap) -> Block {
    let count = map.tensor
    var part = self
    part.mixers = mixers.map { $0.divided(among: count) }
    part.channels = channels.map { $0.divided(by: map) }
    if let input = layerInput {
      part.layerInput?.vocabulary = (input.vocabulary + count - 1) / count
    }
    return part
  }

  /// Whether `count` GPUs can share all of it but for routed experts.
  func canDivide(among count: Int) -> Bool {
    mixers.allSatisfy { $0.canDivide(among: count) }
      && channels.allSatisfy { $0.canDivide(among: count) }
  }

  /// Whether the GPUs of `map` can share its routed experts.
  func canDivideExperts(by map: ParallelMap) -> Bool {
    mixtures.allSatisfy {
      $0.intermediate % map.expertTensor == 0 && ($0.experts + map.redundant) % map.expert == 0
    }
  }
}

extension Block.Mixer {
  fileprivate func divided(among count: Int) -> Block.Mixer {
    switch self {
    case .attention(var attention):
      attention.heads /= count
      attention.keyValueHeads = max(1, attention.keyValueHeads / count)
      return .attention(attention)
    case .latent(var latent):
      latent.heads /= count
      return .latent(latent)
    case .recurrent(var recurrent):
      recurrent.heads /= count
      recurrent.keyHeads = max(1, recurrent.keyHeads / count)
      return .recurrent(recurrent)
    case .compressed(var compressed):
      compressed.heads /= count
      compressed.outputGroups /= count
      return .compressed(compressed)
    }
  }

  fileprivate func canDivide(among count: Int) -> Bool {
    switch self {
    case .attention(let attention):
      attention.heads % count == 0
        && (attention.keyValueHeads % count == 0 || count % attention.keyValueHeads == 0)
    case .latent(let latent): latent.heads % count == 0
    case .compressed(let compressed):
      compressed.heads % count == 0 && compressed.outputGroups % count == 0
    case .recurrent(let recurrent):
      recurrent.heads % count == 0
        && (recurrent.keyHeads % count == 0 || count % recurrent.keyHeads == 0)
    }
  }
}

extension Block.Channel {
  fileprivate func divided(by map: ParallelMap) -> Block.Channel {
    switch self {
    case .dense(var dense):
      dense.width /= map.tensor
      return .dense(dense)
    case .experts(var mixture):
      mixture.intermediate /= map.expertTensor
      mixture.sharedIntermediate /= map.tensor
      mixture.ranks = map.expert
      mixture.redundant = map.redundant
      mixture.isRebalanced = map.rebalances
      return .experts(mixture)
    }
  }

  fileprivate func canDivide(among count: Int) -> Bool {
    switch self {
    case .dense(let dense): dense.width % count == 0
    case .experts(let mixture): mixture.sharedIntermediate % count == 0
    }
  }
}
