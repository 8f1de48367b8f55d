import Formats

/// What a GPU draws while it serves a model, by how many sequences run at a time.
///
/// Watts are smooth in the batch within one model, GPU and number of GPUs, and nothing that a data
/// sheet tells gives them across models; so they are what was measured, between two measurements by
/// the logarithm of the sequences.
public struct ServingPower: Sendable, Equatable {
  /// A measurement.
  public struct Point: Sendable, Equatable {
    /// Sequences of a replica at a time, on average, and the watts of each of its GPUs.
    public var sequences: Double
    public var watts: Double

    public init(sequences: Double, watts: Double) {
      (self.sequences, self.watts) = (sequences, watts)
    }
  }

  /// GPUs that serve the model together.
  public let gpus: Int
  /// By sequences, the fewest first; two at least.
  public let points: [Point]
  /// How far off it is of measurements that were left out: the mean and the largest, as shares.
  public let meanError: Double
  public let worstError: Double
  /// What was measured, and who says so.
  public let measured: String
  public let source: String
  /// Watts of a GPU that holds a model and has nothing to do, the lowest and the highest that is
  /// known; nil where that is not known.
  public let idleWatts: ClosedRange<Double>?

  public init(
    _ points: [Point], gpus: Int = 1, meanError: Double, worstError: Double, measured: String,
    source: String,
    idleWatts: ClosedRange<Double>? = nil
  ) {
    precondition(points.count > 1, "a curve has two points at least")
    self.gpus = gpus
    self.points = points.sorted { $0.sequences < $1.sequences }
    (self.meanError, self.worstError) = (meanError, worstError)
    (self.measured, self.source, self.idleWatts) = (measured, source, idleWatts)
  }

  /// The sequences that were measured, the fewest and the most.
  public var range: ClosedRange<Double> {
    points[0].sequences...points[points.count - 1].sequences
  }

  /// Watts of each GPU with so many sequences of a replica on average; those of the nearest that
  /// was measured where they are outside `range`, of which whoever shows it tells.
  public func watts(sequences: Double) -> Double {
    guard let next = points.firstIndex(where: { $0.sequences >= sequences }) else {
      return points[points.count - 1].watts
    }
    if next == 0 { return points[0].watts }
    let (low, high) = (points[next - 1], points[next])
    let share = logarithm(sequences / low.sequences) / logarithm(high.sequences / low.sequences)
    return low.watts + share * (high.watts - low.watts)
  }
}
