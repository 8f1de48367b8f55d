extension JSONKeys {
  /// The whole number under the first of `names` that there is, which must be in `range`.
  public func optionalCount(
    _ names: String..., in range: ClosedRange<Int>, _ meaning: String
  ) throws(InputError) -> Int? {
    try optionalCount(names, in: range, meaning)
  }

  /// The same of a count that every such file has.
  public func count(
    _ names: String..., in range: ClosedRange<Int>, _ meaning: String
  ) throws(InputError) -> Int {
    if let count = try optionalCount(names, in: range, meaning) { return count }
    throw missing(names[0], meaning)
  }

  private func optionalCount(
    _ names: [String], in range: ClosedRange<Int>, _ meaning: String
  ) throws(InputError) -> Int? {
    guard let name = names.first(where: has), let value = value(name) else { return nil }
    return try count(value, name, range, meaning)
  }

  /// The whole numbers under `name`.
  public func counts(
    _ name: String, in range: ClosedRange<Int>, _ meaning: String
  ) throws(InputError) -> [Int]? {
    var counts: [Int]?
    for value in try list(name, "a list of whole numbers") ?? [] {
      counts = try (counts ?? []) + [count(value, name, range, meaning)]
    }
    return counts ?? (has(name) ? [] : nil)
  }

  private func count(
    _ value: JSONValue, _ name: String, _ range: ClosedRange<Int>, _ meaning: String
  ) throws(InputError) -> Int {
    if let count = value.whole, range.contains(count) { return count }
    guard value.real != nil else {
      throw mistake(name, "it is \(value.kind), not a whole number", "give \(meaning)")
    }
    throw mistake(
      name,
      "\(value.kind) is not a whole number from \(range.lowerBound) to \(range.upperBound)",
      "give \(meaning)")
  }

  /// Whether it is said under `name`.
  public func flag(_ name: String) throws(InputError) -> Bool? {
    switch value(name) {
    case nil: return nil
    case .bool(let flag): return flag
    case let value?: throw mistake(name, "it is \(value.kind)", "use true or false")
    }
  }

  /// The text under `name`.
  public func text(_ name: String) throws(InputError) -> String? {
    switch value(name) {
    case nil: return nil
    case .string(let text): return text
    case let value?: throw mistake(name, "it is \(value.kind), not a text", "put a text in quotes")
    }
  }

  /// The texts under `name`.
  public func texts(_ name: String) throws(InputError) -> [String]? {
    guard let values = try list(name, "a list of texts") else { return nil }
    var texts: [String] = []
    for value in values {
      guard case .string(let text) = value else {
        throw mistake(name, "\(value.kind) stands in it", "use a list of texts")
      }
      texts.append(text)
    }
    return texts
  }

  /// The keys of the object under `name`.
  public func object(_ name: String) throws(InputError) -> JSONKeys? {
    guard let value = value(name) else { return nil }
    return try object(value, name)
  }

  /// The keys of the objects in the list under `name`.
  public func objects(_ name: String) throws(InputError) -> [JSONKeys]? {
    guard let values = try list(name, "a list of objects") else { return nil }
    var objects: [JSONKeys] = []
    objects.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      objects.append(try object(value, "\(name)[\(index)]"))
    }
    return objects
  }

  private func object(_ value: JSONValue, _ name: String) throws(InputError) -> JSONKeys {
    guard case .object(let members) = value else {
      throw mistake(name, "it is \(value.kind), not an object", "use an object")
    }
    return JSONKeys(members, source: source, line: line, path: path + name + ".")
  }

  /// The values of the list under `name`, which is to be of this `kind`.
  public func list(_ name: String, _ kind: String) throws(InputError) -> [JSONValue]? {
    switch value(name) {
    case nil: return nil
    case .array(let values): return values
    case let value?: throw mistake(name, "it is \(value.kind), not \(kind)", "use \(kind)")
    }
  }
}

extension JSONKeys {
  /// What `read` finds under `name`, which every such file has.
  public func needed<Value>(
    _ name: String, _ meaning: String, _ read: (String) throws(InputError) -> Value?
  ) throws(InputError) -> Value {
    if let value = try read(name) { return value }
    throw missing(name, meaning)
  }

  /// The number under `name`, whole or not.
  public func real(_ name: String) throws(InputError) -> Double? {
    guard let value = value(name) else { return nil }
    return try real(value, name)
  }

  /// The numbers under `name`.
  public func reals(_ name: String) throws(InputError) -> [Double]? {
    guard let values = try list(name, "a list of numbers") else { return nil }
    var reals: [Double] = []
    reals.reserveCapacity(values.count)
    for value in values { reals.append(try real(value, name)) }
    return reals
  }

  private func real(_ value: JSONValue, _ name: String) throws(InputError) -> Double {
    if let real = value.real { return real }
    throw mistake(name, "it is \(value.kind), not a number", "give a number")
  }

  /// The whole number under `name`, whatever its size.
  public func whole(_ name: String) throws(InputError) -> Int? {
    guard let real = try real(name) else { return nil }
    if let whole = value(name)?.whole { return whole }
    throw mistake(name, "\(real) is not a whole number that can be held", "give a whole number")
  }

  /// The one of `words` that stands under `name`.
  public func word(_ name: String, among words: [String]) throws(InputError) -> String? {
    guard let word = try text(name) else { return nil }
    if words.contains(word) { return word }
    throw placed(.unknown(name, word, among: words, in: source), name)
  }

  /// Those of `words` that stand under `name`, as a text or as a list of them.
  public func words(_ name: String, among words: [String]) throws(InputError) -> [String]? {
    guard let value = value(name) else { return nil }
    if case .string = value { return try word(name, among: words).map { [$0] } }
    let given = try texts(name)
    for word in given ?? [] where !words.contains(word) {
      throw placed(.unknown(name, word, among: words, in: source), name)
    }
    return given
  }

  /// The one of all choices whose word stands under `name`.
  public func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String
  ) throws(InputError) -> Choice? {
    try word(name, among: Choice.allCases.map(\.rawValue)).flatMap(Choice.init)
  }

  /// Refuses a key that is none of `known`, such as a misspelt one.
  public func check(among known: [String]) throws(InputError) {
    guard let name = values.keys.filter({ !known.contains($0) }).min() else { return }
    throw placed(.unknown("key", name, among: known.sorted(), in: source), name)
  }

  private func placed(_ error: InputError, _ name: String) -> InputError {
    mistake(name, error.problem, error.remedy)
  }
}
