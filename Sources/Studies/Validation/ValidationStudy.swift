import Costs
import Formats
import Metrics
import Workloads

/// Runs of real engines, each beside its simulation, and how far off those are together.
public struct ValidationStudy: Sendable {
  /// In the order of the runs.
  public var validations: [Validation] = []
  /// Runs that could not be simulated, and why.
  public var refused: [(name: String, reason: String)] = []

  /// Validates each of `runs`, one of which is given.
  ///
  /// A run that cannot be simulated ends it where it is the only one.
  ///
  /// - Parameters:
  ///   - given: what a user sets, by name.
  ///   - progress: told how many runs are done.
  public init(
    _ runs: [MeasuredRun], _ files: DescribedFiles = DescribedFiles(),
    given: @Sendable (String) -> GivenValue?, progress: ((Int) -> Void)? = nil
  ) throws(InputError) {
    for (done, run) in runs.enumerated() {
      do throws(InputError) {
        validations.append(try Validation(run, files, given))
      } catch {
        if runs.count == 1 { throw error }
        refused.append((run.name, "\(error.problem); \(error.remedy)"))
      }
      progress?(done + 1)
    }
  }

  /// What is measured and simulated.
  public typealias Measure = MeasuredRun.Measure

  /// What the errors are of: a measure and a statistic.
  public struct Figure: Sendable, Hashable {
    public var measure: MeasuredRun.Measure
    public var statistic: String
    /// As in `ttft_mean`.
    public var name: String { "\(measure.rawValue)_\(statistic)" }
  }

  /// Every figure that a run may have.
  public static let figures = MeasuredRun.Measure.allCases.flatMap { measure in
    (measure == .throughput ? ["mean"] : Observed.statistics).map {
      Figure(measure: measure, statistic: $0)
    }
  }

  /// What of every simulation was fitted to runs of real engines, in sentences.
  public static let fitted = [
    "What the engine adds to its kernels (vllm-v1): \(HostTime.vllmV1.source).",
    "What the front end adds (vllm-openai): \(Frontend.vllmOpenAI.source).",
  ]

  /// The runs that were not saturated, neither there nor here: those whose latencies say something
  /// of costs.
  public var steady: [Validation] {
    validations.filter { $0.measured.isSaturated != true && $0.simulated.isSaturated != true }
  }

  /// The mean over steady runs of the error's size, as a share, of each figure that is known.
  public var errors: [(figure: Figure, mean: Double)] {
    Self.figures.compactMap { figure in
      let sizes = steady.compactMap { $0.error(figure.measure, figure.statistic).map(abs) }
      return sizes.isEmpty ? nil : (figure, sizes.reduce(0, +) / Double(sizes.count))
    }
  }
}
