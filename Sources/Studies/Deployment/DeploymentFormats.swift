import Costs
import Formats

extension Deployment {
  /// Takes one format for all linear layers, or kinds of matrices and the format of each.
  mutating func setQuantization(_ given: GivenValue) throws(InputError) {
    quantization = nil
    quantizedKinds = []
    guard given.text.contains("=") else {
      quantization = try given.format(of: NumberFormat.allCases, or: "none") ?? .bf16
      return
    }
    for piece in try given.list() {
      let parts = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = GivenValue(source: given.source, text: String(parts[0]))
      let word = try name.choice(of: MatrixKind.allCases.map(\.rawValue))
      guard let kind = MatrixKind(rawValue: word), parts.count == 2 else {
        throw given.mistake(
          "\(quoted(piece)) says no format",
          "give kinds and formats, as experts=mxfp4,attention=fp8")
      }
      if quantizedKinds.contains(where: { $0.kind == kind }) {
        throw given.mistake("\(word) is given twice", "give each kind once")
      }
      let value = GivenValue(source: given.source, text: String(parts[1]))
      let format = try value.format(of: NumberFormat.allCases, or: "none") ?? .bf16
      quantizedKinds.append((kind, format))
    }
  }

  /// Stores the kinds of matrices that were named in their formats.
  func quantizeKinds(of served: inout Model) throws(InputError) {
    if quantizedKinds.isEmpty { return }
    guard served.isPlain else {
      throw InputError(
        "--quantization", problem: "\(model.name) is in \(served.formatsInWords) already",
        remedy: "leave it out, or use the model in 16 bits")
    }
    for (kind, format) in quantizedKinds where !served.store(kind, in: format) {
      throw InputError(
        "--quantization",
        problem: kind == .head
          ? "the head of \(model.name) is the embedding's matrix, which stays in 16 bits"
          : "\(model.name) has no matrices of the kind \(kind.rawValue)",
        remedy: "leave it out")
    }
  }
}
