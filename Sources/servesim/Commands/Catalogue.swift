/// What the user can ask for by name.
struct Catalogue: Sendable {
  var schedulers: Section
  var models: Section
  var gpus: Section
  var formats: Section

  /// The sections by the words that `servesim list` takes.
  var sections: [(name: String, section: Section)] {
    [("schedulers", schedulers), ("models", models), ("gpus", gpus), ("formats", formats)]
  }

  /// Things of one kind; the first is used where the user names none.
  struct Section: Sendable {
    var entries: [Entry]

    init(_ entries: [Entry]) {
      precondition(!entries.isEmpty, "there is one to use where none is named")
      self.entries = entries
    }

    var names: [String] { entries.map(\.name) }
    /// The name that holds where the user gives none.
    var standard: String { entries[0].name }
    /// The names as a clause for help.
    var choices: String { "one of " + names.joined(separator: ", ") }
  }

  /// A name and what it stands for, as a clause.
  struct Entry: Sendable {
    var name: String
    var summary: String
  }
}

extension Catalogue {
  /// What this build of the tool offers.
  static var standard: Catalogue {
    Catalogue(
      schedulers: Section([
        Entry(name: "vllm", summary: "vLLM with chunked prefill"),
        Entry(name: "sarathi", summary: "Sarathi-Serve: stall-free batching"),
      ]),
      models: Section([Entry(name: "meta-llama/Meta-Llama-3-8B", summary: "Llama 3, 8 billion")]),
      gpus: Section([Entry(name: "H100", summary: "NVIDIA H100 SXM, 80 GB")]),
      formats: Section([Entry(name: "csv", summary: "arrival, prompt tokens, output tokens")]))
  }
}
