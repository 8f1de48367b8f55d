/// What the matrices of a model are stored in, where its blocks say nothing else.
public struct WeightFormats: Sendable, Equatable {
  /// What all matrices are stored in that nothing else is said of, but for the head.
  public var main: WeightFormat
  public var head = WeightFormat(.bf16)
  /// What about the weights has no part in their sizes and times, as clauses.
  public var remarks: [String] = []

  /// All matrices in `format`, the head in bfloat16.
  public init(_ format: WeightFormat) { main = format }

  /// The same for `numbers` with the scales that tables are of.
  public init(_ numbers: NumberFormat) { main = WeightFormat(numbers) }
}

/// What single matrices are stored in, in the order of their names, so that what is made of it does
/// not depend on chance.
public struct MatrixFormats: Sendable, Equatable {
  private var list: [Entry] = []

  private struct Entry: Sendable, Equatable {
    var matrix: Operation.Name
    var format: WeightFormat
  }

  public init() {}

  public var isEmpty: Bool { list.isEmpty }

  /// What `matrix` is stored in, if it is said.
  public subscript(matrix: Operation.Name) -> WeightFormat? {
    get { list.first { $0.matrix == matrix }?.format }
    set {
      list.removeAll { $0.matrix == matrix }
      guard let newValue else { return }
      let place = list.firstIndex { $0.matrix.rawValue > matrix.rawValue } ?? list.endIndex
      list.insert(Entry(matrix: matrix, format: newValue), at: place)
    }
  }
}

extension Model {
  /// Whether all matrices are in bfloat16, and nothing is to be said of them.
  public var isPlain: Bool {
    formats == WeightFormats(.bf16) && blocks.allSatisfy(\.formats.isEmpty)
  }

  /// What reports say of the weights.
  public var formatsInWords: String {
    var text = formats.main.description
    for matrix in Operation.Name.allCases {
      let layers = blocks.layers { $0.formats[matrix] != nil || has(matrix, $0) }
      var runs: [(format: WeightFormat, layers: Int)] = []
      for block in blocks {
        guard let format = block.formats[matrix] else { continue }
        if let place = runs.firstIndex(where: { $0.format == format }) {
          runs[place].layers += block.layers
        } else {
          runs.append((format, block.layers))
        }
      }
      for run in runs {
        let part =
          run.layers == layers ? "" : " of \(run.layers) layer\(run.layers == 1 ? "" : "s")"
        text += ", \(matrix.rawValue)\(part) in \(run.format.description)"
      }
    }
    if formats.head != WeightFormat(.bf16) { text += ", head in \(formats.head.description)" }
    return ([text] + formats.remarks).joined(separator: "; ")
  }

  private func has(_ matrix: Operation.Name, _ block: Block) -> Bool {
    block.matrices(hidden: hidden).contains { $0.name == matrix }
  }
}
