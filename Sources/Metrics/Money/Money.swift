/// What serving costs in US dollars, and what its tokens come to, as published figures count them.
///
/// GPUs are paid for by the hour, idle ones too; the time in which they start is not in it.
public struct Money: Sendable, Equatable {
  /// GPUs that are paid for, on average over the time: 226.75 nodes of 8 are 1,814.
  public var gpus: Double
  public var dollarsPerGPUHour: Double

  public init(gpus: Double, dollarsPerGPUHour: Double) {
    precondition(gpus > 0 && dollarsPerGPUHour > 0, "what is rented costs something")
    self.gpus = gpus
    self.dollarsPerGPUHour = dollarsPerGPUHour
  }

  /// Dollars an hour for all of the GPUs.
  public var dollarsPerHour: Double { gpus * dollarsPerGPUHour }

  /// Dollars for a million tokens of a kind that come at this rate, which pay for all GPUs alone;
  /// nil where none come.
  ///
  /// LMSYS counts output tokens so, and the prompt's tokens where it prices prefill (large-scale
  /// EP, 2025-05; LongCat-Flash, 2025-09).
  public func dollarsPerMillion(tokensPerSecond: Double) -> Double? {
    tokensPerSecond > 0 ? dollarsPerHour / 3600 / tokensPerSecond * 1e6 : nil
  }
}

/// What tokens are sold for, in US dollars a million.
public struct TokenPrices: Sendable, Equatable {
  /// Tokens of prompts that are computed, and those that are found in the prefix cache.
  public var input: Double
  public var cachedInput: Double
  public var output: Double

  /// - Parameter cachedInput: as for what is computed unless it is given.
  public init(input: Double, cachedInput: Double? = nil, output: Double) {
    self.input = input
    self.cachedInput = cachedInput ?? input
    self.output = output
  }

  /// Dollars for so many tokens of each kind.
  public func income(input: Double, cachedInput: Double, output: Double) -> Double {
    (input * self.input + cachedInput * self.cachedInput + output * self.output) / 1e6
  }

  /// What is earned over what is spent, as a share of what is spent: 5.45 is 545 %.
  ///
  /// DeepSeek's "cost profit margin" (open-infra-index, day 6, 2025-02).
  public static func margin(income: Double, cost: Double) -> Double { (income - cost) / cost }
}
