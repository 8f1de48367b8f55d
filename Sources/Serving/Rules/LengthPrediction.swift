/// Lengths of answers as a predictor tells them: wrong by a factor whose logarithm is normal with
/// mean 0, drawn for each request by itself, so that all schedulers are told the same.
public struct LengthPrediction: Sendable, Equatable {
  /// The standard deviation of that logarithm.
  public var deviation = 0.5
  /// What the factors are drawn by.
  public var seed = 0

  public init() {}

  /// What is predicted for the request in `row`, whose answer has `tokens` tokens: 1 at least.
  func tokens(for tokens: Int, row: Int) -> Int {
    var stream = RandomStream(seed: UInt64(bitPattern: Int64(seed)), named: "predicted lengths")
    let word = PrefixBlocks.mix(stream.next(), UInt64(row))
    let normal = normalQuantile((Double(word >> 11) + 0.5) * 0x1p-53)
    let predicted = Double(tokens) * naturalPower(deviation * normal)
    return max(1, Int(min(predicted, Double(Int32.max)).rounded()))
  }
}
