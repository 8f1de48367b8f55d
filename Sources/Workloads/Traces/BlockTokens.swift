import Serving

extension [Request] {
  /// How many have as many `hashes` as there are blocks of `size` tokens in their prompts, the last
  /// of them counted or not where it is not full, or none at all.
  public func fits(_ size: Int, _ hashes: PrefixHashes) -> Int {
    zip(self, hashes).count { request, hashes in
      let (blocks, rest) = request.promptTokens.quotientAndRemainder(dividingBy: size)
      return hashes.isEmpty || hashes.count == blocks || rest > 0 && hashes.count == blocks + 1
    } + Swift.max(0, count - hashes.count)
  }

  /// Whether `number` of them is all but a hundredth.
  func isNearlyAll(_ number: Int) -> Bool { number * 100 >= count * 99 }

  /// The tokens in a block of `hashes`: as `usually`, unless that does not fit and another does,
  /// alone of all powers of two.
  func blockTokens(of hashes: PrefixHashes, usually: Int) -> Int {
    if isNearlyAll(fits(usually, hashes)) { return usually }
    let fitting = (0...13).map { 1 << $0 }.filter { isNearlyAll(fits($0, hashes)) }
    return fitting.count == 1 ? fitting[0] : usually
  }
}
