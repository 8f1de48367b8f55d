/// A name with options behind it, such as `gamma:shape=0.5,exact=true`.
public struct NamedOptions: Sendable {
  /// The word before the colon.
  public let name: String
  private let given: GivenValue
  private var options: [(key: String, value: String)] = []
  /// The keys that were asked for.
  private var known: [String] = []

  /// What `text`, a part of `given` or all of it, names.
  public init(_ text: String, in given: GivenValue) throws(InputError) {
    self.given = given
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    name = String(parts[0])
    guard parts.count == 2 else { return }
    for piece in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
      let pair = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2, !pair[0].isEmpty, !pair[1].isEmpty else {
        throw given.mistake("\(quoted(String(piece))) is no option", "give \(name):KEY=VALUE")
      }
      let key = String(pair[0])
      if options.contains(where: { $0.key == key }) {
        throw given.mistake("\(quoted(key)) stands twice", "say it once")
      }
      options.append((key, String(pair[1])))
    }
  }

  /// What is given for `key`, if anything is.
  public mutating func value(_ key: String) -> GivenValue? {
    known.append(key)
    return options.first { $0.key == key }.map {
      GivenValue(source: given.source, text: $0.value)
    }
  }

  /// The number that is given for `key`, or `standard`; without one it has to be given.
  public mutating func number(
    _ key: String, in range: ClosedRange<Double>, or standard: Double? = nil
  ) throws(InputError) -> Double {
    guard let value = value(key) else {
      if let standard { return standard }
      throw missing(key)
    }
    do throws(InputError) {
      return try value.double(min: range.lowerBound, max: range.upperBound)
    } catch {
      throw given.mistake("\(key) of \(name): \(error.problem)", error.remedy)
    }
  }

  /// Likewise a whole number.
  public mutating func count(
    _ key: String, in range: ClosedRange<Int>, or standard: Int? = nil
  ) throws(InputError) -> Int {
    guard let value = value(key) else {
      if let standard { return standard }
      throw missing(key)
    }
    do throws(InputError) {
      return try value.int(in: range)
    } catch {
      throw given.mistake("\(key) of \(name): \(error.problem)", error.remedy)
    }
  }

  /// Refuses options that nobody asked for.
  public func finish() throws(InputError) {
    guard let other = options.first(where: { !known.contains($0.key) }) else { return }
    throw given.mistake(
      "\(name) has no option \(quoted(other.key))",
      known.isEmpty ? "leave it out" : "give one of \(known.joined(separator: ", "))")
  }

  /// A mistake in what is given.
  public func mistake(_ problem: String, _ remedy: String) -> InputError {
    given.mistake(problem, remedy)
  }

  private func missing(_ key: String) -> InputError {
    given.mistake("\(name) needs \(key)", "give \(name):\(key)=NUMBER")
  }
}
