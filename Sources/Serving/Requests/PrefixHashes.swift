/// The hashes of prompts, block by block: a list per request, all of them in one array.
public struct PrefixHashes: Sendable, Equatable, RandomAccessCollection {
  private var hashes: [UInt64] = []
  /// Where the list of each request ends.
  private var ends: [Int] = []

  /// The hashes in each of `lists`, which is a request's.
  public init(_ lists: [[UInt64]]) {
    for list in lists { append(list) }
  }

  /// Adds the hashes of one more request.
  public mutating func append(_ list: [UInt64]) {
    hashes.append(contentsOf: list)
    ends.append(hashes.count)
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { ends.count }

  /// The hashes of the request in `row`.
  public subscript(row: Int) -> ArraySlice<UInt64> { hashes[start(of: row)..<ends[row]] }

  /// The hash of the block numbered `block` of the request in `row`, if it has one.
  func hash(of row: Int, block: Int) -> UInt64? {
    let place = start(of: row) + block
    return place < ends[row] ? hashes[place] : nil
  }

  private func start(of row: Int) -> Int { row == 0 ? 0 : ends[row - 1] }
}

extension PrefixHashes: ExpressibleByArrayLiteral, CustomStringConvertible {
  public init(arrayLiteral lists: [UInt64]...) { self.init(lists) }

  public var description: String { "\(map(Array.init))" }
}
