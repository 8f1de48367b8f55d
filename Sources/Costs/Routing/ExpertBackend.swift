/// Whose kernels compute experts, under vLLM's names (`--moe-backend`).
public enum ExpertBackend: String, CaseIterable, Sendable {
  /// Those that tables of the format are of: what an engine chooses by itself.
  case auto
  /// Marlin's, which take weights of 4 bits and inputs in 16: fewer microseconds where weights are
  /// what is waited for, more where arithmetic is (`VLLM_MXFP4_USE_MARLIN`).
  case marlin
}

extension ExpertBackend {
  /// Elements of an expert's width, and of the residual stream, as its kernels have them: Marlin's
  /// are filled up to multiples of what it computes at once (vLLM 0.18, `mxfp4.py`).
  func width(_ elements: Int) -> Int { filled(elements, to: 128) }
  func hidden(_ elements: Int) -> Int { filled(elements, to: 256) }

  private func filled(_ elements: Int, to multiple: Int) -> Int {
    self == .auto ? elements : (elements + multiple - 1) / multiple * multiple
  }
}
