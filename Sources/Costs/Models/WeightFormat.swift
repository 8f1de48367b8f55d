/// What a matrix of weights is stored in: its numbers, and its scales.
public struct WeightFormat: Sendable, Equatable {
  public var numbers: NumberFormat
  /// Bytes of scales and zero points for each weight.
  public var scaleBytes: Double

  /// - Parameter scaleBytes: as many as the kernels have that tables are of, where nil.
  public init(_ numbers: NumberFormat, scaleBytes: Double? = nil) {
    self.numbers = numbers
    self.scaleBytes = scaleBytes ?? numbers.scaleBytesPerWeight
  }

  /// Weights in `numbers` with a 16-bit scale for `group` of them, and a zero point in as many bits
  /// as a weight if it `hasZeroPoints`.
  ///
  /// - Parameter group: nil for all of an output's weights, whose scale is too little to count.
  init(_ numbers: NumberFormat, group: Int?, hasZeroPoints: Bool) {
    let bytes = 2 + (hasZeroPoints ? numbers.bytesPerNumber : 0)
    self.init(numbers, scaleBytes: group.map { bytes / Double($0) } ?? 0)
  }

  /// Bytes of one weight, its part of the scales included.
  public var bytesPerWeight: Double { numbers.bytesPerNumber + scaleBytes }

  /// Whether its scales are those of the kernels that tables are of, within a hundredth of all.
  var isAsMeasured: Bool {
    abs(bytesPerWeight - numbers.bytesPerWeight) <= 0.01 * numbers.bytesPerWeight
  }

  /// Its name, with what tables do not have.
  public var description: String {
    if isAsMeasured { return numbers.rawValue }
    let thousandths = (bytesPerWeight * 1000).rounded() / 1000
    return "\(numbers.rawValue) with scales, \(thousandths) bytes a weight"
  }
}
