/// The beginnings of requests that a replica keeps the keys and values of: a tree in which every
/// node stands for pages that follow on those of its parent.
///
/// Who uses a node locks it and all above it. What nobody has locked is dropped when there is no
/// room, whole leaves at a time, the one first that was touched the longest ago. The rules are
/// those of SGLang 0.5.23 (`mem_cache/unified_cache/unified_tree_core.py`); see Zheng et al.,
/// "SGLang: Efficient Execution of Structured Language Model Programs", NeurIPS 2024. A node costs
/// the same however many tokens it stands for.
struct RadixTree: Sendable {
  /// A place in the tree: a node, and the pages up to its end.
  struct Place: Sendable {
    var node = RadixTree.root
    var pages = 0
  }

  fileprivate struct Node {
    var key: PageKey
    var parent: Int32
    /// Its pages, counted from the beginning of the request.
    var start: Int32
    var end: Int32
    var locks: Int32
    var children: Int32 = 0
    /// When it was touched, on the tree's own clock; less than zero where there is no such node.
    var touched: Int
    /// In what order siblings came.
    var birth: Int
  }

  private struct Edge: Hashable {
    let parent: Int32
    let first: UInt64
  }

  static let root: Int32 = 0
  /// Between two touches; the nodes above one that is touched are just before it.
  private static let tick = 1 << 20
  let names: PageNames
  /// Pages that nobody has locked.
  private(set) var evictablePages = 0
  private var nodes: [Node]
  private var spare: [Int32] = []
  private var edges: [Edge: Int32] = [:]
  private var leaves = LeafQueue()
  private var clock = 0
  private var births = 0

  /// Pages that were dropped, where they are kept until someone asks.
  var dropped: [(key: PageKey, pages: Range<Int>)] = []
  var keepsDropped = false

  init(_ names: PageNames) {
    self.names = names
    nodes = [
      Node(
        key: PageKey(row: -1, named: 0), parent: -1, start: 0, end: 0, locks: 1, touched: 0,
        birth: 0)
    ]
  }

  /// Pages of all nodes.
  var pages: Int { nodes.reduce(0) { $0 + ($1.touched < 0 ? 0 : Int($1.end - $1.start)) } }

  /// The longest beginning of the first `pages` pages of `key` that is here; a node that goes on
  /// otherwise is split.
  mutating func match(_ key: PageKey, pages: Int) -> Place {
    var place = Place()
    while place.pages < pages, let child = child(of: place.node, key, at: place.pages) {
      let end = sharedEnd(key, child, from: place.pages, to: pages)
      place = Place(node: end < nodes[child].end ? split(child, at: end) : child, pages: end)
    }
    clock += Self.tick
    var time = clock
    var cursor = place.node
    while cursor != Self.root {
      touch(cursor, time)
      time -= 1
      cursor = nodes[cursor].parent
    }
    return place
  }

  /// Enters the first `pages` pages of `key`; returns where they end, and how many of them were
  /// here before.
  mutating func insert(_ key: PageKey, pages: Int) -> (end: Place, known: Int) {
    var place = Place()
    clock += Self.tick
    while place.pages < pages, let child = child(of: place.node, key, at: place.pages) {
      touch(child)
      let end = sharedEnd(key, child, from: place.pages, to: pages)
      place = Place(node: end < nodes[child].end ? split(child, at: end) : child, pages: end)
    }
    let known = place.pages
    if known < pages { place = Place(node: leaf(of: place.node, key, known, pages), pages: pages) }
    return (place, known)
  }

  /// Locks `node` and all above it; returns the pages that can no longer be dropped.
  @discardableResult
  mutating func lock(_ node: Int32) -> Int {
    let before = evictablePages
    var cursor = node
    while cursor != Self.root {
      if nodes[cursor].locks == 0 { evictablePages -= length(of: cursor) }
      nodes[cursor].locks += 1
      cursor = nodes[cursor].parent
    }
    return before - evictablePages
  }

  /// Undoes that; returns the pages that can be dropped now.
  @discardableResult
  mutating func unlock(_ node: Int32) -> Int {
    let before = evictablePages
    var cursor = node
    while cursor != Self.root {
      precondition(nodes[cursor].locks > 0, "only what is locked is unlocked")
      nodes[cursor].locks -= 1
      if nodes[cursor].locks == 0 {
        evictablePages += length(of: cursor)
        noteLeaf(cursor)
      }
      cursor = nodes[cursor].parent
    }
    return evictablePages - before
  }

  /// Pages from `node` upwards that nobody has locked.
  func evictable(above node: Int32) -> Int {
    var pages = 0
    var cursor = node
    while cursor != Self.root, nodes[cursor].locks == 0 {
      pages += length(of: cursor)
      cursor = nodes[cursor].parent
    }
    return pages
  }

