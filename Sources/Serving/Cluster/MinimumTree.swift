/// The least of a fixed number of keys; a key changes in time logarithmic in their number.
///
/// A complete binary tree whose leaves are the keys and whose other nodes are the lesser of the two
/// below them.
struct MinimumTree<Key: Comparable & Sendable>: Sendable {
  /// The root at 1, the two below node n at 2n and 2n + 1.
  private var nodes: [Key]
  /// Where the leaves begin: a power of two.
  private let leaves: Int

  /// - Parameter key: the key of all, and no less than any that will be.
  init(_ key: Key, count: Int) {
    var leaves = 1
    while leaves < count { leaves *= 2 }
    self.leaves = leaves
    nodes = Array(repeating: key, count: 2 * leaves)
  }

  /// The least key.
  @inline(__always)
  var least: Key { nodes[1] }

  /// The place of the least key; the lowest where several are equal.
  var place: Int {
    var node = 1
    while node < leaves { node = 2 * node + (nodes[2 * node] <= nodes[2 * node + 1] ? 0 : 1) }
    return node - leaves
  }

  /// The key at `place`; a new one moves the least where it must.
  @inline(__always)
  subscript(place: Int) -> Key {
    get { nodes[leaves + place] }
    set {
      nodes[leaves + place] = newValue
      var node = (leaves + place) >> 1
      while node > 0 {
        let lesser = min(nodes[2 * node], nodes[2 * node + 1])
        if nodes[node] == lesser { return }
        nodes[node] = lesser
        node >>= 1
      }
    }
  }
}
