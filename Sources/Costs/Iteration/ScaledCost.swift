import Serving

/// Costs as another model gives them, but for prompts or decodes that take longer or shorter by a
/// factor: for asking how far off the model may be before a conclusion falls.
public struct ScaledCost: CostModel {
  /// What time is scaled by; the host's is as it is.
  public struct Factors: Sendable, Equatable {
    public var prefill = 1.0
    public var decode = 1.0

    public init(prefill: Double = 1, decode: Double = 1) {
      precondition(prefill > 0 && decode > 0, "a batch takes time")
      self.prefill = prefill
      self.decode = decode
    }
  }

  private let base: any CostModel
  private let factors: Factors

  public init(_ base: any CostModel, _ factors: Factors) {
    self.base = base
    self.factors = factors
  }

  public func seconds(for batch: borrowing Batch) -> Double {
    scaled(base.parts(of: batch), batch)
  }

  public func seconds(for batch: borrowing Batch, amid tokens: Int) -> Double {
    let host = base.parts(of: batch).hostSeconds
    let whole = base.seconds(for: batch, amid: tokens)
    return scaled(BatchParts(seconds: whole, hostSeconds: min(host, whole)), batch)
  }

  private func scaled(_ parts: BatchParts, _ batch: borrowing Batch) -> Double {
    let (host, busy) = (parts.hostSeconds, parts.deviceSeconds)
    let decodes =
      batch.decodes == 0
      ? 0 : batch.chunks.isEmpty ? busy : min(busy, base.decodeSeconds(in: batch))
    return host + factors.decode * decodes + factors.prefill * (busy - decodes)
  }

  /// As the other model has it, in seconds.
  public func hostSeconds(for batch: borrowing Batch) -> Double { base.hostSeconds(for: batch) }
}
