/// The tokens of a request, by which its pages are told from others': its row in the trace, and how
/// many of its first tokens the trace's hashes name.
struct PageKey: Sendable {
  let row: Int32
  let named: Int32
}

/// What tells pages apart: a page of one request is that of another where the trace's hashes say
/// that all tokens up to its end are the same.
struct PageNames: Sendable {
  private let source: PrefixBlocks.Source?
  /// Tokens in a page.
  let pageTokens: Int

  init(_ source: PrefixBlocks.Source?, pageTokens: Int) {
    self.source = source
    self.pageTokens = pageTokens
  }

  /// The same with a page of each token.
  var byToken: PageNames { PageNames(source, pageTokens: 1) }

  /// The key of `sequence`.
  func key(of sequence: Sequence) -> PageKey {
    let row = sequence.request.index
    guard let source else { return PageKey(row: Int32(row), named: 0) }
    let hashed = source.hashes[row].count * source.tokens
    let named = source.goesOn(behind: sequence) ? hashed : min(hashed, sequence.promptTokens)
    return PageKey(row: Int32(row), named: Int32(named))
  }

  /// A number that pages of different tokens do not share.
  func identity(of key: PageKey, page: Int) -> UInt64 {
    let last = (page + 1) * pageTokens - 1
    if let source, last < key.named,
      let hash = source.hashes.hash(of: Int(key.row), block: last / source.tokens)
    {
      return PrefixBlocks.mix(hash, UInt64(last % source.tokens))
    }
    return PrefixBlocks.mix(UInt64(key.row) | 1 << 63, UInt64(page) | 1 << 62)
  }

  /// The first of the pages from `start` to before `end` that differ between two requests which are
  /// alike before, or `end`.
  func firstDifference(_ a: PageKey, _ b: PageKey, from start: Int, to end: Int) -> Int {
    if a.row == b.row { return end }
    guard let source else { return start }
    let named = Int(min(a.named, b.named))
    var page = start
    while page < end {
      let last = (page + 1) * pageTokens - 1
      let block = last / source.tokens
      guard last < named,
        source.hashes.hash(of: Int(a.row), block: block)
          == source.hashes.hash(of: Int(b.row), block: block)
      else { return page }
      // All pages that end in this block are alike, as far as they are named.
      let alike = min((block + 1) * source.tokens, named) / pageTokens
      page = max(page + 1, alike)
    }
    return end
  }
}
