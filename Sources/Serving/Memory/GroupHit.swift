/// Blocks at the beginning of a prompt that are in the cache for one group of layers.
struct GroupHit: Sendable {
  /// Blocks before them, behind the group's window, which are not needed.
  var passed = 0
  var hit: PrefixCache.Hit

  /// What the block is called for the group in `place` that is called `name` for the first.
  @inline(__always)
  static func name(_ name: UInt64, of place: Int) -> UInt64 {
    place == 0 ? name : PrefixBlocks.mix(name, UInt64(place))
  }
}

extension PrefixCache {
  /// The longest beginning, of at most `most` blocks, of which the cache has all that each group of
  /// layers needs: of one that keeps all tokens every block, of a window the last blocks that it
  /// reaches into, or all where the beginning is shorter. By group; empty where there is none.
  ///
  /// Groups that keep the same share one answer. Those that keep all are asked first, and then each
  /// window within what is left, until nobody cuts it; once is enough where there are two answers.
  /// vLLM 0.33.0, `HybridKVCacheCoordinator` in `vllm/v1/core/kv_cache_coordinator.py`.
  ///
  /// - Parameters:
  ///   - windows: what each group keeps, nil for all tokens; those that keep all first.
  ///   - name: what a block is called for the first group.
  func hits(
    _ windows: [Int?], blockTokens: Int, _ most: Int, name: (Int) -> UInt64
  ) -> [GroupHit] {
    var kinds: [(window: Int?, places: [Int])] = []
    for (place, window) in windows.enumerated() {
      if let kind = kinds.firstIndex(where: { $0.window == window }) {
        kinds[kind].places.append(place)
      } else {
        kinds.append((window, [place]))
      }
    }
    func block(_ block: Int, _ place: Int) -> BlockID? {
      self.block(under: GroupHit.name(name(block), of: place))
    }
    func has(_ number: Int, _ places: [Int]) -> Bool {
      places.allSatisfy { block(number, $0) != nil }
    }
    var length = most
    var next = length
    repeat {
      length = next
      for kind in kinds {
        guard let window = kind.window else {
          next = (0..<next).first { !has($0, kind.places) } ?? next
          continue
        }
        next = Self.end(of: Self.needed(window, blockTokens), within: next) {
          has($0, kind.places)
        }
      }
    } while next < length && (kinds.count > 2 || kinds[0].window != nil)
    if next == 0 { return [] }
    return windows.enumerated().map { place, window in
      let first = window.map { max(0, next - Self.needed($0, blockTokens)) } ?? 0
      return GroupHit(passed: first, hit: hit(on: (first..<next).map { block($0, place)! }))
    }
  }

  /// Blocks that a window reaches into whose next token begins a block.
  private static func needed(_ window: Int, _ blockTokens: Int) -> Int {
    (window - 1 + blockTokens - 1) / blockTokens
  }

  /// The end of the last run of `count` blocks within the first `most`, or of the run that the
  /// first block is in where that is shorter.
  private static func end(of count: Int, within most: Int, where has: (Int) -> Bool) -> Int {
    var run = 0
    for block in (0..<most).reversed() {
      run = has(block) ? run + 1 : 0
      if run > 0 && run >= count { return block + run }
    }
    return run
  }
}
