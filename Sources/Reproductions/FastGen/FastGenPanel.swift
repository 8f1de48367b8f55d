import Studies

/// A panel of FastGen's figures: two systems serving one model with requests of one kind.
struct FastGenPanel: Sendable {
  /// GPUs that hold the model.
  enum Machine: Sendable {
    case a100(Int)
    case h100(Int)
    case a6000(Int)
  }

  var model: String
  var machine: Machine
  /// Mean lengths, in tokens.
  var prompt: Int
  var output: Int
  /// Mean end-to-end seconds by clients, where a point can be read off the figure.
  var fastgen: KeyValuePairs<Int, Double>
  var vllm: KeyValuePairs<Int, Double>

  init(
    _ model: String, on machine: Machine, prompt: Int, output: Int,
    fastgen: KeyValuePairs<Int, Double>, vllm: KeyValuePairs<Int, Double>
  ) {
    self.model = model
    self.machine = machine
    self.prompt = prompt
    self.output = output
    self.fastgen = fastgen
    self.vllm = vllm
  }
}

extension FastGenPanel.Machine {
  /// The GPU's name.
  var gpu: String {
    switch self {
    case .a100: "a100-sxm-80gb"
    case .h100: "h100-sxm"
    case .a6000: "a6000"
    }
  }

  /// How many there are.
  var gpus: Int {
    switch self {
    case .a100(let count), .h100(let count), .a6000(let count): count
    }
  }

  /// As a figure names it.
  var title: String {
    let name =
      switch self {
      case .a100: "A100"
      case .h100: "H100"
      case .a6000: "A6000"
      }
    return "\(gpus) \(name)"
  }
}
