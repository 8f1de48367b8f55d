/// Matrix products by the waves in which a GPU computes their tiles of 128 by 128: a wave that is
/// not full takes as long as a full one, but one that is less than half full is split in two along
/// the inner dimension, which takes a fifth longer than half as long.
///
/// Source of rate and split: NanoFlow's published products on A100 (OSDI 2025, Table 2, and its
/// search notebook), which have 108 multiprocessors and no other free number here.
struct TileWaves: Sendable, Equatable {
  /// Multiprocessors, each of which computes a tile at a time.
  var multiprocessors = 108.0
  /// Operations a second when every wave is full.
  var flopsPerSecond = 290e12

  private static let side = 128.0

  /// Seconds of `count` products of `rows` by `inputs` with `inputs` by `outputs`.
  func seconds(_ count: Double = 1, rows: Double, inputs: Double, outputs: Double) -> Double {
    let side = Self.side
    let tiles = count * (rows / side).rounded(.up) * (outputs / side).rounded(.up)
    let wave = multiprocessors * 2 * side * side * inputs / flopsPerSecond
    if 2 * tiles <= multiprocessors { return 0.6 * wave }
    return (tiles / multiprocessors).rounded(.up) * wave
  }
}
