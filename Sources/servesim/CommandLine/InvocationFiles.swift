import Formats

/// The files of an invocation, by what its command declares of its options and arguments.
extension Invocation {
  static let force = "--force"

  /// What the command may write over.
  var overwriteRule: OverwriteRule {
    let given =
      command.arguments.filter(\.file.isRead).flatMap { argument in
        (argument.isRepeated
          ? arguments(argument.name) : [argumentIfGiven(argument.name)].compactMap { $0 })
          .flatMap { argument.file.paths($0) }
      }
      + command.options.filter(\.file.isRead).flatMap { option in
        self[option.name].map { option.file.paths($0) } ?? []
      }
    return OverwriteRule(inputs: given, isForced: has(Self.force))
  }

  /// Where the files go that the options ask for, all checked; none where a shard of the work is
  /// done, which writes a file of its own.
  ///
  /// - Parameter folder: what was given for a folder, with the names of the files in it.
  func outputs(folder: (given: GivenValue, names: [String])? = nil) throws -> Outputs {
    if value(of: String(WorkShard.option.dropFirst(2))) != nil { return try Outputs([]) }
    let wanted = command.options.compactMap { option -> (GivenValue, OwnFile)? in
      guard case .writes(let content) = option.file, let given = self[option.name] else {
        return nil
      }
      return (given, content)
    }
    return try Outputs(wanted, folder: folder, rule: overwriteRule)
  }
}
