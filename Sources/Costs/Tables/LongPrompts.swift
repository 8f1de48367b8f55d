import Foundation

/// Attention of prompts whose tiles walk over more keys than any that was measured.
///
/// Most prompts were measured whole, so that a tile's keys and the number of tiles grow together. A
/// chunk far into a prompt has many more keys for its tiles. What its kernel falls short of its
/// estimate by is taken to be what it is with as many tiles over the most keys that were measured;
/// and whole prompts, and so their chunks, are no faster than the longest that were measured.
/// Therefore the chunks of a long prompt take no less together than the prompt in one go. Where
/// chunks were measured they speak for themselves.
extension TimeTable {
  /// Whether `kernel`, with the coordinate `keys` on the last axis, lies beyond what this table can
  /// be continued to as it is.
  @inline(__always)
  func holdsNoLonger(_ kernel: Kernel, keys: Double) -> Bool {
    kernel.promptHeads > 0 && !hasChunks && keys > grid.last(of: grid.dimensions - 1)
  }

  /// The seconds of `kernel`, whose estimate is `estimate`, by this table of its last two axes,
  /// of which it has the coordinates `parallel` and `keys`.
  ///
  /// - Parameters:
  ///   - rate: the peak, in operations a second.
  ///   - multiprocessors: those of the GPU.
  func secondsBeyond(
    _ kernel: Kernel, at parallel: Double, _ keys: Double, estimate: Double, rate: Double,
    multiprocessors: Double
  ) -> Double {
    let keysAtMost = grid.last(of: 1)
    let mostKeys = exp2(keysAtMost)
    let inFlight = Kernel.keysInFlight
    let asManyTiles = parallel + log2((exp2(keys) + inFlight) / (mostKeys + inFlight))
    let ofWholePrompts = log2(kernel.promptHeads)
    let octaves = self.octaves(at: min(asManyTiles, ofWholePrompts), keysAtMost)
    // The longest tile of a whole prompt walks over twice the keys of the mean one.
    let longest = 1 + PrefillWork.rowsPerTile * multiprocessors / (kernel.promptHeads * mostKeys)
    let whole =
      kernel.flops / rate * longest * exp2(self.octaves(at: ofWholePrompts, keysAtMost))
    return max(estimate * exp2(octaves), whole)
  }
}
