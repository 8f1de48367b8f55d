extension Command {
  /// What can be named in options.
  static func list(_ catalogue: Catalogue) -> Command {
    let names = catalogue.sections.map(\.name)
    return Command(
      name: "list", summary: "show the \(names.joined(separator: ", ")) that can be named",
      arguments: [
        Argument(
          name: "KIND", help: "one of \(names.joined(separator: ", ")); all when left out",
          isRequired: false)
      ],
      examples: [
        Example(line: "servesim list schedulers", purpose: "the schedulers and what they are")
      ],
      run: { invocation in
        let kind = try invocation.argumentIfGiven("KIND")?.choice(of: names)
        try show(listing(catalogue, kind: kind))
      })
  }

  /// The names of one kind, or of all kinds with a heading each.
  static func listing(_ catalogue: Catalogue, kind: String?) -> String {
    let parts = catalogue.sections.filter { kind == nil || $0.name == kind }.map { part in
      let rows = Layout.rows(part.section.entries.map { ($0.name, $0.summary) })
      return kind == nil ? "\(part.name):\n" + rows : rows
    }
    return parts.joined(separator: "\n")
  }
}