  /// Drops the leaf that was touched the longest ago of those that nobody has locked; returns its
  /// pages, or nil where there is none.
  mutating func dropLeaf() -> Int? {
    while let entry = leaves.popFirst() {
      guard isCurrent(entry) else { continue }
      let node = entry.node
      let pages = length(of: node)
      let parent = nodes[node].parent
      edges[edge(to: node)] = nil
      if keepsDropped {
        let range = Int(nodes[node].start)..<Int(nodes[node].end)
        dropped.append((nodes[node].key, range))
      }
      nodes[node].touched = -1
      spare.append(node)
      evictablePages -= pages
      nodes[parent].children -= 1
      noteLeaf(parent)
      return pages
    }
    return nil
  }
}

extension [RadixTree.Node] {
  fileprivate subscript(node: Int32) -> Element {
    _read { yield self[Int(node)] }
    _modify { yield &self[Int(node)] }
  }
}

// MARK: - Nodes

extension RadixTree {
  private func length(of node: Int32) -> Int { Int(nodes[node].end - nodes[node].start) }

  private func edge(to node: Int32) -> Edge {
    Edge(
      parent: nodes[node].parent,
      first: names.identity(of: nodes[node].key, page: Int(nodes[node].start)))
  }

  private func child(of node: Int32, _ key: PageKey, at page: Int) -> Int32? {
    edges[Edge(parent: node, first: names.identity(of: key, page: page))]
  }

  private func sharedEnd(_ key: PageKey, _ child: Int32, from start: Int, to end: Int) -> Int {
    // Its first page is the same, for it was found by that.
    names.firstDifference(
      key, nodes[child].key, from: start + 1, to: min(Int(nodes[child].end), end))
  }

  private mutating func touch(_ node: Int32) {
    clock += Self.tick
    touch(node, clock)
  }

  private mutating func touch(_ node: Int32, _ time: Int) {
    nodes[node].touched = time
    noteLeaf(node)
  }

  /// Enters `node` among the leaves that can be dropped, if it is one.
  private mutating func noteLeaf(_ node: Int32) {
    guard nodes[node].children == 0, nodes[node].locks == 0 else { return }
    leaves.insert(LeafQueue.Entry(touched: nodes[node].touched, node: node))
    if leaves.count > 4 * nodes.count + 64 {
      let nodes = nodes
      leaves.keep { Self.isCurrent($0, nodes) }
    }
  }

  private func isCurrent(_ entry: LeafQueue.Entry) -> Bool { Self.isCurrent(entry, nodes) }

  private static func isCurrent(_ entry: LeafQueue.Entry, _ nodes: [Node]) -> Bool {
    let node = nodes[entry.node]
    return node.touched == entry.touched && node.children == 0 && node.locks == 0
  }

  /// A new leaf below `parent` with the pages from `start` to before `end` of `key`.
  private mutating func leaf(
    of parent: Int32, _ key: PageKey, _ start: Int, _ end: Int
  ) -> Int32 {
    births += 1
    let node = add(
      Node(
        key: key, parent: parent, start: Int32(start), end: Int32(end), locks: 0, touched: 0,
        birth: births))
    edges[edge(to: node)] = node
    nodes[parent].children += 1
    evictablePages += end - start
    touch(node)
    return node
  }

  /// Cuts `node` in two before `page`; returns the new upper part.
  private mutating func split(_ node: Int32, at page: Int) -> Int32 {
    var part = nodes[node]
    part.end = Int32(page)
    part.children = 1
    let upper = add(part)
    edges[edge(to: upper)] = upper
    nodes[node].parent = upper
    nodes[node].start = Int32(page)
    births += 1
    nodes[node].birth = births
    edges[edge(to: node)] = node
    touch(upper)
    touch(node)
    return upper
  }

  private mutating func add(_ node: Node) -> Int32 {
    if let place = spare.popLast() {
      nodes[place] = node
      return place
    }
    nodes.append(node)
    return Int32(nodes.count - 1)
  }
}

// MARK: - Order

extension RadixTree {
  /// The order in which a walk through the tree comes by the requests whose beginnings end at
  /// `ends`: of the children of a node those first that more of them are below, equal ones as they
  /// came, and a node's own after those below it. Gives indices of `ends`.
  func orderByWeight(_ ends: [Int32]) -> [Int] {
    var weights: [Int32: Int] = [:]
    var own: [Int32: [Int]] = [:]
    var children: [Int32: [Int32]] = [:]
    for (index, end) in ends.enumerated() {
      own[end, default: []].append(index)
      var cursor = end
      while true {
        if weights[cursor] == nil && cursor != Self.root {
          children[nodes[cursor].parent, default: []].append(cursor)
        }
        weights[cursor, default: 0] += 1
        if cursor == Self.root { break }
        cursor = nodes[cursor].parent
      }
    }
    var order: [Int] = []
    func walk(_ node: Int32) {
      let below = (children[node] ?? []).sorted {
        (weights[$1]!, nodes[$0].birth) < (weights[$0]!, nodes[$1].birth)
      }
      for child in below { walk(child) }
      order += own[node] ?? []
    }
    walk(Self.root)
    return order
  }
}
